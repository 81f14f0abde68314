# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # A first run
#
# One small motion sensor on the chest, one easy run. This notebook opens the recording, finds the strides in it,
# and looks at two things a trunk does in running: it is held a little forward, and it turns.
#
# Nothing here says how anybody ought to run. It shows what was there, and how sure the listening is.
#
# Nobody ran this one: `gait.synthetic` made up a runner and what a sensor on the chest would have read. That has one
# charm: the truth is known, so at the end you can see how near the numbers come to it. With a recording of your own,
# put its name into the next cell and go on.

# %%
import json
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

import gait
from gait import tables
from gait.report.report import build

INK, SOFT, LEFT, RIGHT = "#2f4858", "#9fb8c6", "#33658a", "#c77d3a"
plt.rcParams.update(
    {"figure.figsize": (9, 3.6), "figure.dpi": 90, "axes.spines.top": False, "axes.spines.right": False}
)

# The sample data of the checkout; without a checkout, made afresh (the same as `gait sample DIR`).
places = [folder / "sample_data" for folder in (Path.cwd(), *Path.cwd().parents)]
folder = next((place for place in places if (place / "easy_run_chest.csv.gz").exists()), None)
if folder is None:
    from gait.synthetic.sample import write_samples

    folder = Path(tempfile.mkdtemp(prefix="gait-sample-"))
    write_samples(folder)

run = folder / "easy_run_chest.csv.gz"

# %% [markdown]
# ## What is in the file
#
# Time, three numbers of an accelerometer and three of a gyroscope, a hundred times a second, in whatever way the
# sensor happened to sit. `gait.read` brings units and time into one shape and tells what it noticed on the way.

# %%
recording = gait.read(run)
t, acc = recording.samples.t, recording.samples.acc

print(f"{recording.source}: {len(t)} samples, {recording.rate_hz:.0f} a second, {(t[-1] - t[0]) / 60:.1f} minutes")
print(f"worn at: {recording.placement}")
for note in recording.notes:
    print("noticed:", note)

# %%
size = np.linalg.norm(acc, axis=1) / 9.80665
standing_to_running = (t > t[0] + 7) & (t < t[0] + 14)

fig, ax = plt.subplots()
ax.plot(t[standing_to_running], size[standing_to_running], color=INK, linewidth=0.9)
ax.axhline(1, color=SOFT, linewidth=1)
ax.set(xlabel="time [s]", ylabel="felt force [g]", title="From standing into running")
ax.text(t[0] + 7.1, 1.1, "standing: about 1 g", color="0.35")
plt.show()

# %% [markdown]
# Standing still, the sensor feels one g and knows which way is up. Then come the steps: each one a push from the ground
# of two or three g, and between them moments of flight with almost nothing to feel. That rhythm is how running
# is told from walking, and where the feet meet the ground.
#
# ## From samples to strides

# %%
analysis = gait.analyze(recording)

bouts = analysis.bouts
for kind, start, stop in zip(bouts.kind, bouts.start, bouts.stop):
    print(f"{kind:6s} from {start:6.1f} s to {stop:6.1f} s")

mounting = analysis.mounting
print()
print(f"forward is known to about {mounting.forward_sigma_deg:.0f}°; front and back told apart: {mounting.sign_known}")
for name, angle, sigma in mounting.cues:
    print(f"   {name}: {angle:+.1f}° from where it was taken to be, ± {sigma:.0f}°")

# %% [markdown]
# Nobody told the sensor which way the runner faced. It was found: from how the body set off from standing, and from
# how a stride is built. What was found carries its own uncertainty with it.
#
# One row for each stride, from one landing of a foot to its next:

# %%
strides = tables.strides_table(analysis)
strides.head(8)

# %%
columns = ["cadence_spm", "lean_deg", "rotation_deg", "sway_deg", "vertical_oscillation_cm", "contact_time_ms"]
strides.loc[strides["regular"] == "true", columns].describe().loc[["count", "mean", "std", "min", "max"]].round(2)

# %% [markdown]
# `regular` marks the strides that count: even in time, on a way straight enough, with every sample there. The table is
# what `gait analyze` writes into `strides.csv`, so it can go into any other program.
#
# ## A little forward
#
# *Lean* is how far forward of the runner's own quiet standing the trunk is held, averaged over a stride. Zero is how
# this person stands.

# %%
lean = analysis.measures["lean"]
found = analysis.measures.strides
middle = 0.5 * (found.start + found.stop)
counted = lean.counted


