"""Every logger's format, written afresh, gives the recording back: units, order of axes, sign, clock, gravity.

Truth: the recording that was written.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from gait.errors import ReadError
from gait.readers import read, read_with_units
from gait.readers.dialects import DIALECTS, layout_of_header
from gait.readers.kits import KITS
from gait.recording import Samples
from tests.gait.readers.loggers import LOGGERS, SAID, Files
from tests.gait.readers.made import table

#: What the formats' digits and a straight line between two clocks leave. [m/s²], [rad/s]
ACC_TOLERANCE, GYR_TOLERANCE = 0.03, 0.012


@pytest.fixture(scope="module")
def made() -> Samples:
    return Samples(*table(30.0))


def put(folder: Path, files: Files) -> Path:
    """The file, or the folder where there are several."""
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).write_bytes(text.encode())
    return folder / next(iter(files)) if len(files) == 1 else folder


@pytest.mark.parametrize("logger", LOGGERS)
def test_what_a_logger_wrote_comes_in_as_it_was(tmp_path: Path, made: Samples, logger: str) -> None:
    recording = read(put(tmp_path / "x", LOGGERS[logger](made)), **SAID.get(logger, {}))  # type: ignore[arg-type]
    s = recording.samples
    assert recording.rate_hz == pytest.approx(100.0, rel=2e-3)
    assert len(s) >= len(made) - 3
    first = round((len(made) - len(s)) * 0.5)
    # All but the clock's zero is the same; the first common sample is found by the accelerometer.
    shifts = range(2 * first + 3)
    at = min(shifts, key=lambda k: float(np.abs(s.acc[:500] - made.acc[k : k + 500]).sum()))
    n = min(len(s), len(made) - at)
    late = s.t[:n] - s.t[0] - (made.t[at : at + n] - made.t[at])
    assert np.abs(late).max() < 0.011
    np.testing.assert_allclose(s.acc[:n], made.acc[at : at + n], atol=ACC_TOLERANCE)
    np.testing.assert_allclose(s.gyr[:n], made.gyr[at : at + n], atol=GYR_TOLERANCE)
    assert recording.understood[0].startswith(f"format: {recording.dialect}")


@pytest.mark.parametrize(
    "row", [row for row in DIALECTS if not row.bare and row.key != "yei"], ids=lambda row: row.title
)
def test_the_example_of_each_format_is_recognised_as_it(row: object) -> None:
    parts = row.example.split(" / ")  # type: ignore[attr-defined]
    line = max(parts, key=lambda part: part.lower().count("x"))
    mark = next(mark for mark in ("\t", ";", ",") if mark in line)
    cells = line.split(mark)
    layout = layout_of_header(cells, "x", first=["1"] * len(cells))
    assert layout.dialect == row.key  # type: ignore[attr-defined]


def test_a_row_can_be_asked_for_by_name(tmp_path: Path, made: Samples) -> None:
    path = put(tmp_path / "x", LOGGERS["xio"](made))
    assert read(path, dialect="x-io").dialect == "x-io"
    with pytest.raises(ReadError, match="not of the dialect physics-toolbox"):
        read(path, dialect="physics-toolbox")


def test_shimmers_other_accelerometer(tmp_path: Path, made: Samples) -> None:
    path = put(
        tmp_path / "x",
        LOGGERS["shimmer"](Samples(made.t, 3.0 * (made.acc - [0, 0, 9.81]) + [0, 0, 9.81], made.gyr)),
    )
    assert np.abs(read(path).samples.acc).max() > np.abs(read(path, sensor="LN").samples.acc).max()
    with pytest.raises(ReadError, match="say --sensor WR or LN"):
        read(path, sensor="XX")


def test_a_long_table_with_two_sensors_asks_which(tmp_path: Path, made: Samples) -> None:
    ((name, text),) = LOGGERS["umafall"](made).items()
    more = text + "".join(f"{100 + 10 * k};{k};0;0;1;{kind};1\n" for k in range(200) for kind in (0, 1))
    path = put(tmp_path / "x", {name: more})
    with pytest.raises(
        ReadError, match=r"several sensors with a gyroscope: 1, 3 \(chest\). Say which: --sensor 1"
    ):
        read(path)
    assert read(path, sensor="chest").device == "sensor 3 (chest)"
    with pytest.raises(ReadError, match="sensor 0 has no gyroscope"):
        read(path, sensor="0")


def test_phyphox_with_a_header_that_a_user_changed(tmp_path: Path, made: Samples) -> None:
    """deg/s over rad/s: phyphox writes rad/s, and gravity turns with it; said, and read right."""
    files = LOGGERS["phyphox"](made)
    files["Gyroscope.csv"] = files["Gyroscope.csv"].replace("rad/s", "deg/s")
    recording, units = read_with_units(put(tmp_path / "x", files))
    assert units.gyr == "radps"
    assert any(
        "says that its turning is in dps" in note and "read as radps" in note for note in recording.notes
    )


def test_an_old_ximu_counts_its_packets(tmp_path: Path, made: Samples) -> None:
    text = LOGGERS["xio"](made)["run.csv"].replace("Timestamp (us)", "Packet number")
    header, *rows = text.splitlines()
    rows = [f"{(k + 65_400) % 65_536},{row.partition(',')[2]}" for k, row in enumerate(rows) if k % 50]
    path = put(tmp_path / "x", {"run.csv": "\n".join([header, *rows]) + "\n"})
    with pytest.raises(ReadError, match="counts its rows"):
        read(path)
    recording = read(path, rate_hz=100.0)
    assert recording.samples.t[-1] == pytest.approx(29.98)
    assert any("skips 59" in note for note in recording.notes)


def test_a_dot_log_in_tenths_of_milliseconds(tmp_path: Path, made: Samples) -> None:
    slow = Samples(made.t[::5], made.acc[::5], made.gyr[::5])  # 20 Hz
    ((name, text),) = LOGGERS["xsens_dot"](slow).items()
    _, _, _, _, _, header, *rows = text.splitlines()
    cells = [row.split(",") for row in rows]
    rows = [",".join([c[0], str(500 * k), *c[2:]]) for k, c in enumerate(cells)]
    recording = read(put(tmp_path / "x", {name: "\n".join([header, *rows]) + "\n"}))
    assert recording.rate_hz == pytest.approx(20.0)


@pytest.mark.parametrize("logger", ["sensor_logger", "phyphox", "polar", "mbientlab", "sensor_kinetics"])
def test_without_its_gyroscope_an_export_says_what_could_still_be_had(
    tmp_path: Path, made: Samples, logger: str
) -> None:
    files = {
        name: text for name, text in LOGGERS[logger](made).items() if "yr" not in name and "GYR" not in name
    }
    files["notes.txt"] = "nothing\n"
    with pytest.raises(
        ReadError, match=r"without a gyroscope nobody can tell.*steps and cadence could still be had"
    ):
        read(put(tmp_path / "x", {**files, "more.txt": "x\n"}))


def test_kits_have_examples() -> None:
    assert all("/" in kit.example for kit in KITS)


# ---------------------------------------------------------------- files of new users, as they came


def rows_of(made: Samples, mark: str, when: list[str], decimal: str = ".") -> list[str]:
    numbers = [
        [f"{v:.5f}".replace(".", decimal) for v in row]
        for row in np.column_stack([made.acc / 9.80665, made.gyr * 57.29578])
    ]
    return [mark.join([stamp, *cells]) for stamp, cells in zip(when, numbers, strict=True)]


def clock_of(made: Samples, form: str) -> list[str]:
    start = datetime(2026, 3, 4, 9, 30, tzinfo=UTC)
    return [(start + timedelta(seconds=float(t))).strftime(form) for t in made.t]


def check_g_dps(path: Path, made: Samples, **said: str) -> None:
    samples = read(path, **said).samples  # type: ignore[arg-type]
    assert len(samples) == len(made)
    np.testing.assert_allclose(samples.t - samples.t[0], made.t, atol=2e-3)
    np.testing.assert_allclose(samples.acc, made.acc, atol=1e-3)
    np.testing.assert_allclose(samples.gyr, made.gyr, atol=1e-3)


def test_a_german_spreadsheet(tmp_path: Path, made: Samples) -> None:
    """Its clock has a name nobody knows, decimal commas, an order of date that is open, and Windows' letters."""
    header = "Datum Zeit;Beschleunigung X (g);Beschleunigung Y (g);Beschleunigung Z (g);Drehrate X (°/s);Drehrate Y (°/s);Drehrate Z (°/s)"
    path = tmp_path / "de.csv"
    path.write_bytes(
        "\r\n".join([header, *rows_of(made, ";", clock_of(made, "%d.%m.%Y %H:%M:%S,%f"), ",")]).encode(
            "cp1252"
        )
    )
    check_g_dps(path, made)


