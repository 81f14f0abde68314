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
# # Calibrate a sensor
#
# A motion sensor from the shop reads a little too much or too little on each axis: a few hundredths of g, some degrees
# a second, a few percent of scale. For how a trunk is held that is up to some tenths of a degree, for how far it turns a
# degree. Two minutes with the sensor on a table halve the one and more than halve the other.
#
# With a sensor of your own this is one command, `gait calibrate`. This notebook looks behind it, with a made-up
# sensor whose every error is known, so that at the end there is a truth to hold the answer against.

# %%
from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np

import gait
from gait.calibration.calibrate import calibrate
from gait.calibration.rests import find_rests, turns
from gait.calibration.uncertainty import turn_sigma, worst_lean_deg, worst_turn
from gait.synthetic import Sensor, draw
from gait.synthetic.handling import FACES, handle
from gait.units import DEG, G

INK, SOFT, ONE, OTHER = "#2f4858", "#9fb8c6", "#33658a", "#c77d3a"
plt.rcParams.update(
    {"figure.figsize": (9, 3.6), "figure.dpi": 90, "axes.spines.top": False, "axes.spines.right": False}
)

sensor = Sensor.mpu6050(np.random.default_rng(11))
recording = handle(sensor, seed=3, faces=(*FACES, FACES[0]), tilt_deg=5.0)
print(f"{recording.samples.t[-1] - recording.samples.t[0]:.0f} s, {recording.rate_hz:.0f} samples a second")

# %% [markdown]
# ## A hand turns it from face to face
#
# Six faces, and back to the first. No face lies straight: a hand props the box against a book, a few degrees off. Each
# rest is found by itself, in any order (shaded).

# %%
samples = recording.samples
rests = find_rests(samples)

fig, ax = plt.subplots()
for column, colour, name in zip(samples.acc.T, (ONE, OTHER, INK), "xyz", strict=True):
    ax.plot(samples.t, column / G, color=colour, lw=0.8, label=name)
for rest in rests:
    ax.axvspan(rest.start, rest.stop, color=SOFT, alpha=0.35, lw=0)
    ax.text(0.5 * (rest.start + rest.stop), 1.55, f"{rest.face} up", ha="center", fontsize=9)
ax.set(xlabel="time [s]", ylabel="specific force [g]", ylim=(-1.9, 1.8), title="Seven rests, and the turns between them")
ax.legend(frameon=False, ncols=3, loc="lower left")
plt.show()

# %% [markdown]
# ## What a rest tells, and what it does not
#
# At rest the accelerometer feels gravity and nothing else, so its three readings together are 1 g, *whichever way the
# box lies*. That is all that is asked of a rest. Nobody knows exactly which way it lies, and nobody has to.
#
# Six rests are six such equations. The unknowns are nine: three offsets, three scales, and three small angles by which the
# axes are not square to each other. What closes the gap are the turns. The gyroscope follows the box from one rest to
# the next; where it leads, gravity has to be. That ties the rests together, and tells the gyroscope's own scale on the
# way: a turn from face to face is a turn whose size gravity knows.
#
# Two things stay open for good, and do no harm. How the chip sits in its box: lean is measured against your own
# standing. And how large gravity is where you are: it is within 0.3 % of 9.80665 m/s² everywhere, and a common factor turns
# no angle.

# %%
raw = np.array([np.linalg.norm(rest.force) for rest in rests]) / G
found = calibrate(recording)
known = found.calibration
after = np.linalg.norm((np.array([r.force for r in rests]) - known.acc_offset) @ known.acc_gain.T, axis=1) / G

fig, (left, right) = plt.subplots(1, 2)
where = np.arange(len(rests))
left.axhline(1.0, color=SOFT)
left.plot(where, raw, "o", color=OTHER, label="as read")
left.plot(where, after, "o", color=ONE, label="calibrated")
left.set(xticks=where, xticklabels=[r.face for r in rests], ylabel="size of the force at rest [g]", title="Rests")
left.legend(frameon=False)

plain = []
for way in turns(samples, rests):
    turned = np.linalg.norm(np.sum(way.gyr * way.dt[:, None], axis=0))
    plain.append(turned * DEG)
right.bar(np.arange(len(plain)), known.turn_residuals * DEG, color=ONE)
right.set(
    xticks=np.arange(len(plain)),
    xticklabels=[f"{a.face} to {b.face}" for a, b in zip(rests, rests[1:], strict=False)],
    ylabel="gyroscope against gravity [°]",
    title="Turns",
)
right.tick_params(axis="x", rotation=45)
fig.tight_layout()
plt.show()

print(f"rests: from {1000 * np.abs(raw - 1).max():.0f} mg off to {1000 * np.abs(after - 1).max():.2f} mg")

# %% [markdown]
# What is left is small, and that alone proves little: with so few equations the fit can bend to them. What counts is
# whether the answer is near the truth, and whether the stated doubt says how near.

