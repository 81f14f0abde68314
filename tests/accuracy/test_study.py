"""The study's own parts: a run from its seed to its row, and histories; the whole is `make study`."""

from __future__ import annotations

import json

import pytest

from gait.traits.rules import load_catalogue
from gait.traits.trait import judge_heard
from tests.accuracy.study import Outcome, outcomes, table
from tests.accuracy.study_histories import history_table
from tests.accuracy.study_runs import TRAITS, Run, make_run

#: What a short run reads, against what was true of the motion.  [unit of the measure]
#: Measured on the study's runs; that of flight is what a page may not be precise about.
TOLERANCES = {
    "lean": 1.5, "rotation": 1.5, "sway": 2.5, "vertical_oscillation": 1.0, "togetherness": 0.08, "turn_symmetry": 0.1,
}  # fmt: skip

#: A short run with three stops, worn where it is known.
SEED = 3


@pytest.fixture(scope="module")
def run() -> Run:
    return make_run(SEED)


def test_a_run_is_the_same_every_time_and_survives_its_file(run: Run) -> None:
    again = Run.from_dict(json.loads(json.dumps(make_run(SEED).as_dict())))
    assert again == run


def test_what_is_read_is_near_what_was_true(run: Run) -> None:
    for key, tolerance in TOLERANCES.items():
        assert run.heard.measures[key].value == pytest.approx(run.truth[key], abs=tolerance), key
    difference = run.heard.measures["step_time_difference"].value
    assert difference is not None
    assert abs(difference) == pytest.approx(abs(run.truth["step_time_difference"]), abs=2.0)


def test_every_trait_has_its_row(run: Run) -> None:
    catalogue = load_catalogue()
    found = outcomes(run, catalogue)
    assert {o.key for o in found} >= set(TRAITS) - {"late"}
    assert all(isinstance(o, Outcome) for o in found)
    text = table([run], catalogue)
    assert all(f"| {key} |" in text for key in TRAITS)
    assert not any(o.absent and o.state == "seen" for o in found)


def test_nothing_new_where_nothing_changes() -> None:
    text = history_table(load_catalogue(), 20)
    assert "falsely | 0.0 % (0 traits in 20)" in text
    assert "announced | 100.0 %" in text


def test_running_heard_in_pieces_turns_no_runner_round() -> None:
    """A very uneven run was heard in 64 pieces, and drift at their edges was taken for set-offs: a lean of -10.6° for 10.7."""
    run = make_run(333)
    lean = next(trait for trait in judge_heard(run.heard, load_catalogue()) if trait.rule.key == "lean")
    assert lean.evidence.value == pytest.approx(run.truth["lean"], abs=1.0)