def test_an_american_spreadsheet(tmp_path: Path, made: Samples) -> None:
    header = '"Time","AccX (g)","AccY (g)","AccZ (g)","GyroX (dps)","GyroY (dps)","GyroZ (dps)"'
    path = tmp_path / "us.csv"
    rows = rows_of(made, '","', clock_of(made, "%m/%d/%Y %I:%M:%S.%f AM"))
    path.write_text("\n".join([header, *(f'"{row}"' for row in rows)]) + "\n")
    check_g_dps(path, made)


def test_a_table_with_two_sensors_by_the_beginning_of_their_names(tmp_path: Path, made: Samples) -> None:
    names = [
        f"{where}_{what}_{axis}" for where in ("chest", "hip") for what in ("acc", "gyr") for axis in "xyz"
    ]
    both = np.column_stack([made.t, made.acc, made.gyr, 1.01 * made.acc, made.gyr])
    path = tmp_path / "two.csv"
    np.savetxt(path, both, fmt="%.5f", delimiter=",", header="time," + ",".join(names), comments="")
    with pytest.raises(ReadError, match=r"holds several sensors: chest, hip. Say which: --sensor chest"):
        read(path)
    np.testing.assert_allclose(read(path, sensor="hip").samples.acc, 1.01 * made.acc, atol=1e-4)


def test_commas_between_numbers_and_inside_them(tmp_path: Path, made: Samples) -> None:
    path = tmp_path / "commas.csv"
    rows = rows_of(made, ",", [f"{t:.2f}".replace(".", ",") for t in made.t], ",")
    path.write_text("\n".join(["t,ax,ay,az,gx,gy,gz", *rows]) + "\n")
    with pytest.raises(ReadError, match="its header has 7 columns and its rows 14"):
        read(path)


def test_python_leaves_a_fraction_of_nought_out(tmp_path: Path, made: Samples) -> None:
    path = tmp_path / "pandas.csv"
    start = datetime(2026, 3, 4, 9, 30, tzinfo=UTC).replace(tzinfo=None)
    when = [str(start + timedelta(seconds=round(float(t), 2))) for t in made.t]
    header = "datetime,Acc_X [g],Acc_Y [g],Acc_Z [g],Gyr_X [dps],Gyr_Y [dps],Gyr_Z [dps]"
    path.write_text("\n".join([header, *rows_of(made, ",", when)]) + "\n")
    check_g_dps(path, made)
