"""How much the synthetic runner looks like motion capture, over the stride.

    python tests/accuracy/compare_waveforms.py [--png FILE]

Prints, for each clip and each channel, size, difference and correlation of the mean strides, and how much of
the clip's mean stride lies inside what 40 drawn runners do at the same phase. Both are low-passed alike, both
start at left-foot contact; one lag a clip, found on the vertical, is allowed, because contacts of motion capture are
kinematic. Data: the folder shared/data beside the checkout, or GAIT_SHARED_DATA.

Lives here: the comparison the waveform families of gait.synthetic.runner were set by.
Not here: claims a test can fail on (tests/gait/test_synthetic.py).
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy.signal import butter, sosfiltfilt

from gait.rotations import Floats, from_matrix, rotate
from gait.synthetic import Course, Runner, Sensor, Truth, Waveform, simulate
from gait.synthetic.waveform import Worn
from gait.units import DEG

#: Clips, where they were worn and their speed. [m/s]  The retargeted clips' speed: Chosen, from their cadence.
CLIPS: tuple[tuple[str, Worn, float], ...] = (
    ("rbds032_pelvis_3p5mps", "sacrum", 3.5),
    ("sie_chest_forward08", "sternum", 2.2),
    ("sie_chest_forward10", "sternum", 2.6),
)
CHANNELS = ("force fwd", "force left", "force up", "lean", "roll", "yaw")
#: Low pass of both. [Hz]  Source: SIGNALS.md, the clips are low-passed at about 13 Hz.
LOW_PASS = 13.0
#: Points of a stride.
PHASES = 100
#: Runners drawn for the envelope, and its percentiles.
RUNNERS, INSIDE = 40, (2.5, 97.5)
#: Furthest lag tried. [s]
MOST_LAG = 0.05


@dataclass(frozen=True)
class Series:
    """One recording in torso axes: t (n,), channels (n, 6) in m/s² and °, contacts with sides."""

    t: Floats
    channels: Floats
    contact: Floats
    left: np.ndarray


def shared_data() -> Path:
    """Where the motion capture is, if anywhere."""
    beside = Path(__file__).resolve().parents[3] / "shared" / "data"
    return Path(os.environ.get("GAIT_SHARED_DATA", beside))


def motion_capture(folder: Path, name: str) -> Series:
    """A clip turned into its body's axes."""
    truth = json.loads((folder / f"{name}_truth.json").read_text())
    rows = np.loadtxt(folder / f"{name}.csv", delimiter=",", skiprows=1)
    acc = rotate(from_matrix(truth["R_mount"]), rows[:, 1:4])
    angles = np.stack([np.array(truth[k]) * DEG for k in ("lean_fwd", "lean_right", "yaw")], axis=1)
    left = np.array(truth["ic_side"]) == "L"
    return Series(rows[:, 0], np.concatenate([acc, angles], axis=1), np.array(truth["ic_t"]), left)


def synthetic(truth: Truth, acc: Floats) -> Series:
    """A simulated run in torso axes."""
    angles = np.stack([truth.lean_deg, truth.sway_deg, truth.rotation_deg], axis=1)
    keep = (truth.contact > truth.contact[0] + 4.0) & (truth.contact < truth.contact[-1] - 3.0)
    torso = rotate(truth.q_torso_sensor, acc)
    return Series(
        truth.t, np.concatenate([torso, angles], axis=1), truth.contact[keep], truth.side[keep] == "left"
    )


def strides(series: Series, lag: float = 0.0) -> Floats:
    """Steady strides from left contact, (k, PHASES, 6), angles about their own mean."""
    sos = butter(2, LOW_PASS, fs=1.0 / float(np.median(np.diff(series.t))), output="sos")
    low = sosfiltfilt(sos, series.channels, axis=0)
    opens = series.contact[series.left]
    took = np.diff(opens)
    out = []
    for start, long in zip(opens[:-1], took, strict=True):
        if abs(long / np.median(took) - 1) < 0.15 and start + long + lag < series.t[-1]:
            at = start + lag + long * np.arange(PHASES) / PHASES
            out.append(np.stack([np.interp(at, series.t, low[:, c]) for c in range(6)], axis=1))
    found = np.array(out)
    found[:, :, 3:] -= found[:, :, 3:].mean(axis=1, keepdims=True)
    return found


