"""Starts out of quiet standing. Truth: the synthetic runner's own first contacts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gait.pipeline import analyze
from gait.recording import Recording, Samples
from gait.synthetic import Course, Runner, Sensor, Stretch, Truth, simulate

#: A contact is found to 50 ms, after one lag of 15.
CONTACT_TOLERANCE_S = 0.06


@pytest.fixture(scope="module")
def run() -> tuple[Recording, Truth]:
    stretches = (
        Stretch("still", 7.0, 0.0), Stretch("run", 20.0), Stretch("still", 7.0, 0.0), Stretch("run", 20.0),
        Stretch("walk", 12.0, 1.4), Stretch("run", 15.0),
    )  # fmt: skip
    return simulate(Runner(), Course(stretches=stretches), Sensor(rate_hz=100.0, grid_hz=400.0), 2)


def first_contacts(recording: Recording) -> np.ndarray:
    starts = analyze(recording, placement="sternum").measures.curves.starts
    return np.zeros(0) if starts is None else starts.first_contact


def test_starts_out_of_standing_are_found_and_those_out_of_walking_are_not(
    run: tuple[Recording, Truth],
) -> None:
    recording, truth = run
    true = [truth.contact[truth.contact > start][0] for kind, start, _ in truth.bouts if kind == "run"][:2]
    assert first_contacts(recording) == pytest.approx(true, abs=CONTACT_TOLERANCE_S)


def test_a_start_with_a_hole_in_it_is_left_out(run: tuple[Recording, Truth]) -> None:
    recording, truth = run
    s = recording.samples
    hole = truth.bouts[2][2] - 0.5
    keep = (s.t < hole) | (s.t > hole + 0.4)
    holed = replace(recording, samples=Samples(s.t[keep], s.acc[keep], s.gyr[keep]))
    assert len(first_contacts(holed)) == 1


def test_a_recording_that_begins_on_the_way_has_no_start(run: tuple[Recording, Truth]) -> None:
    recording, truth = run
    part = recording.samples.between(truth.bouts[1][1] + 3.0, truth.bouts[1][2])
    assert len(first_contacts(replace(recording, samples=part))) == 0
