"""What a dozen made-up runs are told, and the numbers behind it, against what was read and found true.

``pytest tests/flow/test_golden_reports.py --update-golden`` writes them anew and shows what changed; whatever changed
belongs into the changelog.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gait.pipeline import analyze
from gait.recording import Recording
from gait.report.html import to_html
from gait.report.report import Report, build
from gait.report.words import load_words
from gait.rotations import from_rotvec
from gait.synthetic import Course, Runner, Sensor, Stretch, simulate

GOLDEN = Path(__file__).parents[1] / "golden" / "reports"

#: Numbers may differ by this share, or by this much: other versions of numpy and scipy round otherwise, and a
#: stride more or less is none.
SHARE, AMOUNT = 0.01, 0.02

RATE_HZ = 100.0

#: How the board was worn: tipped back on the chest, turned at the waist.
CHEST, WAIST = from_rotvec([0.0, -0.3, 0.0]), from_rotvec([0.1, 0.1, 1.2])


def run_of(
    seed: int, runner: Runner, course: Course, mount: Any = CHEST, **errors: Any
) -> Callable[[], Recording]:
    """A recording made when it is asked for."""

    def make() -> Recording:
        sensor = Sensor.mpu6050(np.random.default_rng(seed), RATE_HZ, mount)
        return simulate(runner, course, replace(sensor, **errors), seed)[0]

    return make


def stops(seconds: float, times: int) -> Course:
    """Standing and running in turn."""
    return Course(stretches=(Stretch("still", 8.0, 0.0), Stretch("run", seconds)) * times)


EASY = Runner(lean_deg=6.0, turn_deg=12.0)
HIPS = Runner(placement="waist", lean_deg=7.0, turn_deg=6.0, roll_deg=3.0)

#: Name: recording, placement, language, whether numbers are told.
RUNS: dict[str, tuple[Callable[[], Recording], str, str, bool]] = {
    "chest": (run_of(1, EASY, Course(running_s=90.0)), "sternum", "en", True),
    "chest_german": (run_of(2, EASY, Course(running_s=90.0)), "sternum", "de", True),
    "chest_in_words": (run_of(3, EASY, Course(running_s=90.0)), "upper-back", "en", False),
    "waist": (run_of(4, HIPS, Course(running_s=240.0, path="track"), WAIST), "waist", "en", True),
    "waist_german_in_words": (run_of(5, HIPS, Course(running_s=90.0), WAIST), "sacrum", "de", False),
    "place_not_known": (run_of(6, EASY, Course(running_s=90.0)), "unknown", "en", True),
    "no_standing": (run_of(7, EASY, Course(standing_s=0.0, running_s=90.0)), "sternum", "en", True),
    "short": (run_of(8, EASY, Course(running_s=25.0)), "sternum", "en", True),
    "starts_and_stops": (run_of(9, EASY, stops(40.0, 5)), "sternum", "en", True),
    "clipped": (run_of(10, EASY, Course(running_s=90.0), acc_range_g=2.0), "sternum", "en", True),
    "walking": (run_of(11, EASY, Course.walk(40.0)), "sternum", "en", True),
    "settles": (
        run_of(12, replace(EASY, settle_s=360.0, settle_by=0.5), Course(running_s=1500.0)), "sternum", "en", True,
    ),
}  # fmt: skip


def in_short(report: Report) -> dict[str, Any]:
    """Numbers and states, one line each."""
    document = report.as_dict()
    measures = {
        key: None if m["value"] is None else [_short(m["value"]), _short(m["low"]), _short(m["high"]), m["n"]]
        for key, m in document["measures"].items()
    }
    traits = {t["key"]: t["state"] for t in document["traits"]}
    bouts = [[b["kind"], _short(b["start_s"]), _short(b["stop_s"])] for b in document["bouts"]]
    return {"bouts": bouts, "measures": measures, "traits": traits}


def _short(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.4g}")


def written(short: dict[str, Any]) -> str:
    """JSON with one measure, trait or bout a line."""
    lines = ["{", '"bouts": [']
    lines += [",\n".join(json.dumps(b) for b in short["bouts"]), "],"]
    for part in ("measures", "traits"):
        lines += [
            f'"{part}": {{',
            ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in short[part].items()),
            "}" + ("," if part == "measures" else ""),
        ]
    return "\n".join([*lines, "}"]) + "\n"


def alike(one: Any, other: Any) -> bool:
    """Equal, but for last digits."""
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(alike(one[k], other[k]) for k in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(alike, one, other))
    if isinstance(one, int | float) and isinstance(other, int | float):
        return abs(one - other) <= max(AMOUNT, SHARE * max(abs(one), abs(other)))
    return bool(one == other)


@pytest.mark.parametrize("name", RUNS)
def test_a_run_is_told_as_it_was_when_it_was_read(
    name: str, update_golden: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    make, placement, language, numbers = RUNS[name]
    recording = replace(make(), source=f"{name}.csv")
    report = build(analyze(recording, placement=placement), language, numbers=numbers)  # type: ignore[arg-type]
    page = to_html(report)
    assert page.count("<h1>") == 1
    now = {"json": written(in_short(report)), "txt": report.summary()}
    assert load_words(language).forbidden_in(" ".join(now["txt"].split())) == []
    for kind, text in now.items():
        file = GOLDEN / f"{name}.{kind}"
        before = file.read_text(encoding="utf-8") if file.exists() else ""
        if update_golden and text != before:
            show(before, text, file.name, capsys)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="\n")
        elif not update_golden:
            assert before, f"{file.name} is not there; --update-golden writes it"
            same = alike(json.loads(text), json.loads(before)) if kind == "json" else text == before
            assert same, "\n".join(
                difflib.unified_diff(before.splitlines(), text.splitlines(), "before", "now", lineterm="")
            )


def show(before: str, now: str, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Print what changed past pytest's capture."""
    with capsys.disabled():
        print()
        print(
            "\n".join(
                difflib.unified_diff(
                    before.splitlines(), now.splitlines(), name, f"{name}, now", lineterm="", n=1
                )
            )
        )


def test_every_golden_file_has_its_run() -> None:
    assert {file.stem for file in GOLDEN.iterdir()} == set(RUNS)


def test_last_digits_may_differ_and_nothing_else() -> None:
    assert alike({"a": [1.0, 100.0, None, "x"]}, {"a": [1.01, 100.5, None, "x"]})
    assert not alike({"a": [1.0]}, {"a": [1.1]})
    assert not alike({"a": [1.0]}, {"b": [1.0]})
    assert not alike([1.0, None], [1.0, 2.0])
    assert not alike("seen", "not_spoken_of")
