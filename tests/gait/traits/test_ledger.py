"""Growth over runs: newly seen, old friends, and the runner's own. Truth: histories made by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gait.traits.earlier import Earlier, EarlierRun, State
from gait.traits.heard import Heard, Number, hear
from gait.traits.rules import load_catalogue
from gait.traits.trait import Trait, judge_heard
from tests.gait.an_analysis import a_mounting, a_quality, some_measures

CATALOGUE = load_catalogue()


def a_number(value: float) -> Number:
    return Number(value, value - 0.1, value + 0.1, 0.1, 500, 20, 1.0)


def before(i: int, turn: State, rotation: float, smooth: float = -2.0) -> EarlierRun:
    """An earlier run of which only the turn and the smoothness are told."""
    measures = {"rotation": a_number(rotation), "smoothness": a_number(smooth)}
    return EarlierRun(f"run {i}", None, "1", measures, {"turn": turn})


def history(*runs: tuple[State, float]) -> Earlier:
    return Earlier(tuple(before(i, *run) for i, run in enumerate(runs)))


HEARD = hear(some_measures(), a_mounting(), a_quality())
NOT, SEEN, DEAF = ("not_spoken_of", 2.0), ("seen", 27.0), ("could_not_listen", 2.0)


def judged(earlier: Earlier | None, heard: Heard = HEARD) -> dict[str, Trait]:
    return {t.rule.key: t for t in judge_heard(heard, CATALOGUE, earlier=earlier)}


def about(trait: Trait) -> dict[str, tuple[int, int, bool]]:
    return {a.key: (a.seen, a.heard, a.glimpse) for a in trait.about}


def test_without_earlier_runs_growth_cannot_be_listened_to() -> None:
    for earlier in (None, Earlier()):
        traits = judged(earlier)
        for key, needs in (
            ("smooth", "takes 5 earlier"),
            ("new", "takes 4 earlier"),
            ("kept", "takes 2 earlier"),
        ):
            assert traits[key].state == "could_not_listen"
            assert needs in traits[key].why[0]


def test_the_first_time_is_a_glimpse_and_the_second_is_new() -> None:
    first = judged(history(NOT, NOT, NOT, NOT))["new"]
    assert first.state == "not_spoken_of"
    assert about(first)["turn"] == (1, 5, True)
    second = judged(history(NOT, NOT, NOT, SEEN))["new"]
    assert second.state == "seen"
    assert about(second)["turn"] == (2, 5, False)


def test_it_is_new_once() -> None:
    third = judged(history(NOT, NOT, NOT, SEEN, SEEN))["new"]
    assert "turn" not in about(third)


def test_what_was_seen_before_is_not_new() -> None:
    assert "turn" not in about(judged(history(NOT, SEEN, NOT, NOT, NOT, SEEN))["new"])


def test_fewer_than_three_runs_that_could_hear_it_are_too_few() -> None:
    assert "turn" not in about(judged(history(NOT, NOT, DEAF, DEAF, SEEN))["new"])


def test_a_run_that_could_not_hear_it_counts_neither_way() -> None:
    found = judged(history(NOT, DEAF, NOT, NOT, DEAF, SEEN, DEAF))["new"]
    assert about(found)["turn"] == (2, 5, False)


def test_what_hovers_around_its_floor_is_not_new() -> None:
    hovering = (("not_spoken_of", 26.0), ("not_spoken_of", 27.5), ("not_spoken_of", 28.5), ("seen", 28.0))
    assert "turn" not in about(judged(history(*hovering))["new"])  # type: ignore[arg-type]


def test_what_the_second_run_leaves_open_a_third_may_show() -> None:
    scattered = (
        ("not_spoken_of", 1.0),
        ("not_spoken_of", 9.0),
        ("not_spoken_of", 4.0),
        ("not_spoken_of", 6.0),
    )
    second = judged(history(*scattered, SEEN))["new"]  # type: ignore[arg-type]
    third = judged(history(*scattered, SEEN, SEEN))["new"]  # type: ignore[arg-type]
    assert ("turn" in about(second)) + ("turn" in about(third)) == 1


def test_old_friends_were_seen_in_three_of_five() -> None:
    assert about(judged(history(SEEN, NOT))["kept"])["turn"] == (2, 3, False)
    assert "turn" not in about(judged(history(SEEN, NOT, NOT, NOT))["kept"])
    # Runs that could not hear it do not count against it; with two that could it is too early.
    assert about(judged(history(SEEN, DEAF, NOT, DEAF))["kept"])["turn"] == (2, 3, False)
    assert "turn" not in about(judged(history(SEEN, DEAF))["kept"])


def smooth_runs(*values: float) -> Earlier:
    return Earlier(tuple(before(i, "seen", 27.0, value) for i, value in enumerate(values)))


@pytest.mark.parametrize(
    ("value", "state"), [(-1.6, "seen"), (-2.0, "not_spoken_of"), (-3.0, "not_spoken_of")]
)
def test_smooth_is_held_against_the_runners_own(value: float, state: str) -> None:
    smooth = replace(
        HEARD.measures["smoothness"], value=value, low=value - 0.01, high=value + 0.01, systematic=0.3
    )
    heard = replace(HEARD, measures={**HEARD.measures, "smoothness": smooth})
    found = judged(smooth_runs(-2.0, -2.1, -1.9, -2.2, -1.8), heard)["smooth"]
    assert found.state == state
    assert found.evidence.floor == pytest.approx(-2.04)


def test_four_own_runs_are_too_few() -> None:
    assert judged(smooth_runs(-2.0, -2.1, -1.9, -2.2))["smooth"].state == "could_not_listen"


def with_numbers(**values: tuple[float, float]) -> Heard:
    """A run of half an hour whose ends differ so from their middle, give or take."""
    late = {f"late_{key}": Number(v, v - e, v + e, 0.0, 400, 8, 1.0) for key, (v, e) in values.items()}
    return replace(HEARD, running_s=1800.0, measures={**HEARD.measures, **late})


def test_what_is_shown_to_last_is_named_and_no_difference_found_is_not_enough() -> None:
    late = judged(None, with_numbers(rotation=(0.5, 1.0), sway=(0.1, 5.0), lean=(-3.0, 0.2)))["late"]
    assert late.state == "seen"
    assert {a.key: a.seen for a in late.about} == {"lean": 0, "turn": 1, "shift": 0}


def test_a_turn_that_fades_is_silence() -> None:
    late = judged(None, with_numbers(rotation=(-12.0, 0.5)))["late"]
    assert late.state == "not_spoken_of"
    assert late.about == ()


def test_late_takes_twenty_minutes() -> None:
    heard = replace(with_numbers(rotation=(0.0, 0.5)), running_s=1100.0)
    assert judged(None, heard)["late"].state == "could_not_listen"
