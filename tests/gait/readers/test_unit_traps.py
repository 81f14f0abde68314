"""Unit traps: what a file's units are is found, or the file is refused; it is never read wrongly.

Truth: one simulated run, written in every unit, under headers that say the unit, say nothing, say another one, or are
not there.
"""

from __future__ import annotations

import itertools
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from gait.errors import ReadError
from gait.readers import read
from gait.readers.words import mps2, radps
from gait.recording import Samples
from gait.synthetic import Course, Runner, Sensor, simulate

ACCS = ("mps2", "g", "mg", "raw:2g", "raw:4g", "raw:8g", "raw:16g")
GYRS = ("radps", "dps", "raw:250dps", "raw:500dps", "raw:1000dps", "raw:2000dps")
IN_HEADERS = {"mps2": "m/s^2", "radps": "rad/s", "dps": "deg/s"}

#: Counts are rounded, and the header's word for counts says no range. [m/s²], [rad/s]
ACC_TOLERANCE, GYR_TOLERANCE = 0.02, 0.01


@cache
def run(standing: bool) -> Samples:
    course = Course(standing_s=8.0, running_s=16.0) if standing else Course(standing_s=0.0, running_s=16.0)
    recording, _ = simulate(Runner(), course, Sensor.mpu6050(np.random.default_rng(2), 100.0), seed=2)
    return recording.samples


def counts(values: np.ndarray, worth: float, word: str) -> np.ndarray:
    out = values / worth
    return np.clip(np.round(out), -32768, 32767) if word.startswith("raw") else out


def write(folder: Path, s: Samples, acc: str, gyr: str, header: str | None) -> Path:
    path = folder / "run.csv"
    rows = np.column_stack([s.t, counts(s.acc, mps2(acc), acc), counts(s.gyr, radps(gyr), gyr)])
    np.savetxt(path, rows, fmt="%.6f", delimiter=",", header=header or "", comments="")
    return path


def header(acc: str | None, gyr: str | None) -> str:
    def named(stem: str, unit: str | None) -> list[str]:
        word = None if unit is None else "raw" if unit.startswith("raw") else IN_HEADERS.get(unit, unit)
        return [f"{stem}{axis}" + ("" if word is None else f" ({word})") for axis in "xyz"]

    return ",".join(["time (s)", *named("acc", acc), *named("gyr", gyr)])


def outcome(path: Path, s: Samples, acc: str, gyr: str) -> str:
    """ "right", "refused" or what was wrong."""
    try:
        found = read(path)
    except ReadError:
        return "refused"
    n = len(found.samples)
    true_acc = counts(s.acc, mps2(acc), acc) * mps2(acc)
    true_gyr = counts(s.gyr, radps(gyr), gyr) * radps(gyr)
    near = np.abs(found.samples.acc - true_acc[:n]).max() < ACC_TOLERANCE
    turned = np.abs(found.samples.gyr - true_gyr[:n]).max() < GYR_TOLERANCE
    return "right" if near and turned else f"read as {found.notes}"


@pytest.mark.parametrize("standing", [True, False])
def test_every_unit_with_and_without_a_header_is_right_or_refused(tmp_path: Path, standing: bool) -> None:
    s = run(standing)
    found: dict[str, list[str]] = {"said": [], "silent": [], "none": []}
    for acc, gyr in itertools.product(ACCS, GYRS):
        for how, text in (("said", header(acc, gyr)), ("silent", header(None, None)), ("none", None)):
            word = outcome(write(tmp_path, s, acc, gyr, text), s, acc, gyr)
            assert word in ("right", "refused"), f"{acc} {gyr} {how}: {word}"
            found[how].append(word)
            if "raw" not in acc + gyr:
                assert word == "right", f"{acc} {gyr} {how}"
    print({how: (words.count("right"), len(words)) for how, words in found.items()})


@pytest.mark.parametrize("standing", [True, False])
def test_a_header_that_says_another_unit_is_found_out(tmp_path: Path, standing: bool) -> None:
    s = run(standing)
    plain_acc, plain_gyr = ("mps2", "g", "mg"), ("radps", "dps")
    for acc, gyr in itertools.product((*plain_acc, "raw:16g"), (*plain_gyr, "raw:2000dps")):
        for said_acc, said_gyr in itertools.product(plain_acc, plain_gyr):
            if (said_acc, said_gyr) == (acc, gyr):
                continue
            word = outcome(write(tmp_path, s, acc, gyr, header(said_acc, said_gyr)), s, acc, gyr)
            assert word == "refused", f"{acc} {gyr} under a header of {said_acc} {said_gyr}: {word}"
