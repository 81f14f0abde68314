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
# # Lean and rotation, explained
#
# Two angles of a trunk in running: how far it is held forward, and how far it turns to and fro. A motion sensor feels
# neither of them. It feels force and turning rate, in its own axes. This notebook goes the way from there to the angles
# with a made-up runner, whose true angles are known, and shows why the plainest way is off by so much.

# %%
import matplotlib.pyplot as plt
import numpy as np

import gait
from gait.rotations import cumulative_product, from_rotvec, inverse, rotate
from gait.synthetic import Course, Runner, Sensor, draw, simulate
from gait.units import DEG, G

INK, SOFT, ONE, OTHER = "#2f4858", "#9fb8c6", "#33658a", "#c77d3a"
plt.rcParams.update(
    {"figure.figsize": (9, 3.6), "figure.dpi": 90, "axes.spines.top": False, "axes.spines.right": False}
)

runner = Runner(lean_deg=6.0, turn_deg=12.0)
recording, truth = simulate(runner, Course(standing_s=8.0, running_s=40.0), Sensor.ideal(), seed=4)
t, acc, gyr = recording.samples.t, recording.samples.acc, recording.samples.gyr
running = (t > 18.0) & (t < 44.0)
print(f"true lean {truth.lean_deg[running].mean():.1f}°, turning {2 * runner.turn_deg:.0f}° from side to side")

# %% [markdown]
# ## What the sensor feels
#
# Here it sits straight on the trunk and has no errors at all: x forward, y left, z up. Two strides, four landings.
# Between them the runner flies, and in flight next to *nothing* is felt: the force falls to a small part of gravity. On landing it is two or
# three times gravity.

# %%
seconds = (t > 25.0) & (t < 26.4)
fig, ax = plt.subplots()
ax.plot(t[seconds], acc[seconds, 2] / G, color=INK, label="up")
ax.plot(t[seconds], acc[seconds, 0] / G, color=OTHER, label="forward")
flight = np.linalg.norm(acc, axis=1) < 0.6 * G
ax.fill_between(t[seconds], -1, 4, where=flight[seconds], color=SOFT, alpha=0.35, lw=0, label="next to nothing is felt")
ax.axhline(1.0, color=SOFT, lw=0.8)
ax.set(xlabel="time [s]", ylabel="specific force [g]", ylim=(-1, 4), title="Two strides")
ax.legend(frameon=False, ncols=3)
plt.show()

# %% [markdown]
# ## The plainest way, and why it is off
#
# Somebody who stands still feels gravity alone, so its direction tells how the trunk is tilted. In running the force's
# direction is gravity's *and* that of everything the feet do. Taken sample by sample, it swings all the way round.

# %%
felt = np.arctan2(-acc[:, 0], acc[:, 2]) * DEG

fig, ax = plt.subplots()
ax.plot(t[seconds], felt[seconds], ".", ms=3, color=OTHER, label="direction of the force, sample by sample")
ax.plot(t[seconds], truth.lean_deg[seconds], color=ONE, lw=2, label="true lean")
ax.set(xlabel="time [s]", ylabel="forward [°]", ylim=(-180, 180), yticks=[-180, -90, 0, 90, 180], title="A direction that means little in flight")
ax.legend(frameon=False)
plt.show()


# %% [markdown]
# A *complementary filter* is the usual cure: follow the gyroscope from sample to sample, and lean a little (2 %) towards
# the accelerometer each time. For a drone or a phone in the hand this works well. For a runner it does not: half of the
# time the accelerometer's direction is that of next to nothing, and of a landing the rest of the time. Both count alike,
# because the direction forgets how large the force was. The filter settles where these directions are on average, and
# that is not where gravity is.


# %%
def complementary(acc, gyr, dt, share=0.02):
    """Lean as a complementary filter tells it. [°]"""
    felt = np.arctan2(-acc[:, 0], acc[:, 2])
    out = np.empty(len(felt))
    angle = felt[0]
    for i, turned in enumerate(gyr[:, 1] * dt):
        out[i] = angle = (1 - share) * (angle + turned) + share * felt[i]
    return out * DEG


naive = complementary(acc, gyr, 1 / recording.rate_hz)
analysis = gait.analyze(recording, placement="sternum", series=True)

fig, ax = plt.subplots()
ax.plot(t, naive, color=OTHER, lw=0.6, label="complementary filter")
ax.plot(t, truth.lean_deg, color=SOFT, lw=1.2, label="true")
ax.plot(analysis.series.t, analysis.series.lean_deg, color=ONE, lw=0.8, label="gait")
ax.axvspan(0, 8, color=SOFT, alpha=0.25, lw=0)
ax.text(4, 24, "standing", ha="center")
ax.set(xlabel="time [s]", ylabel="forward [°]", ylim=(-45, 30), title="Standing it agrees; running it does not")
ax.legend(frameon=False, ncols=3, loc="lower right")
plt.show()

off = naive[running].mean() - truth.lean_deg[running].mean()
print(f"complementary filter: {naive[running].mean():.1f}° in the mean, {abs(off):.0f}° from the truth")

# %% [markdown]
# One runner is one runner. A dozen, with other speeds, landings and ways to be held:

# %%
told = {"complementary filter": [], "gait": []}
for seed in range(12):
    run, was = draw(seed, path="straight", sensor="ideal", running_s=25.0, standing_s=6.0)
    part = (was.t > 14.0) & (was.t < 29.0)
    true = was.lean_deg[part].mean()
    force, rate = (rotate(was.q_torso_sensor, v) for v in (run.samples.acc, run.samples.gyr))
    told["complementary filter"].append(complementary(force, rate, 1 / run.rate_hz)[part].mean() - true)
    found = gait.analyze(run)
    strides, lean = found.measures.strides, found.measures["lean"]
    spans = [slice(*np.searchsorted(was.t, s)) for s in zip(strides.start, strides.stop, strict=True)]
    true = np.array([was.lean_deg[s].mean() for s in spans])
    told["gait"].append(lean.value - true[strides.regular].mean())

fig, ax = plt.subplots()
ax.axhline(0, color=INK, lw=0.8)
ax.plot(told["complementary filter"], "o", color=OTHER, label="complementary filter")
ax.plot(told["gait"], "o", color=ONE, label="gait")
ax.set(xlabel="runner", ylabel="lean, told less true [°]", xticks=range(12), title="Twelve runners, a sensor without errors")
ax.legend(frameon=False)
plt.show()

for name, errors in told.items():
    print(f"{name:21} {np.median(np.abs(errors)):5.2f}° off in the middle, {np.max(np.abs(errors)):5.2f}° at most")

# %% [markdown]
# ## What is right: whole strides
#
# Over one whole stride a runner's velocity comes back to what it was. So whatever the feet do adds up to nothing, and
# what is left of the *force* (not of its direction) is gravity. But the trunk nods while this goes on, so the sum has to be
# made in axes that do not nod with it. The gyroscope carries such axes through a stride easily.
#
# Three ways to add up, for the strides of our first runner:

# %%
strides = analysis.measures.strides
inside = [slice(*np.searchsorted(t, s)) for s in zip(strides.start, strides.stop, strict=True) if 18 < s[0] < 44]
true = np.array([truth.lean_deg[s].mean() for s in inside])


def tilt(force):
    """Forward tilt of a mean force. [°]"""
    return np.arctan2(-force[0], force[2]) * DEG


of_directions = np.array([felt[s].mean() for s in inside])
of_forces = np.array([tilt(acc[s].mean(axis=0)) for s in inside])
carried = []
for s in inside:
    # Axes of the stride's first moment, into which the gyroscope leads every sample.
    q = cumulative_product(from_rotvec(gyr[s] / recording.rate_hz))
    gravity = rotate(q, acc[s]).mean(axis=0)
    # ... and how the trunk was held against it on the way.
    carried.append(tilt(rotate(inverse(q), gravity).mean(axis=0)))
carried = np.array(carried)

fig, ax = plt.subplots()
rows = (("mean of directions", of_directions), ("mean force, in nodding axes", of_forces), ("mean force, in axes the gyroscope carries", carried))
for k, (name, angles) in enumerate(rows):
    ax.plot(angles - true, np.full(len(true), k) + np.linspace(-0.15, 0.15, len(true)), ".", color=(OTHER, OTHER, ONE)[k])
ax.axvline(0, color=INK, lw=0.8)
ax.set(yticks=range(3), yticklabels=[name for name, _ in rows], xlabel="lean, told less true [°]", title="Each stride a dot")
fig.tight_layout()
plt.show()

for name, angles in rows:
    print(f"{name:42} {np.mean(angles - true):+6.1f}°")

# %% [markdown]
# The last way is what `gait` does, with care for what is left out here: strides that speed up or slow down, a
# smooth path from stride to stride, and the plane in which the runner moves rather than the one the chest faces.
#
# Lean also needs a zero. Somebody clips the sensor on the way the chest slopes; ten seconds of quiet standing tell that
# slope, and lean is counted from there.
#
# ## Rotation
#
# Turning about the long axis of the trunk does not show in gravity, so the gyroscope is alone with it. Added up, its
# rate is the angle; its bias adds up, too, and so does every bend of the road. Within a stride that is little, and what is
# asked for is the turning *to and fro*, from one side to the other in each stride.

# %%
rate = gyr[:, 2] + 0.5 / DEG  # half a degree a second of bias, as a warm sensor may have
summed = np.cumsum(rate) / recording.rate_hz * DEG

fig, (left, right) = plt.subplots(1, 2)
left.plot(t[running], summed[running] - summed[running][0], color=OTHER, lw=0.8)
left.set(xlabel="time [s]", ylabel="turned to the left [°]", title="Added up: it wanders off")
for s in inside[:25]:
    line = summed[s] - np.linspace(summed[s][0], summed[s][-1], s.stop - s.start)
    right.plot(np.linspace(0, 100, len(line)), line - line.mean(), color=SOFT, lw=0.6)
    right.plot(np.linspace(0, 100, len(line)), truth.rotation_deg[s] - truth.rotation_deg[s].mean(), color=ONE, lw=0.4)
right.set(xlabel="stride [%]", title="Stride by stride: the same each time")
fig.tight_layout()
plt.show()

measure = analysis.measures["rotation"]
ranges = np.array([np.ptp(truth.rotation_deg[s]) for s in inside])
print(f"rotation: {measure.value:.1f}° told, {ranges.mean():.1f}° true")

# %% [markdown]
# What limits it is the gyroscope's scale: 3 % from the shop, so 0.7° of 24°. `02_calibrate_a_sensor` shows how turning the
# sensor from face to face takes that down to one percent or less.
