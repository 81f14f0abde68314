"""A run that went through chip, sketch and wire is the run that was played."""

from __future__ import annotations

from pathlib import Path

import pytest

import gait
from firmware_bridge.bench import build, run
from gait.readers import write_csv
from gait.recording import Recording
from gait.synthetic.course import Course
from gait.synthetic.runner import Runner
from gait.synthetic.sensor import Sensor
from gait.synthetic.truth import simulate

pytestmark = pytest.mark.bench

#: How far a number may move on its way. Half a count is 0.0024 m/s² and 0.03 °/s, averaged away over strides; what is
#: left is that the bench samples at other instants, and that one stride of the set-off may count in one and not in the
#: other. Measured: 0.023, 0.028 and 0.039; about twice that. [°] [°] [steps a minute]
LEAN_WITHIN, ROTATION_WITHIN, CADENCE_WITHIN = 0.05, 0.06, 0.08


def test_lean_turn_and_cadence_are_those_of_the_readings(uno: build.Built, tmp_path: Path) -> None:
    recording, _ = simulate(Runner(), Course(standing_s=6.0, running_s=30.0), Sensor(rate_hz=1000.0), 3)
    samples = recording.samples
    played = tmp_path / "played.csv"
    run.write_readings(played, samples.t.tolist(), samples.acc.tolist(), samples.gyr.tolist())
    sent, _ = run.play(played, lead=0.5, built=uno)
    (tmp_path / "run.gaitcap").write_bytes(sent)
    write_csv(recording, tmp_path / "direct.csv")
    from_bench, direct = (gait.read(tmp_path / name) for name in ("run.gaitcap", "direct.csv"))
    assert isinstance(from_bench, Recording)
    assert not len(from_bench.gaps)
    after, before = gait.analyze(from_bench).measures, gait.analyze(direct).measures
    numbers = {
        "lean": (after["lean"].value, before["lean"].value, LEAN_WITHIN),
        "rotation": (after["rotation"].value, before["rotation"].value, ROTATION_WITHIN),
        # Without the stride of the set-off.
        "cadence": (
            after["cadence"].per_stride[1:].mean(),
            before["cadence"].per_stride[1:].mean(),
            CADENCE_WITHIN,
        ),
    }
    for key, (on_the_bench, played_in, within) in numbers.items():
        print(f"{key}: {on_the_bench:.3f} from the bench, {played_in:.3f} from the readings")
        assert on_the_bench == pytest.approx(played_in, abs=within), key
