"""Ready or worth a look: each trouble is told by its own point, and a good try by none. Truth: the synthetic runner."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gait.calibration.calibration import Calibration
from gait.readiness import Point, look_at, stage_of
from gait.recording import Recording, Samples
from gait.rotations import IDENTITY, Floats, from_rotvec
from gait.synthetic import Course, Runner, Sensor, Stretch, simulate
from gait.units import RAD

TRY = (Stretch("still", 8.0, 0.0), Stretch("walk", 8.0, 1.3), Stretch("still", 8.0, 0.0))

#: y of the board up and its z to the front, as it hangs on a chest.
WORN = from_rotvec(np.array([1.0, 1.0, 1.0]) / np.sqrt(3.0) * (2.0 * np.pi / 3.0))


def a_try(
    stretches: tuple[Stretch, ...] = TRY,
    q: Floats = WORN,
    seed: int = 3,
    rate_hz: float = 200.0,
    **changes: object,
) -> Recording:
    sensor = replace(
        Sensor.mpu6050(np.random.default_rng(seed), rate_hz, q),
        drop_share=0.0,
        start_s=0.0,
        **changes,  # type: ignore[arg-type]
    )
    return simulate(Runner(), Course(stretches=stretches), sensor, seed)[0]


def states(points: tuple[Point, ...]) -> dict[str, str]:
    return {p.name: p.state for p in points}


GOOD = a_try()
RANGES = (16.0, 2000.0)


@pytest.mark.parametrize("kind", ["walk", "run"])
@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_a_good_try_is_ready(kind: str, seed: int) -> None:
    moving = Stretch("walk", 8.0, 1.3) if kind == "walk" else Stretch("run", 6.0, 0.8)
    recording = a_try((TRY[0], moving, TRY[2]), seed=seed)
    points = look_at(
        recording,
        ranges=RANGES,
        placement="sternum",
        calibration=Calibration(recording.device, six_position=True),
    )
    assert set(states(points).values()) == {"ready"}, points
    assert stage_of(recording) == "done"


def test_what_nobody_said_is_open_and_hinders_nothing() -> None:
    found = states(look_at(GOOD))
    assert {name for name, state in found.items() if state == "open"} == {"range", "placement", "calibration"}
    assert "look" not in found.values()


def test_the_stages_follow_what_is_done() -> None:
    s = GOOD.samples
    stage = {t: stage_of(replace(GOOD, samples=s.between(0.0, t))) for t in (3.0, 7.5, 15.0, 24.0)}
    assert stage == {3.0: "stand", 7.5: "steps", 15.0: "again", 24.0: "done"}


def test_steps_before_the_first_standing_do_not_hold_it_up() -> None:
    """Somebody walks to the start while it is on already."""
    recording = a_try((Stretch("walk", 6.0, 1.3), *TRY))
    assert stage_of(recording) == "done"
    assert "look" not in states(look_at(recording)).values()


@pytest.mark.parametrize(
    ("trouble", "point", "word"),
    [
        ({"ranges": (2.0, 250.0)}, "range", "±16 g"),
        ({"ranges": (8.0, 2000.0)}, "range", "±16 g"),
        ({"damaged": 40}, "link", "damaged"),
    ],
)
def test_what_the_sensor_tells_is_looked_at(trouble: dict[str, object], point: str, word: str) -> None:
    points = look_at(GOOD, **trouble)  # type: ignore[arg-type]
    assert [p.name for p in points if p.state == "look"] == [point]
    assert word in next(p.says for p in points if p.name == point)


def looks(recording: Recording) -> list[str]:
    return [p.name for p in look_at(recording, ranges=None) if p.state == "look"]


def test_losses_are_told_of() -> None:
    s = GOOD.samples
    kept = np.random.default_rng(1).random(len(s)) > 0.05
    assert looks(replace(GOOD, samples=Samples(s.t[kept], s.acc[kept], s.gyr[kept]))) == ["link"]


def test_a_low_rate_is_told_of() -> None:
    assert looks(a_try(rate_hz=50.0)) == ["rate"]


def test_a_range_that_cuts_is_told_of() -> None:
    assert "range" in looks(a_try((TRY[0], Stretch("run", 8.0), TRY[2]), acc_range_g=2.0))


@pytest.mark.parametrize("factor", [1.0 / 9.80665, 2.0])
def test_units_that_are_none_are_told_of(factor: float) -> None:
    s = GOOD.samples
    assert "units" in looks(replace(GOOD, samples=Samples(s.t, s.acc * factor, s.gyr)))


def test_a_sensor_on_a_table_is_not_ready() -> None:
    found = looks(a_try((Stretch("still", 20.0, 0.0),), q=IDENTITY))
    assert "steps" in found
    assert "mounting" in found


def test_a_clip_that_creeps_is_told_of() -> None:
    assert looks(a_try(creep_deg=8.0)) == ["standing"]


def test_a_sensor_that_swings_is_no_trunks() -> None:
    """In a pocket it swings with the leg by 25° to either side."""
    s = GOOD.samples
    from gait.rotations import inverse, rotate

    angle = 25.0 * RAD * np.sin(2 * np.pi * 0.9 * s.t) * ((s.t > 8.5) & (s.t < 15.5))
    q = from_rotvec(np.outer(angle, [1.0, 0.0, 0.0]))
    rate = np.gradient(angle, s.t)[:, None] * np.array([1.0, 0.0, 0.0])
    swinging = Samples(s.t, rotate(inverse(q), s.acc), rotate(inverse(q), s.gyr) + rate)
    assert "steps" in looks(replace(GOOD, samples=swinging))


def test_an_accelerometer_that_is_off_is_not_said_to_hang_well() -> None:
    """The standings were "ready, nan° apart", the mounting "ready, nan° off the vertical"."""
    s = GOOD.samples
    points = look_at(replace(GOOD, samples=Samples(s.t, np.zeros_like(s.acc), s.gyr)), ranges=RANGES)
    assert states(points)["units"] == "look"
    assert states(points)["standing"] == "open"
    assert states(points)["mounting"] == "open"
    assert not any("nan" in p.says for p in points)
