"""The sample data: six easy minutes of a runner who does not exist.

Lives here: sample_recordings(), true_means() of such a run, and write_samples(), which puts them into a folder with truth,
origin and checksums.
Not here: simulating (truth.py), the CSV (readers/csv_file.py).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from gait.recording import Recording
from gait.rotations import Floats, from_rotvec, multiply
from gait.synthetic.course import Course
from gait.synthetic.runner import Runner
from gait.synthetic.sensor import Sensor
from gait.synthetic.truth import Truth, simulate
from gait.units import RAD

#: One seed for both places, so that both sensors ride on the same steps.
SEED = 360

#: The run: quiet standing, six minutes on a 400 m track, standing again.
COURSE = Course(path="track", standing_s=10.0, running_s=360.0, standing_after_s=10.0)

#: An easy jog. Chosen: the middle of what recreational runners do (SIGNALS.md, typical values).
RUNNER = Runner(
    placement="sternum",
    speed_mps=2.9,
    lean_deg=6.5,
    lean_drift_deg=1.5,
    nod_deg=2.2,
    turn_deg=13.0,
    roll_deg=3.5,
    impact_g=1.8,
    timing_asymmetry=0.004,
    step_time_cv=0.016,
    tissue_wobble=0.7,
)

#: Samples a second. [Hz]  Enough for all measures (SIGNALS.md), and each file stays near 1 MB.
RATE_HZ = 100.0

#: So long after the first and before the last contact strides are no part of the true means: the runner is still
#: getting going, or slowing down. [s]  Chosen: some five strides.
GETTING_GOING_S = 4.0

#: Rows of the table of true means: key, name, how it is written.
MEANS = (
    ("cadence", "cadence", "{:.1f} steps a minute"),
    ("lean", "lean, forward of the own standing line", "{:.1f}°"),
    ("rotation", "turn, from furthest left to furthest right", "{:.1f}°"),
    ("sway", "sway, from furthest left to furthest right", "{:.1f}°"),
    ("vertical_oscillation", "bounce, from lowest to highest within a step", "{:.1f} cm"),
    ("contact_time", "contact time", "{:.0f} ms"),
    ("flight_time", "time in the air, per step", "{:.0f} ms"),
)

README = """\
# Sample data

Two recordings of one easy run: 10 s of quiet standing, 6 minutes on a 400 m track at 2.9 m/s, 10 s of standing.
Nobody ran it. `gait.synthetic` computed the movement of a trunk and what an MPU-6050 on it would read
(±16 g, ±2000 °/s, 100 Hz, with noise, bias, scale errors, clock error and lost samples), so that all of it is known.

| file | what |
|---|---|
| `easy_run_chest.csv.gz` | sensor on the sternum |
| `easy_run_waist.csv.gz` | the same steps, sensor at the back of the waist, with its own clock |
| `easy_run_chest_truth.json`, `easy_run_waist_truth.json` | what was true |
| `SHA256SUMS` | checksums |

## What is true of it

Computed from the movement itself, not from what the sensors read: means over all strides but those within {getting_going:.0f} s
of the first and the last contact. Lay the page beside them.

| true mean | chest | waist |
|---|---|---|
{means}

The page will not show these figures to the last digit: one sensor cannot. Under "How this was measured" each number has
what it may be off by, as one standard deviation ("systematic"); its "90 % interval" is chance alone. About two times in
three the true mean lies within the one, nineteen times in twenty within twice as much.

## What is in the files

- **Columns**: time [s], specific force x, y, z [m/s²], angular rate x, y, z [rad/s], in the sensor's axes;
  units are in the header, and the comment lines above it say where the sensor was.
- **Truth**: times are the recording's own seconds. `bouts`; `contact_s`, `toe_off_s` and `side` of each foot
  contact; each 40 ms `lean_deg` (forward of the own standing line), `rotation_deg` (positive left, against
  the path), `sway_deg` (positive right), `speed_mps`; `q_torso_sensor`, the mounting as a quaternion, w first.