def band(measure):
    """Half of the 90 % band: what more strides would narrow, and what no number of strides would."""
    return np.hypot(0.5 * (measure.high - measure.low), 1.645 * measure.systematic)


fig, ax = plt.subplots()
ax.axhspan(lean.value - band(lean), lean.value + band(lean), color=SOFT, alpha=0.35, linewidth=0, label="90 % band of the mean")
ax.plot(middle[counted], lean.per_stride[counted], ".", color=INK, markersize=4, label="one stride")
ax.axhline(lean.value, color=INK, linewidth=1, label=f"mean, {lean.value:.1f}°")
ax.axhline(0, color="0.5", linewidth=1, linestyle=":")
ax.text(middle[counted][0], 0.15, "own standing line", color="0.4", va="bottom")
ax.set(xlabel="time [s]", ylabel="lean [°]", ylim=(-1, 12), title=f"Lean of {lean.n} strides")
ax.legend(loc="upper center", frameon=False, ncols=3)
plt.show()

# %% [markdown]
# (At the edges, and partly outside of the picture: the first strides, setting off, lean far forward, and the last ones,
# coming to a stand, lean back. They happened, and they count.)
#
# The dots are close together, and the band is much wider than they are. That is on purpose. The strides agree with each
# other, but a person does not stand the same way twice, and a sensor out of the box reads a little off. No number
# of strides takes that away, so it is said. The lean is clearly forward all the same: the whole band lies above zero.
#
# ## It turns
#
# *Rotation* is how far the trunk turns to the left and to the right of the way it goes. Here is the turning over one
# stride, from a left landing through the right one to the next left.

# %%
turn = analysis.measures.cycles["rotation"]
phase = 100 * np.append(turn.phase, 1.0)


def closed(wave):
    """A stride ends where the next one begins."""
    return np.append(wave, wave[0])


fig, ax = plt.subplots()
ax.fill_between(phase, closed(turn.low), closed(turn.high), color=SOFT, alpha=0.5, linewidth=0, label="four strides of five")
ax.plot(phase, closed(turn.mean), color=INK, linewidth=2, label="mean")
for at, foot, color in ((0, "left", LEFT), (50, "right", RIGHT), (100, "left", LEFT)):
    ax.axvline(at, color=color, linewidth=1, linestyle="--", ymax=0.9)
    ax.text(at, 17.5, f"{foot} foot lands", color=color, ha={0: "left", 50: "center", 100: "right"}[at])
ax.axhline(0, color="0.5", linewidth=1, linestyle=":")
ax.set(xlabel="share of the stride [%]", ylabel="turned to the left [°]", ylim=(-20, 20), xlim=(0, 100))
ax.legend(loc="lower left", frameon=False)
plt.show()

rotation = analysis.measures["rotation"]
print(f"from one side to the other: {rotation.value:.1f}° ± {band(rotation):.1f}°, over {rotation.n} strides")

# %% [markdown]
# The turn comes with the step: furthest to one side about when a foot lands, and then on its way to the other.
#
# ## What may be said of it
#
# A *trait* is something that is there, at least a bit. It is spoken of when the evidence carries it: when the lower end
# of the band clears a floor that is low on purpose, and when most strides show it one by one. What is not
# clear is not spoken of, and what the recording could not carry is said of the recording.

# %%
rows = []
for trait in analysis.traits:
    e = trait.evidence
    rows.append(
        {
            "trait": trait.rule.title,
            "state": trait.state,
            "measure": trait.rule.measure,
            "value": e.value,
            "from": e.low,
            "to": e.high,
            "more than": e.floor,
            "less than": e.ceiling,
            "unit": e.unit,
            "strides": e.n,
            "why not": "; ".join(trait.why),
        }
    )
pd.DataFrame(rows).set_index("trait").round(2)

# %% [markdown]
# In words, as the page has it:

# %%
print(build(analysis, charts=False).summary())

# %% [markdown]
# ## How near to the truth?
#
# This runner's every movement is known, so it can be laid beside what was found. (With a recording of your own there
# is no such file, and this part stays empty.)

