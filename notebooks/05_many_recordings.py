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
# # A study of many recordings
#
# A folder of recordings, one command, two tables. Here the recordings are made up, so that what is found can be held against
# what is true: four runners, each at four speeds, a sensor on the chest, two minutes each. The question: how do turning and
# bouncing go with speed, and what can sixteen recordings carry?

# %%
import subprocess
import sys
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from gait.readers import write_csv
from gait.synthetic import draw

INK, SOFT = "#2f4858", "#9fb8c6"
COLORS = ["#33658a", "#c77d3a", "#5b8c5a", "#8a5a83"]
plt.rcParams.update(
    {"figure.figsize": (9, 3.6), "figure.dpi": 90, "axes.spines.top": False, "axes.spines.right": False}
)

folder = Path(tempfile.mkdtemp(prefix="gait-study-"))
rows, truths = [], []
for runner in range(4):
    # Each body keeps what is its own, and turns a little more when it is faster.
    own = 9.0 + 1.5 * runner
    for speed in (2.6, 3.1, 3.6, 4.1):
        recording, truth = draw(
            6100 + 10 * runner,
            path="straight",
            rate_hz=100.0,
            running_s=110.0,
            placement="sternum",
            speed_mps=speed,
            turn_deg=own + 2.0 * (speed - 2.6),
        )
        name = f"runner{runner}_{speed:.1f}.csv.gz"
        write_csv(recording, folder / name)
        rows.append({"path": name, "placement": "sternum", "runner": f"R{runner}", "speed_mps": speed})
        truths.append(2.0 * (own + 2.0 * (speed - 2.6)))
manifest = folder / "manifest.csv"
pd.DataFrame(rows).to_csv(manifest, index=False)
print(len(rows), "recordings in", folder.name[:10] + "...")

# %% [markdown]
# ## One command
#
# In a terminal it is `gait batch manifest.csv --out study --no-report`. One recording is one task; what is done is known by its
# content, so after Ctrl-C or a power cut the same command does the rest and nothing twice. The manifest says where the
# sensor was; its other columns (`runner`, `speed_mps`) go into the table as they are.

# %%
out = folder / "study"


def gait(*words):
    """The command, as in a terminal."""
    print(subprocess.run([sys.executable, "-m", "gait", *map(str, words)], capture_output=True, text=True, check=True).stdout)


gait("batch", manifest, "--out", out, "--no-report", "--jobs", 2, "--quiet")
runs = pd.read_csv(out / "runs.csv")
strides = pd.read_csv(out / "strides.csv")
print(f"{len(runs)} runs, {len(strides)} strides")
[column for column in runs.columns if column.startswith("rotation")]

# %% [markdown]
# Every measure has its value, its 90 % bounds from blocks of neighbouring strides, and its systematic part, which no more strides
# would narrow.

# %%
runs[["runner", "speed_mps", "cadence_spm", "rotation_deg", "vertical_oscillation_cm", "lean_deg"]].round(1)

# %%
fig, axes = plt.subplots(1, 2, figsize=(9, 3.8))
for color, (runner, mine) in zip(COLORS, runs.groupby("runner")):
    for ax, key, unit in zip(axes, ("rotation", "vertical_oscillation"), ("deg", "cm")):
        value, low, high = (mine[f"{key}{bound}_{unit}"] for bound in ("", "_low", "_high"))
        ax.errorbar(
            mine["speed_mps"], value, yerr=[value - low, high - value], marker="o", color=color, label=runner, capsize=2
        )
        ax.set(xlabel="speed [m/s]", ylabel=f"{key.replace('_', ' ')} [{unit}]")
axes[0].legend(frameon=False)
plt.show()

# %% [markdown]
# The bars are what strides leave open. They are short: two minutes hold 150 strides. But they are not the whole
# doubt. The systematic part is shared by all strides of a recording, and by all recordings of one sensor worn in one way. When
# one runner's runs are compared it mostly falls out of the difference; between runners it does not.
#
# ## What sixteen recordings can carry
#
# For each runner, a straight line through four speeds; then the mean of the four slopes, with the four runners as the
# independent ones. Strides are not: two hundred strides of one person are one person.

# %%
slopes = np.array([np.polyfit(mine["speed_mps"], mine["rotation_deg"], 1)[0] for _, mine in runs.groupby("runner")])
mean, error = slopes.mean(), slopes.std(ddof=1) / np.sqrt(len(slopes))
t95 = 2.353  # Student's t at .95 with three degrees of freedom
print("slope of each runner:", np.round(slopes, 1), "° per m/s")
print(f"mean {mean:.1f}, 90 % between {mean - t95 * error:.1f} and {mean + t95 * error:.1f} ° per m/s; made with 4.0")

# %% [markdown]
# ## Against what is true
#
# The made-up runners turned by so much, peak to peak. The difference holds the gyroscope's scale (up to 3 % in an uncalibrated
# sensor), the wobble of skin and strap, and chance.

# %%
true_deg = runs["path"].map(lambda path: Path(path).name).map({row["path"]: truth for row, truth in zip(rows, truths)})
off = runs["rotation_deg"] - true_deg
fig, ax = plt.subplots(figsize=(9, 3.2))
ax.axhline(0, color=SOFT, linewidth=1)
ax.plot(true_deg, off, "o", color=INK)
ax.fill_between([15, 36], -1.645 * 0.7, 1.645 * 0.7, color=SOFT, alpha=0.3, label="90 % by the systematic part")
ax.set(xlabel="true turn, peak to peak [°]", ylabel="measured less true [°]")
ax.legend(frameon=False)
plt.show()
print(f"root mean square {np.sqrt((off**2).mean()):.2f}°")

# %% [markdown]
# ## Any question, in SQL
#
# With the extra `tables`, `gait query` answers over both tables; a million strides take less than a second.

# %%
gait(
    "query",
    "select runner, count(*) as strides, round(avg(s.rotation_deg), 1) as turn, round(avg(s.cadence_spm), 0) as cadence "
    "from strides s join runs using (run) group by runner order by runner",
    "--in",
    out,
)
