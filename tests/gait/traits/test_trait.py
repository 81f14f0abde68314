"""The evidence rule. Truth: a hand-calculated example, and runs whose mean is known by construction."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from gait.facing import Mounting
from gait.measures.measure import Measures
from gait.quality import Quality
from gait.traits.rules import load_catalogue
from gait.traits.trait import State, Trait, judge
from tests.gait.an_analysis import a_measure, a_mounting, a_quality, some_measures, with_measure

#: A trait that is not there is claimed in < 1 % of runs (TRAITS); 1000 runs scatter by .3 % around that.
MOST_FALSE = 0.01

#: One that clears its floor by twice its uncertainty is found in > 95 %.
LEAST_FOUND = 0.95


def judged(
    measures: Measures,
    mounting: Mounting | None = None,
    quality: Quality | None = None,
    *,
    six_position: bool = False,
) -> dict[str, Trait]:
    traits = judge(
        measures,
        mounting or a_mounting(),
        quality or a_quality(),
        load_catalogue(),
        six_position=six_position,
    )
    return {t.rule.key: t for t in traits}


#: Traits of a run of some minutes without starts, a first one.
OF_A_RUN = ("lean", "turn", "even_turn", "shift", "rhythm", "spring", "regular", "two_as_one", "together")


def states(traits: dict[str, Trait]) -> dict[str, State]:
    return {key: t.state for key, t in traits.items() if key in OF_A_RUN}


def test_a_hand_calculated_bound() -> None:
    # Eight blocks of ten with means 3.9, 4.1 in turn: m = 4, s = 0.1069, SE = 0.0378, t(.95, 7) = 1.8946.
    # u = 1: LCB = 4 - sqrt((1.8946 * 0.0378)^2 + 1.645^2) = 2.3534; clarity = 3.5 / sqrt(0.0378^2 + 1) = 3.4975.
    lean = a_measure("lean", "deg", np.repeat([3.9, 4.1] * 4, 10), 1.0)
    measures = some_measures(80)
    trait = judged(Measures(measures.strides, {**measures.by_key, "lean": lean}, measures.cycles))["lean"]
    assert trait.state == "seen"
    assert trait.evidence.value == pytest.approx(4.0)
    assert trait.evidence.low == pytest.approx(2.3534, abs=2e-4)
    assert trait.evidence.high == pytest.approx(5.6466, abs=2e-4)
    assert trait.clarity == pytest.approx(3.4975, abs=2e-4)
    assert trait.evidence.share == 1.0


def test_bounds_stay_inside_what_can_be() -> None:
    # A newcomer read a togetherness of up to 1.033, of at most 1.
    together = judged(some_measures(together=0.9998))["together"]
    assert together.evidence.high == 1.0
    assert together.evidence.low == pytest.approx(0.9998 - math.hypot(0.004, 1.645 * 0.02))
    rhythm = judged(some_measures(cv=0.5))["rhythm"]
    assert rhythm.evidence.low == 0.0
    still = judged(some_measures(rotation=0.5))["turn"]
    assert still.evidence.low == 0.0
    assert judged(some_measures(lean=-0.5))["lean"].evidence.low < 0  # type: ignore[operator]


def test_without_a_steady_stride_that_is_said_first() -> None:
    for measures in (some_measures(0), unsteady()):
        traits = judged(measures, a_mounting(standing=None))
        for trait in (traits[key] for key in OF_A_RUN):
            assert trait.state == "could_not_listen"
            assert trait.why[0] == "No steady stride was found."
            assert trait.why.count("No steady stride was found.") == 1


def unsteady() -> Measures:
    """Strides of which none is steady, and a lean that has its own reason."""
    measures = some_measures(30)
    k = len(measures.strides)
    strides = replace(measures.strides, regular=np.zeros(k, bool))
    lean = replace(measures["lean"], value=None, low=None, high=None, n=0, why=("No standing.",))
    return Measures(strides, {**measures.by_key, "lean": lean}, {})


def test_a_clear_run_has_every_trait_and_no_reason() -> None:
    traits = judged(some_measures())
    assert set(states(traits).values()) == {"seen"}
    assert all(traits[key].why == () for key in OF_A_RUN)
    assert all(t.state == "could_not_listen" and t.why for key, t in traits.items() if key not in OF_A_RUN)


def test_what_is_not_there_is_not_spoken_of() -> None:
    measures = some_measures(lean=0.0, rotation=2.0, bounce=2.0, cv=4.0, together=0.5, likeness=0.5)
    measures = with_measure(measures, "sway", value=1.0, low=0.9, high=1.1)
    traits = judged(with_measure(measures, "stride_regularity", value=0.6, low=0.5, high=0.7))
    assert set(states(traits).values()) == {"not_spoken_of"}
    assert all(traits[key].why for key in OF_A_RUN)


def test_a_backward_trunk_is_silence() -> None:
    assert judged(some_measures(lean=-6.0))["lean"].state == "not_spoken_of"


def test_few_strides_cannot_be_listened_to() -> None:
    traits = judged(some_measures(79))
    assert set(states(traits).values()) == {"could_not_listen"}
    assert "79 steady strides were heard; it takes 80." in traits["lean"].why
    later = states(judged(some_measures(130)))
    assert later["lean"] == later["together"] == "seen"
    assert later["rhythm"] == "could_not_listen"


def test_lean_needs_standing_and_its_sign() -> None:
    for mounting in (
        a_mounting(standing=None),
        a_mounting(standing=(1.0, 4.0)),
        a_mounting(sign_known=False),
    ):
        traits = states(judged(some_measures(), mounting))
        assert traits.pop("lean") == "could_not_listen"
        assert set(traits.values()) == {"seen"}
    assert judged(some_measures(), a_mounting(standing=(0.0, 4.9)))["lean"].state == "seen"


def test_a_reason_of_the_measure_is_handed_on() -> None:
    measures = with_measure(
        some_measures(), "lean", value=None, low=None, high=None, why=("The file ends early.",)
    )
    assert judged(measures)["lean"].why == ("The file ends early.",)


def test_little_trust_is_no_listening() -> None:
    measures = with_measure(some_measures(), "rotation", trust=0.2, why=("The strap slipped.",))
    traits = judged(measures)
    assert traits["turn"].state == "could_not_listen"
    assert "The strap slipped." in traits["turn"].why
    assert traits["together"].state == "could_not_listen"
    assert "The strap slipped." in traits["together"].why


def test_togetherness_that_shuffling_reaches_too_is_silence() -> None:
    measures = with_measure(some_measures(), "togetherness", trust=0.0, why=("Chance gives as much.",))
    trait = judged(measures)["together"]
    assert (trait.state, trait.why) == ("not_spoken_of", ("Chance gives as much.",))


def test_togetherness_follows_the_turn() -> None:
    assert judged(some_measures(rotation=3.0))["together"].state == "not_spoken_of"


def test_a_pocket_has_no_trunk() -> None:
    traits = judged(some_measures(), quality=a_quality(not_trunk="The sensor swings with a leg."))
    assert states(traits) == {
        "lean": "could_not_listen",
        "turn": "could_not_listen",
        "even_turn": "could_not_listen",
        "shift": "could_not_listen",
        "rhythm": "seen",
        "spring": "could_not_listen",
        "regular": "seen",
        "two_as_one": "seen",
        "together": "could_not_listen",
    }
    assert traits["spring"].why == ("The sensor swings with a leg.",)


def test_a_clipped_recording_is_not_listened_to() -> None:
    assert (
        judged(some_measures(), quality=a_quality(clipped_share=0.06))["spring"].state == "could_not_listen"
    )


def test_an_implausible_value_doubts_the_recording() -> None:
    trait = judged(some_measures(lean=31.0))["lean"]
    assert trait.state == "could_not_listen"
    assert "doubted" in trait.why[0]


def test_no_spring_without_air() -> None:
    assert judged(some_measures(flight=-20.0))["spring"].state == "not_spoken_of"
    assert judged(some_measures(flight=10.0))["spring"].state == "not_spoken_of", (
        "within the error of contacts"
    )


def test_strides_without_a_value_do_not_show_a_trait() -> None:
    measures = some_measures()
    flight = measures["flight_time"].per_stride.copy()
    flight[::5] = np.nan
    trait = judged(with_measure(measures, "flight_time", per_stride=flight))["spring"]
    assert trait.evidence.share == pytest.approx(0.8)
    assert trait.state == "not_spoken_of"


def test_calibration_lets_a_smaller_systematic_part_be_believed() -> None:
    measures = with_measure(some_measures(lean=1.5), "lean", systematic=0.1)
    assert judged(measures)["lean"].evidence.systematic == 0.8
    assert judged(measures)["lean"].state == "not_spoken_of"
    assert judged(measures, six_position=True)["lean"].evidence.systematic == 0.4
    assert judged(measures, six_position=True)["lean"].state == "seen"


def test_a_measure_that_is_not_there_is_said_so() -> None:
    measures = some_measures()
    fewer = Measures(measures.strides, {k: m for k, m in measures.by_key.items() if k != "lean"}, {})
    assert judged(fewer)["lean"].state == "could_not_listen"


def test_reasons_are_about_the_recording() -> None:
    for measures in (some_measures(0), some_measures(30), some_measures(lean=0, rotation=1, bounce=1, cv=9)):
        for trait in judged(measures, a_mounting(standing=None)).values():
            assert trait.why or trait.state == "seen"
            assert not any(word in reason for word in (" you", "runner") for reason in trait.why)


def a_lean(rng: np.random.Generator, truth: float, error_sd: float, n: int = 120) -> Trait:
    """One run: strides correlated at .6 around the truth and one systematic error."""
    noise = rng.normal(size=n)
    x = np.empty(n)
    x[0] = noise[0]
    for i in range(1, n):
        x[i] = 0.6 * x[i - 1] + 0.8 * noise[i]
    lean = a_measure("lean", "deg", truth + error_sd * rng.normal() + 0.8 * x, 1.0)
    measures = Measures(SOME.strides, {**SOME.by_key, "lean": lean}, {})
    return judged(measures)["lean"]


SOME = some_measures(120)


def test_a_lean_that_is_not_there_is_hardly_ever_claimed() -> None:
    # Mean-lean errors of the simulated runs have their 95th percentile at 0.9° (SIGNALS): an sd of 0.46°.
    rng = np.random.default_rng(5)
    claimed = sum(a_lean(rng, 0.0, 0.46).state == "seen" for _ in range(1000))
    assert claimed / 1000 < MOST_FALSE


def test_at_its_floor_the_stated_uncertainty_claims_one_in_twenty_at_most() -> None:
    rng = np.random.default_rng(6)
    claimed = sum(a_lean(rng, 0.5, 1.0).state == "seen" for _ in range(1000))
    assert claimed / 1000 < 0.05 + 3 * math.sqrt(0.05 * 0.95 / 1000)


def test_a_lean_that_clears_its_floor_twice_is_found() -> None:
    # Twice the uncertainty of the bound, 1.645 u.
    rng = np.random.default_rng(7)
    found = sum(a_lean(rng, 0.5 + 2 * 1.645, 0.46).state == "seen" for _ in range(300))
    assert found / 300 > LEAST_FOUND