# %%
drift = 1 + 1e-6 * sensor.clock_ppm
truth = {
    "offset [mg]": (np.array(sensor.acc_bias) / G * 1000, known.acc_offset / G * 1000),
    "gyroscope's bias [°/s]": (np.array(sensor.gyr_bias) * DEG, known.gyr_bias * DEG),
    "gyroscope's scale [%]": (
        100 * (1 / (np.diag(sensor.gyr_matrix) * drift) - 1),
        100 * (np.diag(known.gyr_gain) - 1),
    ),
}
for name, (true, told) in truth.items():
    print(f"{name:24} true {np.round(true, 2)}   found {np.round(told, 2)}")
print(f"stated: lean of 8° to ±{worst_lean_deg(known, 8.0):.2f}°, turning to ±{100 * worst_turn(known):.1f} %")

# %% [markdown]
# (Scale and cross axes mix a little: the answer keeps the accelerometer's axes where they are on average, and tells the
# gyroscope's in these. So the two columns differ in their second digit without an angle being off.)
#
# ## More rests, less doubt
#
# The same sensor, with one rest, two, and so on. What the rests do not tell stays as wide as the datasheet says; a
# calibration that is half done says so by itself.

# %%
counts = range(1, 12)
long = handle(sensor, seed=5, faces=(*FACES, FACES[0], "+x", "+y", "-x", "-y"), tilt_deg=5.0)
ends = [rest.stop for rest in find_rests(long.samples)]
lean, turn = [], []
for count in counts:
    part = replace(long, samples=long.samples.between(-np.inf, ends[count - 1] + 0.3))
    so_far = calibrate(part, partial=True).calibration
    lean.append(worst_lean_deg(so_far, 8.0))
    turn.append([100 * turn_sigma(so_far, axis) for axis in np.eye(3)])

fig, (left, right) = plt.subplots(1, 2)
left.semilogy(counts, lean, "o-", color=ONE)
left.set(xlabel="rests", ylabel="doubt of a lean of 8° [°]", title="Lean, as far as the sensor goes")
for column, colour, name in zip(np.array(turn).T, (ONE, OTHER, INK), "xyz", strict=True):
    right.semilogy(counts, column, "o-", color=colour, label=f"about {name}")
right.set(xlabel="rests", ylabel="doubt of a turn [%]", title="Turning")
right.legend(frameon=False)
for ax in (left, right):
    ax.axvline(6, color=SOFT, ls=":")
fig.tight_layout()
plt.show()

# %% [markdown]
# ## What it is worth on a run
#
# A dozen made-up runners, each with another sensor from the shop: what is told of lean and turning, less what is true, with
# the sensor as it comes and after its six rests. Lean profits little in most runs, for standing still has told most of it
# already; turning, where the gyroscope is alone, profits in nearly all.

# %%
errors = {("lean", name): [] for name in ("as it comes", "after six rests")}
errors |= {("rotation", name): [] for name in ("as it comes", "after six rests")}
for seed in range(12):
    run, was = draw(seed, path="straight", sensor="mpu6050", running_s=30.0)
    mine = calibrate(handle(was.sensor, seed)).calibration
    for name, use in (("as it comes", None), ("after six rests", mine)):
        analysis = gait.analyze(run, calibration=use)
        strides = analysis.measures.strides
        spans = [slice(*np.searchsorted(was.t, s)) for s in zip(strides.start, strides.stop, strict=True)]
        true = {
            "lean": np.array([was.lean_deg[s].mean() for s in spans]),
            "rotation": np.array([np.ptp(was.rotation_deg[s]) for s in spans]),
        }
        for key, values in true.items():
            errors[key, name].append(analysis.measures[key].value - values[strides.regular].mean())

fig, axes = plt.subplots(1, 2)
for ax, key in zip(axes, ("lean", "rotation"), strict=True):
    for k, (name, colour) in enumerate((("as it comes", OTHER), ("after six rests", ONE))):
        ax.bar(np.arange(12) + 0.4 * k, errors[key, name], width=0.4, color=colour, label=name)
    ax.axhline(0, color=INK, lw=0.8)
    ax.set(xlabel="runner", ylabel="told less true [°]", title=f"Mean {key} of a run", xticks=[])
axes[0].legend(frameon=False)
fig.tight_layout()
plt.show()

for (key, name), sizes in errors.items():
    print(f"{key:9} {name:16} {np.median(np.abs(sizes)):.2f}° in the middle, {np.max(np.abs(sizes)):.2f}° at most")

# %% [markdown]
# ## With a sensor of your own
#
# - `gait calibrate` leads through the six faces and keeps the answer for that sensor. `gait analyze` uses it by itself
#   whenever a recording names the sensor, and says so.
# - `gait calibrate FILE` looks for rests in a recording, also in an old one; `--partial` takes what is there.
# - From Python: `gait.Calibration.load("my-sensor.json")`, then `gait.analyze(recording, calibration=...)`.
# - A gyroscope's bias wanders with temperature; it is taken anew from every standing, so it matters least.
