"""What every measure may look at, and what the recording leaves of its trust. Also here: a view made by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gait.facing import Mounting
from gait.measures.context import CONTRADICTED_TRUST, View
from gait.measures.sway import lateral_share, sway
from gait.quality import Quality
from gait.rotations import Floats
from gait.strides import Strides
from gait.torso import MEASURED, POINTS, Cycles
from tests.gait.an_analysis import a_mounting, a_quality, some_strides

#: Phase of the points of a stride.
PHASE = np.arange(POINTS) / POINTS


def a_view(
    k: int = 60,
    *,
    strides: Strides | None = None,
    mounting: Mounting | None = None,
    quality: Quality | None = None,
    calibrated: bool = False,
    again_step: float = 0.9,
    again_stride: float = 0.95,
    **waves: Floats,
) -> View:
    """k strides whose waveforms are those given, one for all (POINTS,) or one each (k, POINTS), and 0 else."""
    s = some_strides(k) if strides is None else strides
    values = {
        name: np.array(np.broadcast_to(waves.get(name, np.zeros(POINTS)), (len(s), POINTS)))
        for name in MEASURED
    }
    ones = np.ones(len(s))
    cycles = Cycles(s, values, again_step * ones, again_stride * ones)
    return View(
        s, cycles, mounting or a_mounting(), quality or replace(a_quality(), lost_share=0.0), calibrated
    )


def with_regular(view: View, regular: np.ndarray) -> View:
    """The same strides, of which only these count."""
    strides = replace(view.strides, regular=regular)
    return replace(view, strides=strides, cycles=replace(view.cycles, strides=strides))


def test_a_good_recording_is_trusted_without_a_word() -> None:
    assert a_view().trust(trunk=True) == (1.0, ())
    assert a_view().trust(trunk=False) == (1.0, ())


@pytest.mark.parametrize(
    ("quality", "trust", "word"),
    [
        ({"rate_low": True}, 0.5, "few samples"),
        ({"clipped_share": 0.01}, 0.8, "1.0 % of the running"),
        ({"clipped_share": 0.2}, 0.0, "end of its range"),
        ({"lost_share": 0.10}, 0.8, "10 % of the samples"),
    ],
)
def test_what_is_wrong_lowers_the_trust_and_is_said(
    quality: dict[str, object], trust: float, word: str
) -> None:
    good = replace(a_quality(), lost_share=0.0)
    view = a_view(quality=replace(good, **quality))  # type: ignore[arg-type]
    for trunk in (True, False):
        found, why = view.trust(trunk=trunk)
        assert found == pytest.approx(trust)
        assert len(why) == 1
        assert word in why[0]


def test_troubles_multiply_and_a_small_loss_is_none() -> None:
    good = a_quality()  # 0.2 % lost
    assert a_view(quality=good).trust(trunk=True) == (1.0, ())
    trust, why = a_view(quality=replace(good, rate_low=True, clipped_share=0.01)).trust(trunk=True)
    assert trust == pytest.approx(0.4)
    assert len(why) == 2


def test_a_pocket_takes_all_trust_from_the_trunk_and_none_from_the_steps() -> None:
    view = a_view(quality=replace(a_quality(not_trunk="It was in a pocket."), lost_share=0.0))
    assert view.trust(trunk=True) == (0.0, ("It was in a pocket.",))
    assert view.trust(trunk=False) == (1.0, ())


def test_the_strides_that_count_are_the_regular_ones() -> None:
    regular = np.arange(60) % 3 > 0
    assert with_regular(a_view(), regular).counted.tolist() == regular.tolist()


def test_some_strides_of_a_view_are_a_view() -> None:
    lean = np.arange(60.0)[:, None] * np.ones(POINTS)
    some = a_view(lean=lean).at(np.array([3, 50]))
    assert len(some.strides) == 2
    assert some.cycles["lean"][:, 0].tolist() == [3.0, 50.0]
    assert some.cycles.again_step.shape == (2,)
    assert some.cycles.strides is some.strides


def test_a_stated_axis_that_the_running_contradicts_is_not_believed_for_tipping_either() -> None:
    """Stated sideways, 2° of sway were read as 6 with trust 1; lean alone had lost its trust."""
    way = 2.0 * np.cos(2 * np.pi * PHASE)
    against = a_view(mounting=replace(a_mounting(), contradicted_deg=90.0), left=way, sway=0.01 * way)
    trust, why = against.trust(trunk=True, forward=True)
    assert trust == CONTRADICTED_TRUST
    assert "90° from what the running itself tells" in why[0]
    assert sway(against).trust == lateral_share(against).trust == CONTRADICTED_TRUST
    assert against.trust(trunk=True) == (1.0, ())
