"""Gains and offsets: taken out as they were put in, written and read back, refused when they cannot be a sensor's."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gait.calibration.calibration import LARGEST_GAIN_ERROR, UNKNOWNS, Calibration
from gait.errors import CalibrationError
from gait.pipeline import analyze
from gait.recording import Samples
from gait.synthetic import Course, Runner, Sensor, simulate

#: Solving a 3 x 3 and multiplying with it again.
ROUNDING = 1e-9

#: A run read with a wrong scale and bias and corrected for it, against the run without. [°]
CORRECTED_TOLERANCE_DEG = 0.02


def some(**changes: object) -> Calibration:
    """A plausible sensor."""
    gain = np.eye(3) + 0.03 * np.array([[1.0, -0.5, 0.2], [0.1, -1.0, 0.4], [-0.3, 0.2, 0.8]])
    full = Calibration(
        "mpu-7", np.array([0.1, -0.2, 0.05]), np.array([0.4, -0.3, 0.7]), gain, six_position=True
    )
    return replace(full, **changes)  # type: ignore[arg-type]


@given(
    arrays(float, (3, 3), elements=st.floats(-0.05, 0.05)),
    arrays(float, 3, elements=st.floats(-1.0, 1.0)),
    arrays(float, 3, elements=st.floats(-0.5, 0.5)),
)
@settings(max_examples=50)
def test_what_the_sensor_added_is_taken_out(
    off: np.ndarray, acc_offset: np.ndarray, gyr_bias: np.ndarray
) -> None:
    rng = np.random.default_rng(1)
    true = Samples(np.arange(50) / 100.0, 20 * rng.normal(size=(50, 3)), 5 * rng.normal(size=(50, 3)))
    gain = np.eye(3) + off  # true = gain @ (measured - offset)
    measured = Samples(true.t, np.linalg.solve(gain, true.acc.T).T + acc_offset, true.gyr + gyr_bias)
    found = Calibration("", gyr_bias, acc_offset, gain).apply(measured)
    np.testing.assert_allclose(found.acc, true.acc, atol=ROUNDING)
    np.testing.assert_allclose(found.gyr, true.gyr, atol=ROUNDING)
    np.testing.assert_array_equal(found.t, true.t)


def test_an_empty_calibration_changes_nothing() -> None:
    rng = np.random.default_rng(2)
    s = Samples(np.arange(9.0), rng.normal(size=(9, 3)), rng.normal(size=(9, 3)), "torso")
    found = Calibration().apply(s)
    np.testing.assert_array_equal(found.acc, s.acc)
    np.testing.assert_array_equal(found.gyr, s.gyr)
    assert found.frame == "torso"
    assert not Calibration().six_position


def test_written_and_read_back_it_is_the_same(tmp_path: Path) -> None:
    path = tmp_path / "mpu-7.json"
    some().save(path)
    found = Calibration.load(path)
    assert (found.device, found.six_position) == ("mpu-7", True)
    for name in ("gyr_bias", "acc_offset", "acc_gain"):
        np.testing.assert_array_equal(getattr(found, name), getattr(some(), name))
    assert json.loads(path.read_text())["schema"] == "gait.calibration/1"


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(CalibrationError, match=r"nobody\.json: there is no such file"):
        Calibration.load(tmp_path / "nobody.json")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not json",
        "[]",
        "3",
        "null",
        "{}",
        '{"gyr_bias_radps": [0, 0, 0]}',
        "\x00\x01",
        '{"gyr_bias_radps": ',
    ],
)
def test_what_is_no_calibration_is_refused_with_its_name(tmp_path: Path, text: str) -> None:
    path = tmp_path / "odd.json"
    path.write_text(text)
    with pytest.raises(CalibrationError, match=r"odd\.json: not a calibration"):
        Calibration.load(path)


def test_bytes_that_are_no_text_and_a_folder_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "odd.json"
    path.write_bytes(b"\xff\xfe\x00{")
    for bad in (path, tmp_path):
        with pytest.raises(CalibrationError, match="not a calibration"):
            Calibration.load(bad)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("gyr_bias_radps", [0.0, 0.0]),
        ("gyr_bias_radps", None),
        ("acc_offset_mps2", [[0.0, 0.0, 0.0]]),
        ("acc_offset_mps2", [0.0, 0.0, float("nan")]),
        ("acc_gain", [1.0, 1.0, 1.0]),
        ("acc_gain", [[1.0, 0.0], [0.0, 1.0]]),
        ("acc_gain", [[1.0, 0.0, 0.0], [0.0, float("inf"), 0.0], [0.0, 0.0, 1.0]]),
        ("acc_gain", "one"),
        ("acc_gain", [[1, 0, 0], [0, 1], [0, 0, 1]]),
    ],
)
def test_numbers_of_another_shape_are_refused(tmp_path: Path, field: str, value: object) -> None:
    path = tmp_path / "mpu-7.json"
    some().save(path)
    content = json.loads(path.read_text())
    content[field] = value
    path.write_text(json.dumps(content))
    with pytest.raises(CalibrationError, match=r"mpu-7\.json"):
        Calibration.load(path)


@pytest.mark.parametrize("gain", [1.0 / 9.80665, 9.80665, -1.0, 1.0 + 1.1 * LARGEST_GAIN_ERROR])
def test_a_gain_of_other_units_is_refused_with_its_size(tmp_path: Path, gain: float) -> None:
    path = tmp_path / "mpu-7.json"
    some(acc_gain=gain * np.eye(3)).save(path)
    with pytest.raises(CalibrationError, match=f"{abs(gain - 1.0):.2f} away from 1"):
        Calibration.load(path)


def test_all_that_is_known_is_read_back(tmp_path: Path) -> None:
    full = some(
        gyr_gain=np.eye(3) + 0.01,
        gyr_bias_slope=np.array([1e-3, 0.0, -2e-3]),
        temperature_c=31.5,
        made_at="2026-03-01T10:00:00+00:00",
        covariance=1e-6 * np.eye(UNKNOWNS),
        rest_residuals=np.array([0.01, -0.02]),
        turn_residuals=np.array([0.001]),
        biases=np.array([[31.5, 0.1, -0.2, 0.05]]),
    )
    full.save(tmp_path / "a.json")
    found = Calibration.load(tmp_path / "a.json")
    for name in ("gyr_gain", "gyr_bias_slope", "covariance", "rest_residuals", "turn_residuals", "biases"):
        np.testing.assert_array_equal(getattr(found, name), getattr(full, name))
    assert (found.temperature_c, found.made_at) == (31.5, "2026-03-01T10:00:00+00:00")


@pytest.mark.parametrize(
    "wrong",
    [
        {"covariance": np.eye(6)},
        {"covariance": -np.eye(UNKNOWNS)},
        {"gyr_gain": np.eye(2)},
        {"gyr_gain": 2.0 * np.eye(3)},
        {"gyr_bias_slope": np.full(3, 0.5)},
        {"gyr_bias_slope": np.zeros(2)},
    ],
)
def test_more_that_cannot_be_is_refused_with_its_name(tmp_path: Path, wrong: dict[str, object]) -> None:
    some(**wrong).save(tmp_path / "a.json")
    with pytest.raises(CalibrationError, match=r"a\.json"):
        Calibration.load(tmp_path / "a.json")


def test_the_bias_follows_the_temperature() -> None:
    cold = some(gyr_bias_slope=np.array([1e-3, 0.0, 0.0]), temperature_c=20.0)
    warm = cold.at(30.0)
    np.testing.assert_allclose(warm.gyr_bias - cold.gyr_bias, [0.01, 0.0, 0.0], atol=ROUNDING)
    assert cold.at(None) is cold
    assert some().at(30.0).temperature_c is None


def test_another_sensors_calibration_is_refused() -> None:
    recording, _ = simulate(Runner(), Course(standing_s=7.0, running_s=10.0), Sensor.ideal(), 1)
    with pytest.raises(CalibrationError, match="'simulated MPU-6050', the calibration of 'mpu-7'"):
        analyze(recording, calibration=some())
    nameless = analyze(replace(recording, device=""), calibration=some())
    assert any("does not say which sensor" in note for note in nameless.quality.notes)
    assert any("mpu-7" in note for note in nameless.quality.notes)


def test_a_calibrated_run_is_the_run_of_a_perfect_sensor() -> None:
    course = Course(standing_s=7.0, running_s=30.0)
    gain = some().acc_gain
    wrong = replace(
        Sensor.ideal(),
        acc_matrix=np.linalg.inv(gain),
        acc_bias=(0.4, -0.3, 0.7),
        gyr_bias=(0.1, -0.2, 0.05),
    )
    perfect, _ = simulate(Runner(), course, Sensor.ideal(), 1)
    spoiled, _ = simulate(Runner(), course, wrong, 1)
    true, plain, corrected = (
        analyze(r, calibration=c)
        for r, c in ((perfect, None), (spoiled, None), (spoiled, some(device=perfect.device)))
    )
    for key in ("lean", "rotation", "sway"):
        a, b = corrected.measures[key].value, true.measures[key].value
        assert a is not None
        assert a == pytest.approx(b, abs=CORRECTED_TOLERANCE_DEG), key
    assert plain.measures["lean"].value != pytest.approx(true.measures["lean"].value, abs=0.1)
    assert corrected.six_position
    assert not plain.six_position
    sure, unsure = corrected.measures["lean"].systematic, plain.measures["lean"].systematic
    assert sure is not None
    assert unsure is not None
    assert sure < unsure