- **Origin**: made by `gait sample DIR` of this project; the same version gives the same bytes with the same numpy and scipy.
- **Licence**: MIT, as the project.
"""


def sample_recordings() -> Iterator[tuple[str, Recording, Truth]]:
    """Name, recording and truth: ``easy_run_chest`` and ``easy_run_waist``."""
    # Chest: x of the board to the runner's left, z out of the chest, which slopes 18° back.
    chest = multiply(from_rotvec([0.0, -18.0 * RAD, 0.0]), _axes("left", "up"))
    # Waist, at the back: x of the board up, z backward; the belt lets it tip 8° and turn 5°.
    waist = multiply(from_rotvec([3.0 * RAD, 8.0 * RAD, 5.0 * RAD]), _axes("up", "left"))
    # The hips turn and roll less than the chest (treadmill clip of SIGNALS.md: 11° and 5° peak to peak).
    hips = replace(RUNNER, placement="waist", lean_deg=8.0, nod_deg=2.6, turn_deg=5.5, roll_deg=2.8)
    for name, runner, mount in (("easy_run_chest", RUNNER, chest), ("easy_run_waist", hips, waist)):
        rng = np.random.default_rng([SEED, len(runner.placement)])
        recording, truth = simulate(runner, COURSE, Sensor.mpu6050(rng, RATE_HZ, mount), SEED)
        yield name, recording, truth


def true_means(truth: Truth) -> dict[str, float]:
    """What was true of a run's strides in the mean, by the keys of the measures.

    Parameters
    ----------
    truth : Truth
        Of a course with one bout of running.

    Returns
    -------
    dict of str to float
        ``cadence`` [steps/min], ``lean``, ``rotation``, ``sway`` [°], ``vertical_oscillation`` [cm], ``contact_time``,
        ``flight_time`` [ms]: means over strides, from every other contact to the one after the next.
    """
    contact, toe_off = truth.contact[truth.running], truth.toe_off[truth.running]
    first = np.arange(0, len(contact) - 2, 2)
    late_enough = contact[first] > contact[0] + GETTING_GOING_S
    first = first[late_enough & (contact[first + 2] < contact[-1] - GETTING_GOING_S)]
    edges = np.searchsorted(truth.t, np.stack([contact[first + i] for i in range(3)], axis=1))

    def over(values: Floats, of: Callable[[Floats], float]) -> float:
        return float(np.mean([of(values[a:b]) for a, _, b in edges]))

    steps = [truth.height[a:b] for a, middle, c in edges for a, b in ((a, middle), (middle, c))]
    stance, flight = toe_off - contact, contact[1:] - toe_off[:-1]
    both = np.concatenate([first, first + 1])
    return {
        "cadence": float(np.mean(120.0 / (contact[first + 2] - contact[first]))),
        "lean": over(truth.lean_deg, np.mean),
        "rotation": over(truth.rotation_deg, np.ptp),
        "sway": over(truth.sway_deg, np.ptp),
        "vertical_oscillation": 100.0 * float(np.mean([np.ptp(h) for h in steps])),
        "contact_time": 1000.0 * float(stance[both].mean()),
        "flight_time": 1000.0 * float(flight[both].mean()),
    }


def write_samples(folder: Path, *, force: bool = False) -> list[Path]:
    """Write both recordings, their truth, a README and checksums; returns what was written.

    Raises
    ------
    FileExistsError
        If one of the files is there already and ``force`` is off; then nothing is written.
    """
    from gait.readers.csv_file import write_csv

    names = ("easy_run_chest", "easy_run_waist")
    files = [f"{name}{end}" for name in names for end in (".csv.gz", "_truth.json")]
    targets = [folder / file for file in (*files, "README.md", "SHA256SUMS")]
    for target in targets:
        if target.exists() and not force:
            raise FileExistsError(17, "File exists", str(target))
    means = []
    for name, recording, truth in sample_recordings():
        means.append(true_means(truth))
        write_csv(recording, folder / f"{name}.csv.gz")
        text = json.dumps(truth.as_dict(), separators=(",", ":"))
        (folder / f"{name}_truth.json").write_text(text + "\n", encoding="utf-8", newline="\n")
    table = "\n".join(
        f"| {name} | {' | '.join(form.format(of[key]) for of in means)} |" for key, name, form in MEANS
    )
    readme = README.format(means=table, getting_going=GETTING_GOING_S)
    (folder / "README.md").write_text(readme, encoding="utf-8", newline="\n")
    sums = [f"{hashlib.sha256((folder / file).read_bytes()).hexdigest()}  {file}\n" for file in files]
    (folder / "SHA256SUMS").write_text("".join(sums), encoding="utf-8", newline="\n")
    return targets


def _axes(x: str, y: str) -> Floats:
    """The mounting q_torso_sensor whose x and y axes point up, left, or forward of the torso."""
    from gait.rotations import from_matrix

    way = {"forward": [1.0, 0.0, 0.0], "left": [0.0, 1.0, 0.0], "up": [0.0, 0.0, 1.0]}
    first, second = np.array(way[x]), np.array(way[y])
    return from_matrix(np.stack([first, second, np.cross(first, second)], axis=1))
