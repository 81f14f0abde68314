"""What strides add up to: each once, and traits that come when they are clear and stay."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gait.live.ledger import CLEAR_FOR_S, Ledger
from gait.live.listening import Listening
from gait.pipeline import Pipeline, analyze
from gait.synthetic import Stretch
from gait.traits.rules import load_catalogue
from gait.traits.trait import judge
from tests.gait.live.made import STAND, a_run

#: Means over the run so far against those of the whole analysis, share of it or 1.  Claim: half of what any of them is known to.
MEANS_TOLERANCE = 0.02

#: The same for differences that may be about 0. [°], [percent]  Claim: about half of their systematic uncertainty.
HALF_OF_U = {"lean": 0.3, "step_time_difference": 0.25}

#: What a stride costs. [B]  Claim of the module.
STRIDE_BYTES = 200


@pytest.fixture(scope="module")
def long_run() -> tuple[Listening, list[tuple[float, set[str]]]]:
    """Two and a half minutes, looked at each 2 s; traits told by then."""
    recording, _ = a_run(STAND, Stretch("run", 150.0))
    listening, told = Listening(recording.rate_hz, placement="sternum"), []
    s = recording.samples
    for a in range(0, len(s), 200):
        listening.push(s[a : a + 200])
        look = listening.look()
        told.append((look.t - s.t[0], {t.trait.rule.key for t in look.told}))
    return listening, told


def test_measures_of_the_run_so_far_are_those_of_the_whole_analysis(
    long_run: tuple[Listening, list[tuple[float, set[str]]]],
) -> None:
    recording, _ = a_run(STAND, Stretch("run", 150.0))
    whole, so_far = analyze(recording, placement="sternum").measures, long_run[0].ledger.measures()
    assert so_far is not None
    # Starts, parts of the run and its end are told of a whole run alone.
    added_up = {key: m for key, m in whole.items() if len(m.per_stride) or key == "step_likeness"}
    assert set(so_far) >= set(added_up)
    for key, m in added_up.items():
        found = so_far[key]
        assert m.value is not None
        assert found.value is not None
        tolerance = HALF_OF_U.get(key, max(0.02, MEANS_TOLERANCE * abs(m.value)))
        assert found.value == pytest.approx(m.value, abs=tolerance), key
        assert found.trust == pytest.approx(m.trust), key
        assert m.n - 8 <= found.n <= m.n, key


def test_traits_come_late_and_stay(long_run: tuple[Listening, list[tuple[float, set[str]]]]) -> None:
    recording, _ = a_run(STAND, Stretch("run", 150.0))
    _, told = long_run
    known: set[str] = set()
    for _t, keys in told:
        assert known <= keys  # none is taken back
        known = keys
    whole = {t.rule.key for t in analyze(recording, placement="sternum").traits if t.state == "seen"}
    assert known
    assert known <= whole
    first = next(t for t, keys in told if keys)
    # Eighty strides are a minute; clear for half a minute more.
    assert 7.0 + 55.0 + CLEAR_FOR_S < first < 7.0 + 110.0


def test_each_stride_is_kept_once_however_often_it_is_looked_at() -> None:
    recording, _ = a_run()
    pipeline, ledger = Pipeline(recording.rate_hz, placement="sternum", window_s=30.0), Ledger()
    s = recording.samples
    for a in range(0, len(s), 100):
        pipeline.push(s[a : a + 100])
        if a > 1000:
            found = pipeline.analysis(waves=True)
            ledger.take(found)
            assert ledger.take(found) == 0
    start = ledger.rows()["start"]
    assert len(start) == len(ledger) > 55
    assert (np.diff(start) > 0.5).all()
    assert sum(block.nbytes for block in ledger._blocks) / 1024 < STRIDE_BYTES


def test_only_evidence_for_the_contrary_takes_a_trait_back() -> None:
    recording, _ = a_run(STAND, Stretch("run", 150.0))
    found = analyze(recording, placement="sternum")
    catalogue = load_catalogue()
    seen = next(
        t for t in judge(found.measures, found.mounting, found.quality, catalogue) if t.state == "seen"
    )
    from gait.live.ledger import _contrary

    floor = seen.evidence.floor
    assert floor is not None
    noisy = replace(seen, state="not_spoken_of", evidence=replace(seen.evidence, low=floor - 1.0))
    gone = replace(
        seen, state="not_spoken_of", evidence=replace(seen.evidence, low=floor - 2.0, high=floor - 1.0)
    )
    assert not _contrary(seen)
    assert not _contrary(noisy)
    assert _contrary(gone)
