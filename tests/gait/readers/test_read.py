"""The reader's door: what comes in well, and what is refused with a sentence one can act on."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from gait.errors import ReadError
from gait.readers import read
from tests.gait.readers.made import lines, table

SI = "s,mps2,radps"


@pytest.fixture(scope="module")
def made() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return table()


def write(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_plain_table_comes_in_as_written(tmp_path: Path, made: tuple[np.ndarray, ...]) -> None:
    t, acc, gyr = made
    recording = read(write(tmp_path / "run.csv", lines(*made)))
    np.testing.assert_allclose(recording.samples.t, t, atol=1e-6)
    np.testing.assert_allclose(recording.samples.acc, acc, atol=1e-6)
    np.testing.assert_allclose(recording.samples.gyr, gyr, atol=1e-6)
    assert recording.rate_hz == pytest.approx(100.0)
    assert (recording.dialect, recording.rows, len(recording.gaps)) == ("plain", len(t), 0)
    assert len(recording.notes) == 1
    assert "read as s,mps2,radps, by a clock of 100 Hz, a gravity of" in recording.notes[0]


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\n", "\r"),
        lambda text: text.rstrip("\n"),
        lambda text: text.replace(",", ";").replace(".", ","),
        lambda text: text.replace(",", ";"),
        lambda text: text.replace(",", "\t"),
        lambda text: text.replace(",", " "),
        lambda text: text.replace("\n", ",\n"),
        lambda text: "\n\n" + text.replace("\n", "\n\n"),
        lambda text: "sep=,\n" + text,
        lambda text: "".join(f'"{line}"\n'.replace(",", '","') for line in text.split()),
        lambda text: "# a comment\n// another\n% one more\n" + text,
        lambda text: text.replace("t,ax,ay,az,gx,gy,gz\n", ""),
    ],
    ids=[
        "crlf",
        "bom",
        "cr",
        "no-last-newline",
        "decimal-comma",
        "semicolon",
        "tab",
        "space",
        "trailing-comma",
        "blank-lines",
        "sep",
        "quoted",
        "comments",
        "no-header",
    ],
)
def test_the_same_table_however_it_is_written(
    tmp_path: Path, made: tuple[np.ndarray, ...], change: object
) -> None:
    recording = read(write(tmp_path / "run.csv", change(lines(*made))), units=SI)  # type: ignore[operator]
    np.testing.assert_allclose(recording.samples.t, made[0], atol=1e-6)
    np.testing.assert_allclose(recording.samples.gyr, made[2], atol=1e-6)
    assert recording.notes == ()


def test_utf_16_as_spreadsheets_write_it(tmp_path: Path, made: tuple[np.ndarray, ...]) -> None:
    recording = read(write(tmp_path / "run.csv", lines(*made).encode("utf-16")), units=SI)
    assert len(recording.samples) == len(made[0])


def test_gzip_is_known_by_what_is_in_it(tmp_path: Path, made: tuple[np.ndarray, ...]) -> None:
    packed = gzip.compress(lines(*made).encode())
    for name in ("run.csv.gz", "run.csv"):
        assert len(read(write(tmp_path / name, packed)).samples) == len(made[0])


def test_gzip_that_ends_early_gives_what_came_before(tmp_path: Path, made: tuple[np.ndarray, ...]) -> None:
    packed = gzip.compress(lines(*made).encode())
    recording = read(write(tmp_path / "run.csv.gz", packed[: len(packed) * 2 // 3]), units=SI)
    n = len(recording.samples)
    assert 0.5 * len(made[0]) < n < 0.8 * len(made[0])
    np.testing.assert_allclose(recording.samples.acc, made[1][:n], atol=1e-6)
    assert any("ends early" in note for note in recording.notes)


@pytest.mark.parametrize(
    ("header", "units", "factors"),
    [
        ("time_ms,acc_x_g,acc_y_g,acc_z_g,gyro_x_dps,gyro_y_dps,gyro_z_dps", "ms g dps", (1e3, 1 / 9.80665, 180 / np.pi)),
        ("Time (s),Accel X (m/s^2),Accel Y (m/s^2),Accel Z (m/s^2),Gyro X (deg/s),Gyro Y (deg/s),Gyro Z (deg/s)", "", (1, 1, 180 / np.pi)),
        ("timestamp [us],ax [mg],ay [mg],az [mg],wx [rad/s],wy [rad/s],wz [rad/s]", "", (1e6, 1000 / 9.80665, 1)),
        ("micros,accelX,accelY,accelZ,gyroX,gyroY,gyroZ", "", (1e6, 1, 1)),
        ("t_s,ax_m_s2,ay_m_s2,az_m_s2,gx_rad_s,gy_rad_s,gz_rad_s", "", (1, 1, 1)),
        ("Time,Accelerometer X (m/s²),Accelerometer Y (m/s²),Accelerometer Z (m/s²),Gyroscope X (°/s),Gyroscope Y (°/s),Gyroscope Z (°/s)", "", (1, 1, 180 / np.pi)),
    ],
)  # fmt: skip
def test_units_in_the_header_are_understood(
    tmp_path: Path, made: tuple[np.ndarray, ...], header: str, units: str, factors: tuple[float, float, float]
) -> None:
    t, acc, gyr = (values * factor for values, factor in zip(made, factors, strict=True))
    recording = read(write(tmp_path / "run.csv", lines(t, acc, gyr, header, "%.9g")))
    np.testing.assert_allclose(recording.samples.t, made[0], atol=1e-5)
    np.testing.assert_allclose(recording.samples.acc, made[1], atol=1e-5)
    np.testing.assert_allclose(recording.samples.gyr, made[2], atol=1e-5)


def test_columns_by_order_when_nobody_named_them(tmp_path: Path, made: tuple[np.ndarray, ...]) -> None:
    t, acc, gyr = made
    text = lines(t, gyr[:, ::-1], acc[:, ::-1], None)
    recording = read(write(tmp_path / "bare.txt", text), columns="t,gz,gy,gx,az,ay,ax", units=SI)
    np.testing.assert_allclose(recording.samples.acc, acc, atol=1e-6)
    np.testing.assert_allclose(recording.samples.gyr, gyr, atol=1e-6)


def test_no_clock_and_a_stated_rate(tmp_path: Path, made: tuple[np.ndarray, ...]) -> None:
    text = "\n".join(line.partition(",")[2] for line in lines(*made).splitlines()) + "\n"
    path = write(tmp_path / "run.csv", text)
    with pytest.raises(ReadError, match="--rate"):
        read(path)
    recording = read(path, rate_hz=100.0)
    np.testing.assert_allclose(recording.samples.t, made[0], atol=1e-9)


def test_a_lost_row_without_a_clock_still_takes_its_time(
    tmp_path: Path, made: tuple[np.ndarray, ...]
) -> None:
    rows = [line.partition(",")[2] for line in lines(*made).splitlines()]
    rows[501:511] = ["x"] * 10
    recording = read(write(tmp_path / "run.csv", "\n".join(rows) + "\n"), rate_hz=100.0, units=SI)
    assert recording.gaps.tolist() == [[pytest.approx(4.99), pytest.approx(5.10)]]
    assert len(recording.samples) == len(made[0]) - 10


def test_the_part_that_was_asked_for(tmp_path: Path, made: tuple[np.ndarray, ...]) -> None:
    path = write(tmp_path / "run.csv", lines(*made))
    recording = read(path, start_s=5.0, stop_s=10.0)
    assert (recording.samples.t[0], recording.samples.t[-1]) == (pytest.approx(5.0), pytest.approx(9.99))
    with pytest.raises(ReadError, match=r"lasts from 0 to 23\.99 s"):
        read(path, start_s=100.0)


def test_our_own_comment_lines_are_heard(tmp_path: Path, made: tuple[np.ndarray, ...]) -> None:
    above = "# device: MPU-6050 no. 7\n# placement: chest\n# started_at: 2026-05-01T07:00:00+02:00\n"
    header = "t_s,ax_mps2,ay_mps2,az_mps2,gx_radps,gy_radps,gz_radps,temp_c"
    text = (
        "\n".join(f"{line},23.5" if i else header for i, line in enumerate(lines(*made).splitlines())) + "\n"
    )
    recording = read(write(tmp_path / "run.csv", above + text))
    assert (recording.dialect, recording.device, recording.placement) == ("gait", "MPU-6050 no. 7", "sternum")
    assert recording.started_at is not None
    assert recording.started_at.isoformat() == "2026-05-01T05:00:00+00:00"
    assert recording.notes == ()


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("empty.csv", b"", "is empty"),
        ("blank.csv", b"\n\n  \n", "nothing but blank lines"),
        ("letter.txt", b"Dear runner,\nit was a lovely day.\nYours\n", "no table of numbers"),
        ("header.csv", b"t,ax,ay,az,gx,gy,gz\n", "header and no rows"),
        ("one.csv", b"t,ax,ay,az,gx,gy,gz\n0,0,0,9.81,0,0,0\n", "holds 1 row of numbers"),
        ("one_bare.csv", b"0,0,0,9.81,0,0,0\n", "holds 1 row of numbers"),
        ("nogyro.csv", b"t,ax,ay,az\n" + b"".join(b"%d.0,0,0,9.8\n" % i for i in range(50)), "gyroscope"),
        ("picture.csv", bytes(range(256)) * 40, "is no text"),
        ("zeros.csv", bytes(8192), "zero bytes"),
        ("cut.zip", b"PK\x03\x04" + bytes(100), "cannot be unpacked"),
        ("bad.csv.gz", b"\x1f\x8b\x08\x00garbage", "is empty"),
        ("strange.csv", b"a,b,c,d,e,f,g\n" + b"1,2,3,4,5,6,7\n" * 50, "no three columns of an accelerometer"),
        ("both.csv", b"t,ax,ay,az,gx,gy,gz,gyrox,gyroy,gyroz\n" + b"1,2,3,4,5,6,7,8,9,9\n" * 50, "could be a gyroscope"),
        ("furlong.csv", b"t,ax (furlong),ay,az,gx,gy,gz\n" + b"1,2,3,4,5,6,7\n" * 50, "is not known"),
    ],
)  # fmt: skip
def test_what_is_no_recording_is_refused_in_one_sentence(
    tmp_path: Path, name: str, content: bytes, says: str
) -> None:
    with pytest.raises(ReadError, match=says) as caught:
        read(write(tmp_path / name, content))
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


def test_paths_that_are_no_files(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="There is no file or folder"):
        read(tmp_path / "nowhere.csv")
    with pytest.raises(ReadError, match="no export of a logger"):
        read(tmp_path)


def test_words_nobody_knows(tmp_path: Path, made: tuple[np.ndarray, ...]) -> None:
    path = write(tmp_path / "run.csv", lines(*made))
    for wrong in (
        {"units": "s,g"},
        {"units": "s,stone,dps"},
        {"dialect": "klingon"},
        {"columns": "t,ax"},
        {"rate_hz": -1.0},
    ):
        with pytest.raises(ReadError):
            read(path, **wrong)  # type: ignore[arg-type]


@pytest.mark.shared
def test_real_recordings_come_in(shared_data: Path) -> None:
    for name, rate, n in (
        ("real/sisfall_D03_SA01_R01.csv.gz", 200.0, 20000),
        ("real/mobgap_L5_walk_HA001.csv", 100.0, 1246),
        ("real/motionsense_pocket_sub1.csv", 50.0, 4861),
        ("mocap/rbds032_pelvis_3p5mps.csv", 200.0, 5959),
    ):
        recording = read(shared_data / name)
        assert recording.rate_hz == pytest.approx(rate, rel=1e-4)
        assert len(recording.samples) == n
        assert "s,mps2,radps" in recording.notes[0]


@pytest.mark.shared
def test_every_real_export_is_read_or_refused_with_a_reason(shared_data: Path) -> None:
    for path in sorted((shared_data / "csv_dialects").iterdir()):
        try:
            recording = read(path)
        except ReadError:
            continue
        if path.name.startswith(("androsensor_renamed", "sisfall")):
            continue  # 9 s of waving a phone about, and a third of a second of running
        size = np.median(np.linalg.norm(recording.samples.acc, axis=1))
        assert 8.5 < size < 11.0, path.name


@pytest.mark.shared
def test_a_phone_export_without_a_gyroscope_says_so(shared_data: Path) -> None:
    with pytest.raises(ReadError, match=r"no Gyroscope\.csv"):
        read(shared_data / "csv_dialects" / "sensorlogger_export.zip")


def test_a_clock_of_words_is_told_from_damage(tmp_path: Path, made: tuple[np.ndarray, ...]) -> None:
    rows = [
        f"2026-05-01T07:00:{i:05d},{row.partition(',')[2]}"
        for i, row in enumerate(lines(*made).splitlines()[1:])
    ]
    path = write(tmp_path / "run.csv", "t,ax,ay,az,gx,gy,gz\n" + "\n".join(rows) + "\n")
    with pytest.raises(ReadError, match="its clock reads '2026-05-01T07:00:00000', which is no number"):
        read(path)
    recording = read(path, columns="-,ax,ay,az,gx,gy,gz", rate_hz=100.0, units=SI)
    np.testing.assert_allclose(recording.samples.acc, made[1], atol=1e-6)


def test_a_clock_in_the_wrong_unit_is_not_believed(tmp_path: Path, made: tuple[np.ndarray, ...]) -> None:
    path = write(tmp_path / "run.csv", lines(*made))
    with pytest.raises(
        ReadError,
        match=r"--units says that its clock is in us.* in s there are 100\. Say --units s,mps2,radps",
    ):
        read(path, units="us,mps2,radps")


@pytest.mark.parametrize(
    "header",
    [
        "time,seconds_elapsed,ACCELEROMETER Z (m/s²),ACCELEROMETER Y (m/s²),ACCELEROMETER X (m/s²)",
        '"Time (s)","X (m/s^2)","Y (m/s^2)","Z (m/s^2)"',
        "Time (s),Gyroscope x (rad/s),Gyroscope y (rad/s),Gyroscope z (rad/s)",
        "Phone timestamp;sensor timestamp [ns];X [mg];Y [mg];Z [mg]",
        "time,X_value,Y_value,Z_value",
    ],
)
def test_the_file_of_one_sensor_is_no_question_of_columns(tmp_path: Path, header: str) -> None:
    mark = ";" if ";" in header else ","
    rows = (mark.join(["%.2f" % (i / 100), *["0.1"] * header.count(mark)]) + "\n" for i in range(60))
    with pytest.raises(ReadError, match="Give the folder or the zip") as refused:
        read(write(tmp_path / "Accelerometer.csv", header + "\n" + "".join(rows)))
    assert "--columns" not in str(refused.value)


def test_a_header_that_windows_wrote(tmp_path: Path, made: tuple[np.ndarray, ...]) -> None:
    header = (
        "Time (s),Accel X (m/s²),Accel Y (m/s²),Accel Z (m/s²),Gyro X (rad/s),Gyro Y (rad/s),Gyro Z (rad/s)"
    )
    recording = read(write(tmp_path / "run.csv", lines(*made, header).encode("cp1252")))
    np.testing.assert_allclose(recording.samples.acc, made[1], atol=1e-6)


def test_one_file_of_a_phone_export_asks_for_the_others(tmp_path: Path) -> None:
    text = "time,seconds_elapsed,z,y,x\n" + "".join(f"{i}0000000,{i / 100},9.8,0,0\n" for i in range(50))
    with pytest.raises(ReadError, match="Give the folder or the zip"):
        read(write(tmp_path / "Gyroscope.csv", text))
