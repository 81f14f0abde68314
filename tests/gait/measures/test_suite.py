"""The room's one door: every measure, in order, also where there is nothing to measure."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gait.facing import Mounting
from gait.measures import suite
from gait.measures.context import View
from gait.measures.suite import KEYS, measure_all
from gait.rotations import Floats
from gait.torso import POINTS
from gait.units import RAD
from tests.gait.an_analysis import a_mounting, some_strides
from tests.gait.measures.test_context import PHASE, a_view, with_regular

#: Keys and units that docs/output.md promises.
PROMISED = {
    "cadence": "spm", "lean": "deg", "rotation": "deg", "sway": "deg", "stride_time_cv": "percent",
    "vertical_oscillation": "cm", "contact_time": "ms", "flight_time": "ms", "step_regularity": "",
    "stride_regularity": "", "togetherness": "", "smoothness": "",
}  # fmt: skip

#: Those that came later; a short run that was under way from its beginning has no value for the first ones.
FURTHER = {
    "set_off": "deg", "settle_drop": "", "settle_time": "min",
    "turn_symmetry": "", "turn_split": "percent", "lateral_share": "", "step_time_difference": "percent",
    "step_likeness": "",
}  # fmt: skip
NOT_HERE = ("set_off", "settle_drop", "settle_time")

#: Columns of strides.csv in the order that docs/output.md promises.
COLUMNS = [
    "cadence_spm", "lean_deg", "rotation_deg", "sway_deg", "vertical_oscillation_cm", "contact_time_ms", "flight_time_ms",
]  # fmt: skip

LEAN = 6.0 * RAD + 2.0 * RAD * np.cos(4 * np.pi * PHASE)
TURN = 14.0 * RAD * np.cos(2 * np.pi * PHASE)


def a_run(
    k: int = 60, *, mounting: Mounting | None = None, lean: Floats = LEAN, rotation: Floats = TURN
) -> View:
    """k strides of a trunk that leans, turns, tips and bounces."""
    return a_view(
        k,
        mounting=mounting,
        lean=lean,
        rotation=rotation,
        sway=3.0 * RAD * np.cos(2 * np.pi * PHASE),
        left=2.0 * np.sin(2 * np.pi * PHASE),
        up=9.0 * np.cos(4 * np.pi * PHASE),
        turning=2.0 + np.cos(2 * np.pi * PHASE),
    )


def test_every_promised_measure_is_there_with_its_unit_and_column() -> None:
    found = measure_all(a_run())
    late = {key: m.unit for key, m in found.items() if key.startswith("late_")}
    assert {key: m.unit for key, m in found.items()} == PROMISED | FURTHER | late
    assert set(found) <= set(KEYS)
    assert all(key == m.key for key, m in found.items())
    assert [m.column for m in found.values() if m.column][: len(COLUMNS)] == COLUMNS
    for key in PROMISED:
        m = found[key]
        assert m.value is not None, m.key
        assert m.per_stride.shape == (60,), m.key
        assert m.counted.shape == (60,), m.key
    for key in FURTHER:
        assert (found[key].value is None) == (key in NOT_HERE), key


def test_no_strides_is_no_value_and_a_reason_for_each() -> None:
    found = measure_all(a_view(strides=some_strides(0)))
    assert set(found) == set(PROMISED) | set(FURTHER)
    for m in found.values():
        assert m.value is None, m.key
        assert m.n == 0
        assert m.per_stride.shape == (0,)
        assert m.why, m.key
    assert found.cycles == {}


@pytest.mark.filterwarnings("error")
def test_strides_of_which_none_counts() -> None:
    found = measure_all(with_regular(a_run(), np.zeros(60, bool)))
    assert all(m.value is None for m in found.values())
    assert found.cycles == {}


def test_the_waveforms_are_the_means_of_the_strides_that_count() -> None:
    lean = np.where(np.arange(60)[:, None] < 30, 90.0 * RAD, 0.0) + LEAN
    view = with_regular(a_run(lean=lean), np.arange(60) >= 30)
    cycles = measure_all(view).cycles
    assert set(cycles) == {"rotation", "height", "vertical_acceleration", "lean", "sway"}
    np.testing.assert_allclose(cycles["lean"].mean, LEAN / RAD, atol=1e-6)
    np.testing.assert_allclose(cycles["rotation"].mean, TURN / RAD, atol=1e-6)
    np.testing.assert_allclose(cycles["rotation"].phase, PHASE)
    assert [cycles[k].unit for k in ("lean", "height", "vertical_acceleration")] == ["deg", "cm", "mps2"]


def test_low_and_high_hold_four_fifths_of_the_strides() -> None:
    size = np.linspace(0.5, 1.5, 101)[:, None]
    cycle = measure_all(a_run(101, rotation=size * TURN)).cycles["rotation"]
    top = int(np.argmax(cycle.mean))
    assert cycle.low[top] == pytest.approx(14.0 * 0.6, rel=1e-6)
    assert cycle.high[top] == pytest.approx(14.0 * 1.4, rel=1e-6)


def test_a_long_run_shows_some_of_its_strides_from_all_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suite, "MOST_FOR_WAVES", 50)
    size = np.linspace(0.5, 1.5, 1000)[:, None]
    cycle = measure_all(a_run(1000, rotation=size * TURN)).cycles["rotation"]
    assert cycle.mean.max() == pytest.approx(14.0, rel=0.02)


def test_what_is_not_known_is_not_drawn() -> None:
    no_sign = measure_all(a_run(mounting=a_mounting(sign_known=False))).cycles
    assert "lean" not in no_sign
    assert "sway" in no_sign
    no_axis = measure_all(a_run(mounting=replace(a_mounting(), forward_sigma_deg=90.0))).cycles
    assert "sway" not in no_axis


def test_a_stride_with_a_gap_is_not_in_the_waveforms() -> None:
    view = a_run()
    for wave in view.cycles.values.values():
        wave[7] = np.nan
    found = measure_all(with_regular(view, np.isfinite(view.cycles["up"][:, 0])))
    assert all(np.isfinite(c.mean).all() for c in found.cycles.values())
    assert found["lean"].n == 59
    assert found.cycles["lean"].mean.shape == (POINTS,)
