"use strict";
// What the page says: it shows each view as it comes, looks for gait again when it is gone, and has five keys.

const body = document.body, $ = (id) => document.getElementById(id);
const LOCAL = ["localhost", "127.0.0.1", "[::1]"];
const QUIET_MS = 4000; // no view for so long: no contact
const KNOWN_MS = 15000; // what the sensor knows is said for so long once it knows
let source = null, heardAt = performance.now(), run = null, phase = "waiting", phaseAt = 0, stopping = 0;

if (!LOCAL.includes(location.hostname)) body.dataset.guest = "";

function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function show(view) {
  if (view.run !== run) { run = view.run; Figure.reset(); }
  if (phase !== view.phase) phaseAt = performance.now();
  phase = view.phase;
  body.dataset.phase = phase;
  document.title = view.recording.on ? `${view.clock} gait live` : "gait live";
  states(view);
  put($("title"), view.title);
  put($("line"), view.line);
  list($("known"), phase === "set_off" ? view.known : []);
  progress(view.progress);
  for (const article of document.querySelectorAll(".numbers article")) number(article, view.now[article.dataset.key]);
  for (const figure of document.querySelectorAll(".ribbon")) {
    put(figure.querySelector("figcaption"), view.now[figure.dataset.key].label);
    Figure.ribbon(figure, view.minute.ago, view.minute[figure.dataset.key], figure.dataset.key === "lean" ? 3 : 6);
  }
  Figure.strides(view.minute);
  Figure.take(view);
  calm(view);
  list($("traits"), view.traits.map((trait) => trait.title));
  const n = view.moments.length;
  put($("moments"), n === 0 ? "" : n === 1 ? "1 moment marked" : `${n} moments marked`);
}

function states(view) {
  const [connection, recording] = [$("connection"), $("recording")];
  connection.dataset.state = view.connection.state;
  put(connection.querySelector("b"), view.connection.text);
  put(connection.querySelector("span"), view.connection.sensor);
  recording.dataset.on = view.recording.on;
  put(recording.querySelector("b"), view.recording.text);
  put(recording.querySelector("time"), view.recording.on ? view.clock : "");
  put(recording.querySelector("span"), view.recording.file);
}

function progress(share) {
  document.querySelector(".ring .done").style.strokeDasharray = `${Math.round(100 * (share || 0))} 100`;
  put($("seconds"), share === null ? "" : String(Math.max(1, Math.ceil(5 - 5 * share))));
}

function number(article, now) {
  put(article.querySelector("h2"), now.label);
  put(article.querySelector(".big"), now.shown);
  put(article.querySelector(".word"), now.word || "\u00a0");
  article.toggleAttribute("data-empty", now.value === null);
  const [most, known] = article.querySelectorAll(".band span");
  put(most, now.band);
  put(known, now.known || "");
  if (now.value === null) return;
  const half = { cadence: 20, lean: 8, rotation: 15 }[article.dataset.key];
  // The track is centred where this run's strides lie, and moves only in large steps.
  const middle = Math.round(now.value / half) * half, place = (v) => Math.min(100, Math.max(0, 50 + 50 * (v - middle) / half));
  const [spread, dot] = article.querySelectorAll(".track > *");
  spread.style.left = `${place(now.low)}%`;
  spread.style.width = `${Math.max(1.5, place(now.high) - place(now.low))}%`;
  dot.style.left = `${place(now.value)}%`;
}

function calm(view) {
  const line = $("calm"), fresh = phase === "running" && performance.now() - phaseAt < KNOWN_MS;
  const text = view.line || (fresh ? view.known.join(" ") : "");
  if (line.dataset.said === view.title + text) return;
  line.dataset.said = view.title + text;
  const [title, rest] = [document.createElement("b"), document.createElement("span")];
  title.textContent = view.title;
  rest.textContent = text;
  line.replaceChildren(title, rest);
}

function list(element, lines) {
  if (element.dataset.lines === lines.join("|")) return;
  element.dataset.lines = lines.join("|");
  const there = new Map([...element.children].map((item) => [item.textContent, item]));
  element.replaceChildren(...lines.map((text) => {
    const item = there.get(text) || document.createElement("li");
    item.textContent = text;
    return item;
  }));
}

// ------------------------------------------------------------ contact

function connect() {
  if (source) source.close();
  source = new EventSource("events");
  source.onmessage = (event) => {
    heardAt = performance.now();
    contact(true);
    show(JSON.parse(event.data));
  };
}

function contact(there) {
  body.dataset.contact = there ? "there" : "lost";
  $("gone").hidden = there;
}

setInterval(() => {
  if (performance.now() - heardAt < QUIET_MS) return;
  heardAt = performance.now();
  contact(false);
  connect(); // an EventSource that was refused once does not ask again by itself
}, 1000);
connect();

// ------------------------------------------------------------ keys and buttons

function ask(name) {
  return fetch(`do/${name}`, { method: "POST", headers: { "X-Gait": "1" } }).catch(() => contact(false));
}

function press(name) {
  const guest = "guest" in body.dataset;
  const over = ["finished", "failed", "idle"].includes(phase);
  if (name === "light") {
    const light = document.documentElement.toggleAttribute("data-light");
    localStorage.setItem("gait-light", light ? "1" : "");
  } else if (name === "stop" && !over && !guest) {
    // Asked twice, for a key is soon brushed.
    const button = document.querySelector('[data-do="stop"] span');
    if (performance.now() - stopping < 4000) { stopping = 0; button.textContent = "stop"; ask("stop"); return; }
    stopping = performance.now();
    button.textContent = "once more to stop";
    setTimeout(() => { button.textContent = "stop"; }, 4000);
  } else if ((name === "mark" && !over) || (name === "again" && !over && !guest) || (name === "start" && over && !guest)) {
    ask(name);
  }
}

const KEYS = { m: "mark", " ": "mark", c: "again", x: "stop", s: "start", l: "light" };
addEventListener("keydown", (event) => {
  const name = KEYS[event.key.toLowerCase()];
  if (!name || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.key === " " && event.target.closest("button, a")) return;
  event.preventDefault();
  press(name);
});
for (const button of document.querySelectorAll("[data-do]")) button.addEventListener("click", () => { press(button.dataset.do); button.blur(); });
if (localStorage.getItem("gait-light")) document.documentElement.setAttribute("data-light", "");

// A screen beside a treadmill stays lit while somebody runs.
async function stayLit() {
  try { await navigator.wakeLock.request("screen"); } catch { /* not offered here */ }
}
document.addEventListener("visibilitychange", () => { if (!document.hidden) stayLit(); });
stayLit();