# %%
truth_file = run.with_name(run.name.replace(".csv.gz", "_truth.json"))
if truth_file.exists():
    truth = json.loads(truth_file.read_text(encoding="utf-8"))
    true_t, true_lean = np.array(truth["t_s"]), np.array(truth["lean_deg"])
    area = np.concatenate([[0], np.cumsum(0.5 * (true_lean[1:] + true_lean[:-1]) * np.diff(true_t))])
    over = np.interp(found.stop, true_t, area) - np.interp(found.start, true_t, area)
    per_stride = over / found.duration

    fig, ax = plt.subplots()
    ax.plot(middle[counted], per_stride[counted], color=RIGHT, linewidth=1.2, label="true")
    ax.plot(middle[counted], lean.per_stride[counted], ".", color=INK, markersize=3, label="found")
    ax.set(xlabel="time [s]", ylabel="lean [°]", ylim=(-1, 12), title="Lean, found and true")
    ax.legend(loc="upper center", frameon=False, ncols=2)
    plt.show()

    contact = np.array(truth["contact_s"])
    landed, side = analysis.contacts.contact, analysis.contacts.side
    nearest = np.abs(landed[:, None] - contact).argmin(axis=1)
    off = landed - contact[nearest]
    off -= np.median(off)
    near = np.abs(off) < 0.05
    same_foot = side[near] == np.array(truth["side"])[nearest[near]]
    print(f"mean lean: {lean.value:.2f}° found, {per_stride[counted].mean():.2f}° true")
    print(f"landings: {len(np.unique(nearest[near]))} of {len(contact)} found, and {(~near).sum()} where there was none")
    print(f"half of them within {1000 * np.median(np.abs(off)):.0f} ms; left or right told as it was for {100 * same_foot.mean():.1f} %")

# %% [markdown]
# ## Live is the same water
#
# A run that is still going on comes in pieces. `Pipeline` takes them as they come, and it is the only way through:
# `gait.analyze` pushes the whole recording into one, too. So it makes no difference where the pieces are cut.

# %%
rng = np.random.default_rng(1)
cuts = [0, *np.sort(rng.choice(len(t), 300, replace=False)), len(t)]

pipeline = gait.Pipeline(recording.rate_hz, placement=recording.placement)
for a, b in zip(cuts[:-1], cuts[1:]):
    pipeline.push(recording.samples[a:b])
in_pieces = pipeline.analysis()

same = all(
    np.array_equal(measure.per_stride, in_pieces.measures[key].per_stride, equal_nan=True)
    for key, measure in analysis.measures.items()
)
print(f"{len(cuts) - 1} pieces, {len(in_pieces.measures.strides)} strides; every measure of every stride the same: {same}")
assert same

# %% [markdown]
# Live, only the last half minute is kept. Which way the runner faces was learnt at the beginning and is remembered. Each
# dot below is what one second's look back over 30 s said of its latest settled stride; the line is the whole run,
# analysed afterwards.

# %%
second = round(recording.rate_hz)
live = gait.Pipeline(recording.rate_hz, placement=recording.placement, window_s=30.0)
live.learn(analysis.mounting)

when, heard = [], []
for a in range(0, 120 * second, second):
    live.push(recording.samples[a : a + second])
    if a < 20 * second:
        continue
    now = live.analysis()
    inside = now.measures.strides.stop < now.settled[1]
    if inside.any():
        last = np.flatnonzero(inside)[-1]
        when.append(0.5 * (now.measures.strides.start[last] + now.measures.strides.stop[last]))
        heard.append(now.measures["lean"].per_stride[last])

when, heard = np.array(when), np.array(heard)
afterwards = lean.per_stride[np.abs(middle[:, None] - when).argmin(axis=0)]

fig, ax = plt.subplots()
part = middle < when[-1]
ax.plot(middle[part], lean.per_stride[part], color=SOFT, linewidth=1.5, label="the whole run, afterwards")
ax.plot(when, heard, ".", color=INK, markersize=5, label="live, second by second")
ax.set(xlabel="time [s]", ylabel="lean [°]", ylim=(4, 9), title="Live and afterwards")
ax.legend(frameon=False, ncols=2)
plt.show()

apart = np.abs(heard - afterwards)
print(f"{len(when)} looks: {np.median(apart):.2f}° between live and afterwards in the middle of them, {apart.max():.2f}° at most")

# %% [markdown]
# ## And from here
#
# - A recording of your own: `gait.read("run.csv")`, then `gait.analyze(recording, placement="sternum")`. Ten seconds of
#   quiet standing before setting off give lean its zero.
# - The page for it: `gait analyze run.csv` in a terminal.
# - The other sensor of the same steps is in `sample_data/easy_run_waist.csv.gz`: the hips lean and turn in their own way.
