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
# # Write a trait
#
# A trait is a test for presence: *at least a bit* of something is there. It has no levels and no opposite. Where it is
# not clear, the page is silent.
#
# Here we write one, from the idea to the figures that say whether it may be let loose on runners: **a moment in the
# air**. Between two steps of running there is a short flight. Whoever runs has felt it, few have noticed it.

# %%
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

import gait
from gait.synthetic import draw
from gait.traits.rules import OWN_CATALOGUE, check_catalogue, load_catalogue

INK, SOFT, ABSENT, THERE = "#2f4858", "#9fb8c6", "#c77d3a", "#33658a"
plt.rcParams.update(
    {"figure.figsize": (9, 3.6), "figure.dpi": 90, "axes.spines.top": False, "axes.spines.right": False}
)

# %% [markdown]
# ## The measure it rests on
#
# There is a measure for it already, `flight_time`: how long both feet are off the ground in a step. If there were none,
# it would be one file in `gait/measures/`. What matters for a claim is how far it can be wrong no matter how many strides
# there are. Contact times from a trunk sensor scatter by 17.5 ms from person to person (42 clips with force plates).
# That is the systematic part, and a floor below it would be a guess.
#
# ## The rule
#
# A coach's catalogue is a text file. We take the one that comes with gait and add a table.

# %%
MY_TRAIT = '''
[air]
title = "A moment in the air"
measure = "flight_time"
unit = "ms"
floor = 20.0
least_strides = 80
share = { above = 0.0, least = 0.90 }
most_clipped = 0.02
typical = [40.0, 160.0]
plausible = [-100.0, 300.0]
systematic = { uncalibrated = 17.5, six_position = 17.5 }
source = "Floor chosen: about one systematic uncertainty, so that it is air and not error. Share chosen."
'''

folder = Path(tempfile.mkdtemp(prefix="gait-trait-"))
mine = folder / "mine.toml"
mine.write_text(OWN_CATALOGUE.read_text(encoding="utf-8") + MY_TRAIT, encoding="utf-8")

catalogue, faults = check_catalogue(mine)
print("faults:", faults or "none")

# %% [markdown]
# A slip of the pen is told with its line, the same as `gait traits --check mine.toml` does:

# %%
slip = folder / "slip.toml"
slip.write_text(mine.read_text(encoding="utf-8").replace("least = 0.90 }\nmost_clipped = 0.02\ntypical = [40", "least = 90 }\nmost_clipped = 0.02\ntypical = [40"), encoding="utf-8")
for fault in check_catalogue(slip)[1]:
    print(fault)

# %% [markdown]
# ## Does it claim what is there, and only that?
#
# A rule is worth what it does on runs whose truth is known. `gait.synthetic` makes runners; the flight is what is left of
# a step when the foot has left the ground. We make some with hardly any, some near the floor, some with plenty, each with
# another body, another mounting and another sensor.

# %%
def air_of(truth):
    """True mean flight of a step [ms]."""
    flight = truth.contact[1:] - truth.toe_off[:-1]
    return 1000.0 * float(np.median(flight[(flight > -0.2) & (flight < 0.4)]))


def study(catalogue, seeds):
    """One row a run: what is true, what was measured, what was said."""
    rows = []
    for flight_ms in (-10.0, 10.0, 40.0, 70.0, 110.0):
        for seed in seeds:
            cadence = 160.0 + 5.0 * (seed % 4)
            contact = 60.0 / cadence - flight_ms / 1000.0
            recording, truth = draw(
                seed, path="straight", rate_hz=100.0, cadence_spm=cadence, contact_s=contact, speed_mps=3.0
            )
            found = gait.analyze(recording, placement=recording.placement, catalogue=catalogue)
            trait = next(t for t in found.traits if t.rule.key == "air")
            rows.append((air_of(truth), trait.evidence.value, trait.evidence.low, trait.state == "seen"))
    return pd.DataFrame(rows, columns=["true_ms", "measured_ms", "low_ms", "seen"])


first = study(catalogue, range(4000, 4004))
first.round(1)

# %%
def picture(table, floor, title):
    fig, ax = plt.subplots()
    for mask, color, label in ((table["seen"], THERE, "spoken of"), (~table["seen"], ABSENT, "silent")):
        reach = (table["measured_ms"] - table["low_ms"])[mask]
        ax.errorbar(
            table["true_ms"][mask],
            table["measured_ms"][mask],
            yerr=[reach, np.zeros(len(reach))],
            fmt="o",
            color=color,
            label=label,
            linewidth=1,
        )
    ax.axhline(floor, color=SOFT, linestyle=":", label="floor")
    ax.plot([0, 120], [0, 120], color=SOFT, linewidth=1)
    ax.set(xlabel="true flight of a step [ms]", ylabel="measured, down to its bound [ms]", title=title)
    ax.legend(frameon=False, loc="lower right")
    plt.show()


def figures(table, floor):
    absent = table[table["true_ms"] <= floor]
    there = table[table["true_ms"] > floor + 2 * 17.5]
    print(f"below the floor: {len(absent)} runs, spoken of in {int(absent['seen'].sum())}")
    print(f"clearly above it: {len(there)} runs, spoken of in {int(there['seen'].sum())}")


picture(first, 20, "A moment in the air, floor at 20 ms")
figures(first, 20)

# %% [markdown]
# The whisker goes down to the bound that has to clear the floor: one-sided 95 %, with what strides leave open and what no stride
# would close. The grey line is the truth, and here is what a study is for: where there is hardly any flight the sensor still
# reads some 30 to 50 ms. The soft end of a contact hardly reaches the trunk. With the floor at 20 ms the rule claims
# flight in a run that has next to none, and no sentence can be worth that.
#
# So the floor goes up, until the rule is silent where it has nothing to say. We choose it on the runs above, and look at
# *other* runners to see whether it holds: a rule that agrees with the runs it was made on proves nothing.

# %%
quiet = first["low_ms"][first["true_ms"] < 20]
floor = 5.0 * np.ceil((quiet.max() + 20.0) / 5.0)  # with room to spare: four runners are few
print(f"floor: {floor:.0f} ms")
text = mine.read_text(encoding="utf-8").replace("floor = 20.0", f"floor = {floor:.1f}")
mine.write_text(text.replace("Floor chosen: about one", "Floor chosen on simulated runners without flight: above one"), encoding="utf-8")

others = study(load_catalogue(mine), range(4100, 4104))
picture(others, floor, "Other runners, the new floor")
figures(others, floor)

# %% [markdown]
# It stays silent below the floor, and also where there is some flight that cannot be told from error. That is how it is meant:
# silence costs nothing. A handful of runs shows the direction. Before a rule goes to runners it wants hundreds, with the
# trait absent, near the floor and clearly there; `make study` does that for the traits that come with gait.
#
# ## On a page
#
# `gait analyze run.csv --catalogue mine.toml` goes by the new rule. The sentence a runner reads stands in the words' file of each
# language (`gait/report/words_en.toml`); until there is one, the page uses the title. Read it aloud before you let it out: it
# says what was there, in the past tense, and asks for nothing.

# %%
run = draw(4001, path="straight", rate_hz=100.0, cadence_spm=165.0, contact_s=0.25)[0]
found = gait.analyze(run, placement=run.placement, catalogue=load_catalogue(mine))
for trait in found.traits:
    if trait.state == "seen":
        print(f"{trait.rule.title:34s} clarity {trait.clarity:.1f}")
