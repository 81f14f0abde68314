"""The real sketch on the simulated chip, turned through its six faces by hand: calibrated as a new user would."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from firmware_bridge.bench import build, run
from gait.calibration import store
from gait.calibration.calibration import Calibration
from gait.cli import main
from gait.synthetic.handling import FACES, handle
from gait.synthetic.sensor import Sensor
from gait.units import G

pytestmark = pytest.mark.bench

#: Offset found, against the chip's own. [m/s²]  Measured: 0.005; 1 mg is 0.01.
OFFSET_TOLERANCE = 0.02 * G / 9.8

#: Diagonal of the gain. [1]
GAIN_TOLERANCE = 0.003


def test_led_through_six_faces_by_the_real_sketch(
    uno: build.Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(store.VARIABLE, str(tmp_path / "kept"))
    made = Sensor.mpu6050(np.random.default_rng(6))
    sensor = replace(made, drop_share=0.0, jitter_s=0.0, clock_ppm=0.0, start_s=0.0, bits=None)
    # The sketch needs a second to come up, and the calibration may ask for more than the six.
    readings = tmp_path / "hand.csv"
    s = handle(sensor, 6, faces=(*FACES, *FACES, "+z"), rest_s=5.0).samples
    run.write_readings(readings, s.t.tolist(), s.acc.tolist(), s.gyr.tolist())
    with run.start(readings, real_time=False, built=uno, lead=2.0) as bench:
        assert main(["calibrate", bench.port]) == 0
    said = capsys.readouterr().out
    assert "no name of its own" in said
    assert "All six are seen" in said
    ((_, kept),) = store.everything()
    assert isinstance(kept, Calibration)
    assert kept.six_position
    assert kept.device.startswith("MPU-6050 ")
    assert kept.temperature_c == pytest.approx(25.0, abs=0.1)
    assert made.acc_matrix is not None
    # The symmetric gain times the chip's own matrix is a rotation: its sizes are 1.
    sizes = np.linalg.svd(kept.acc_gain @ made.acc_matrix, compute_uv=False)
    np.testing.assert_allclose(sizes, 1.0, atol=3 * GAIN_TOLERANCE)
    np.testing.assert_allclose(kept.acc_offset, made.acc_bias, atol=OFFSET_TOLERANCE)