def runner_like(clip: Series, placement: Worn, speed: float) -> Runner:
    """The middle of the family, with the clip's own rhythm and sizes of lean, nod, roll and turn."""
    mean = strides(clip).mean(axis=0)
    even = (mean + np.roll(mean, PHASES // 2, axis=0)) / 2
    step = float(np.median(np.diff(clip.contact)))
    return Runner(
        placement=placement,
        speed_mps=speed,
        cadence_spm=60.0 / step,
        lean_deg=float(clip.channels[:, 3].mean()),
        nod_deg=float(np.ptp(even[:, 3])) / 2,
        roll_deg=float(np.ptp(mean[:, 4])) / 2,
        turn_deg=float(np.ptp(mean[:, 5])) / 2,
        step_time_cv=0.012,
    )


def run(runner: Runner, seed: int) -> Floats:
    """Mean stride (PHASES, 6) of half a minute, ideal sensor."""
    recording, truth = simulate(runner, Course(standing_s=2.0, running_s=26.0), Sensor.ideal(), seed)
    return np.asarray(strides(synthetic(truth, recording.samples.acc)).mean(axis=0))


def best_lag(clip: Series, model: Floats) -> float:
    """The lag at which the clip's vertical looks most like the model's. [s]"""
    lags = np.arange(-MOST_LAG, MOST_LAG + 1e-9, 0.005)
    score = [np.corrcoef(strides(clip, lag).mean(axis=0)[:, 2], model[:, 2])[0, 1] for lag in lags]
    return float(lags[int(np.argmax(score))])


def in_words(clip: Floats, model: Floats, low: Floats, high: Floats) -> str:
    """Where the clip leaves the drawn runners furthest."""
    over = np.maximum(clip - high, low - clip)
    k = int(np.argmax(over))
    if over[k] <= 0:
        return "inside everywhere"
    foot = "left" if k < PHASES // 2 else "right"
    side = "above" if clip[k] > high[k] else "below"
    return f"clip {abs(over[k]):.1f} {side} all runners {2 * (k % (PHASES // 2)) / PHASES * 100:.0f} % into the {foot} step"


def main() -> int:
    """Print the table; 0 also when there is nothing to compare with."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--png", type=Path, help="draw the mean strides into this file")
    args = parser.parse_args()
    folder = shared_data() / "mocap"
    if not folder.is_dir():
        print(f"No motion capture at {folder}: nothing compared. GAIT_SHARED_DATA says where it is.")
        return 0
    pictures = []
    for name, placement, speed in CLIPS:
        clip = motion_capture(folder, name)
        runner = runner_like(clip, placement, speed)
        model = run(runner, 1)
        lag = best_lag(clip, model)
        mean = strides(clip, lag).mean(axis=0)
        rng = np.random.default_rng(11)
        crowd = np.array([run(_varied(runner, rng), seed) for seed in range(RUNNERS)])
        low, high = np.percentile(crowd, INSIDE, axis=0)
        print(
            f"\n{name} ({placement}), clip {lag * 1000:+.0f} ms, step {60 / (runner.cadence_spm or 1):.3f} s"
        )
        print(
            f"{'channel':11s} {'clip p-p':>9s} {'sim p-p':>9s} {'RMS diff':>9s} {'corr':>6s} {'inside':>7s}  where they differ"
        )
        for c, channel in enumerate(CHANNELS):
            diff = mean[:, c] - model[:, c]
            within = np.mean((mean[:, c] >= low[:, c]) & (mean[:, c] <= high[:, c]))
            print(
                f"{channel:11s} {np.ptp(mean[:, c]):9.1f} {np.ptp(model[:, c]):9.1f} {np.sqrt(np.mean(diff**2)):9.2f} "
                f"{np.corrcoef(mean[:, c], model[:, c])[0, 1]:6.2f} {100 * within:6.0f}%  {in_words(mean[:, c], model[:, c], low[:, c], high[:, c])}"
            )
        pictures.append((name, mean, model, low, high))
    if args.png:
        _draw(pictures, args.png)
    return 0


def _varied(runner: Runner, rng: np.random.Generator) -> Runner:
    """Another person of the same size and rhythm."""

    def near(spread: float) -> float:
        return float(np.clip(1 + spread * rng.normal(), 0.4, 1.6))

    sizes = {
        name: getattr(runner, name) * near(0.25) for name in ("lean_deg", "nod_deg", "roll_deg", "turn_deg")
    }
    return replace(
        runner,
        **sizes,
        contact_s=float(runner.contact_time(runner.speed_mps)) * near(0.07),
        impact_g=float(rng.uniform(1.0, 3.5)),
        tissue_wobble=float(rng.uniform(0.3, 1.3)),
        waveform=Waveform.varied(runner.placement, rng, sizes["turn_deg"]),
    )


def _draw(pictures: list[tuple[str, Floats, Floats, Floats, Floats]], path: Path) -> None:
    """One row a clip, one column a channel."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(len(pictures), 6, figsize=(20, 3.2 * len(pictures)), squeeze=False)
    phase = np.arange(PHASES)
    for row, (name, mean, model, low, high) in zip(axes, pictures, strict=True):
        for c, ax in enumerate(row):
            ax.fill_between(phase, low[:, c], high[:, c], color="0.85", label=f"{RUNNERS} drawn runners")
            ax.plot(phase, model[:, c], "C0", label="typical runner of that size")
            ax.plot(phase, mean[:, c], "C3", label="motion capture")
            ax.set_title(f"{name[:12]} {CHANNELS[c]}", fontsize=9)
    axes[0, 0].legend(fontsize=7)
    figure.tight_layout()
    figure.savefig(path, dpi=70)


if __name__ == "__main__":
    sys.exit(main())
