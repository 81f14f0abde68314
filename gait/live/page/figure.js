"use strict";
// The figure and the ribbons: how the newest motion is played, evenly and a little late, and how a minute is drawn.

const Figure = (() => {
  // A message brings the newest three seconds each half second; played so much later it never runs dry. [s]
  const LATE = 0.85;
  const CM = 2.4; // px of the drawing in a centimetre: a trunk is half a metre
  const held = { t: [], lean: [], turn: [], height: [] };
  let clock = null; // recording time that is shown [s]
  let before = 0, speed = 1, newest = 0, newestMs = 0, playing = false;
  const lateness = []; // from arrival of a sample to its being drawn [ms], read by whoever measures

  const side = document.getElementById("side"), above = document.getElementById("above");
  const head = document.getElementById("head"), fan = document.getElementById("fan"), swing = document.getElementById("swing");

  function reset() {
    for (const key in held) held[key].length = 0;
    clock = null;
    playing = false;
  }

  function take(view) {
    const moving = view.moving;
    playing = moving !== null;
    if (!playing) return;
    speed = view.speed;
    newest = view.t;
    newestMs = view.newest_ms;
    // What is new replaces what was told of the same moments before: it has settled since.
    const first = held.t.findIndex((t) => t >= moving.t0 - 1e-3);
    if (first >= 0) for (const key in held) held[key].length = first;
    moving.turn.forEach((turn, i) => {
      held.t.push(moving.t0 + i / moving.hz);
      held.turn.push(turn);
      held.lean.push(moving.lean[i]);
      held.height.push(moving.height[i]);
    });
    const late = held.t.length - 400;
    if (late > 0) for (const key in held) held[key].splice(0, late);
    const target = view.t - LATE * speed;
    // Drawn nearer gently; set anew after a pause.
    if (clock === null || Math.abs(target - clock) > 1.5 * speed) clock = target;
    else clock += 0.15 * (target - clock);
    standingKnown(moving.lean.some((v) => v !== null));
  }

  function standingKnown(known) {
    document.querySelector(".side").classList.toggle("unknown", !known);
  }

  function at(values) {
    let j = held.t.findIndex((t) => t >= clock);
    if (j < 0) j = held.t.length - 1;
    const i = Math.max(0, j - 1);
    const a = values[i], b = values[j];
    if (a === null || b === null || a === undefined) return 0;
    const span = held.t[j] - held.t[i];
    const x = span > 0 ? Math.min(1, Math.max(0, (clock - held.t[i]) / span)) : 1;
    return a + x * (b - a);
  }

  function draw(now) {
    const passed = Math.min(0.1, (now - before) / 1000);
    before = now;
    if (playing && clock !== null && held.t.length) {
      clock = Math.min(clock + passed * speed, held.t[held.t.length - 1]);
      const lean = at(held.lean), turn = at(held.turn), height = at(held.height);
      side.setAttribute("transform", `translate(0 ${(-height * CM).toFixed(2)}) rotate(${lean.toFixed(2)} 110 222)`);
      above.setAttribute("transform", `rotate(${(-turn).toFixed(2)} 110 122)`);
      head.setAttribute("transform", `translate(0 ${(-12 * CM * Math.sin(lean * Math.PI / 180)).toFixed(2)})`);
      if (newestMs) {
        lateness.push(Date.now() - (newestMs - (newest - clock) * 1000 / speed));
        if (lateness.length > 4000) lateness.shift();
      }
    }
    requestAnimationFrame(draw);
  }
  requestAnimationFrame(draw);

  // The last strides as a soft fan from the hips, and how far they turned.
  function strides(minute) {
    const recent = minute.lean.slice(-16).filter((v) => v !== null);
    while (fan.childElementCount < recent.length) {
      const line = document.createElementNS("http://www.w3.org/2000/svg", "line");
      for (const [key, value] of [["x1", 110], ["y1", 222], ["x2", 110], ["y2", 6]]) line.setAttribute(key, value);
      fan.append(line);
    }
    [...fan.children].forEach((line, i) => {
      line.style.display = i < recent.length ? "" : "none";
      if (i < recent.length) line.setAttribute("transform", `rotate(${recent[i]} 110 222)`);
    });
    const turns = minute.rotation.slice(-16).filter((v) => v !== null).sort((a, b) => a - b);
    if (!turns.length) { swing.setAttribute("d", ""); return; }
    const half = turns[turns.length >> 1] / 2 * Math.PI / 180, r = 102;
    const x = (r * Math.sin(half)).toFixed(1), y = (122 - r * Math.cos(half)).toFixed(1);
    swing.setAttribute("d", `M110 122 L${110 - x} ${y} A${r} ${r} 0 0 1 ${110 + Number(x)} ${y} Z`);
  }

  // A minute of one quantity: the course of seven strides' middle, and the band in which most of them lie.
  function ribbon(figure, ago, values, least) {
    const points = ago.map((a, i) => [a, values[i]]).filter((p) => p[1] !== null);
    const [spread, course] = figure.querySelectorAll("path");
    const top = figure.querySelector(".top"), bottom = figure.querySelector(".bottom");
    if (points.length < 5) {
      spread.setAttribute("d", ""); course.setAttribute("d", "");
      top.textContent = bottom.textContent = "";
      return;
    }
    const sorted = points.map((p) => p[1]).sort((a, b) => a - b);
    const pick = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
    const middle = pick(0.5), reach = Math.max(least, 2 * (pick(0.88) - middle), 2 * (middle - pick(0.12)));
    const step = reach > 12 ? 10 : reach > 5 ? 5 : 2;
    const low = Math.floor((middle - reach) / step) * step, high = Math.ceil((middle + reach) / step) * step;
    const x = (a) => (600 - a * 10).toFixed(1), y = (v) => Math.min(110, Math.max(-10, 94 - 88 * (v - low) / (high - low))).toFixed(1);
    const pieces = [];
    points.forEach((p, i) => {
      if (i === 0 || points[i - 1][0] - p[0] > 2.5) pieces.push([]);
      const near = points.slice(Math.max(0, i - 3), i + 4).filter((q) => Math.abs(q[0] - p[0]) < 4).map((q) => q[1]).sort((a, b) => a - b);
      const edge = near.length > 4 ? 1 : 0;
      pieces[pieces.length - 1].push([p[0], near[near.length >> 1], near[edge], near[near.length - 1 - edge]]);
    });
    course.setAttribute("d", pieces.map((run) => "M" + run.map((p) => `${x(p[0])} ${y(p[1])}`).join("L")).join(""));
    spread.setAttribute("d", pieces.map((run) =>
      "M" + run.map((p) => `${x(p[0])} ${y(p[3])}`).join("L") + "L" + run.slice().reverse().map((p) => `${x(p[0])} ${y(p[2])}`).join("L") + "Z").join(""));
    top.textContent = `${high}°`;
    bottom.textContent = `${low}°`.replace("-", "\u2212");
  }

  return { take, strides, ribbon, reset, lateness };
})();
