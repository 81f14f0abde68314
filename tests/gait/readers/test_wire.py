"""What a sensor said, as a Recording: times, losses, restarts, units, other wires, and the analysis behind it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import gait
import gait.errors
from firmware_bridge import frames
from firmware_bridge.dialects.text import TextDecoder
from firmware_bridge.events import AFTER_RESET, CHIP_ANSWERS, REINIT, SENDING, Chip, Mark
from firmware_bridge.mpu6050 import acc_worth, gyr_worth
from firmware_bridge.sensor_stream import Faults, stream, to_counts
from gait.errors import ReadError
from gait.readers.wire import recognise, recording_of
from gait.synthetic import Course, Runner, Sensor, simulate
from gait.units import G
from tests.bridge.made import counts, frame_list
from tests.gait.readers.made import table

HOST_NS = 1_767_225_600_000_000_000
GOLDEN = Path(__file__).parents[2] / "golden"

#: Stamps are whole microseconds. [s]
TICK = 1.5e-6


def written(
    path: Path,
    rows: NDArray[np.int16],
    *,
    chip: Chip | None = None,
    faults: Faults | None = None,
    marked: bool = True,
    also: Callable[[float, bytes], bytes] = lambda _, data: data,
) -> Path:
    """A capture of these rows, each byte 2 ms after it was sent and a little late."""
    rng, last = np.random.default_rng(5), -1.0
    with path.open("wb") as file:
        for due, data in stream(rows, chip, faults):
            file.write(also(due, data))
            if marked and due - last >= 0.1:
                late = 0.002 + float(rng.exponential(0.0005))
                file.write(frames.encode_mark(HOST_NS + round((due + late) * 1e9)))
                last = due
    return path


def test_samples_are_those_sent(tmp_path: Path) -> None:
    rows = counts(1000)
    recording = gait.read(written(tmp_path / "run.gaitcap", rows))
    assert np.allclose(recording.samples.acc, rows[:, :3] * acc_worth(3))
    assert np.allclose(recording.samples.gyr, rows[:, 3:] * gyr_worth(3))
    assert np.allclose(recording.samples.t, np.arange(1000) / 200.0, atol=TICK)
    assert recording.rate_hz == pytest.approx(200.0)
    assert (recording.dialect, recording.rows, recording.device) == ("gait-wire", 1000, "MPU-6050")
    assert recording.notes == ()
    assert recording.started_at is not None
    assert abs((recording.started_at - datetime(2026, 1, 1, tzinfo=UTC)).total_seconds()) < 0.01


@pytest.mark.parametrize("per_frame", [2, 3, 4])
def test_samples_within_a_frame_are_spread_at_the_measured_rate(tmp_path: Path, per_frame: int) -> None:
    chip = Chip(divider=1, per_frame=per_frame)
    path = written(tmp_path / "run.gaitcap", counts(1200), chip=chip, marked=False)
    assert np.allclose(gait.read(path).samples.t, np.arange(1200) / 500.0, atol=TICK)


def test_the_tick_wraps_and_time_goes_on(tmp_path: Path) -> None:
    path = written(tmp_path / "run.gaitcap", counts(2000), faults=Faults(first_tick=(1 << 32) - 3_000_000))
    t = gait.read(path).samples.t
    assert np.allclose(np.diff(t), 0.005, atol=2 * TICK)
    assert t[0] == pytest.approx(4291.967296)


def test_losses_are_counted_and_gaps_stay(tmp_path: Path) -> None:
    def hole(due: float, data: bytes) -> bytes:
        return b"" if 2.0 <= due < 3.0 else data

    recording = gait.read(written(tmp_path / "run.gaitcap", counts(2000), also=hole))
    assert len(recording.samples) == 1800
    assert recording.gaps == pytest.approx(np.array([[1.995, 3.0]]), abs=1e-5)
    assert any(note.startswith("200 of 2000 samples (10.0 %) never arrived") for note in recording.notes)


def test_a_line_that_is_too_slow_is_named(tmp_path: Path) -> None:
    notes = gait.read(written(tmp_path / "run.gaitcap", counts(2000), faults=Faults(drop=0.05))).notes
    assert any("too slow" in note for note in notes)
    assert any("never arrived" in note for note in notes)


def test_a_loss_longer_than_the_numbers_wrap(tmp_path: Path) -> None:
    rows = np.tile(counts(1000), (80, 1))

    def hole(due: float, data: bytes) -> bytes:
        return b"" if 5.0 <= due < 395.0 else data

    recording = gait.read(written(tmp_path / "run.gaitcap", rows, also=hole, marked=False))
    assert any(note.startswith("78000 of 80000 samples") for note in recording.notes)
    assert recording.samples.t[-1] == pytest.approx(399.995, abs=1e-3)


def test_silence_that_the_numbers_do_not_show(tmp_path: Path) -> None:
    """The chip lost its power: no data-ready, no number; the clock goes on."""
    rows = counts(400)
    data = [frames.encode_info(Chip())]
    for i, row in enumerate(rows):
        late = 2_000_000 if i >= 200 else 0
        data.append(frames.encode_data(i, 5000 * i + late, REINIT if i == 200 else 0, [row.tolist()]))
    path = tmp_path / "run.gaitcap"
    path.write_bytes(b"".join(data))
    recording = gait.read(path)
    assert any("said nothing for 2.0 s" in note for note in recording.notes)
    assert any("set up again once" in note for note in recording.notes)
    assert len(recording.gaps) == 1


def test_a_restart_is_placed_by_the_hosts_clock(tmp_path: Path) -> None:
    path = tmp_path / "run.gaitcap"
    parts = []
    for k, start_s in enumerate((0.0, 100.0)):
        written(tmp_path / f"{k}", counts(2000, seed=k))
        shifted = b""
        for piece in (tmp_path / f"{k}").read_bytes().split(b"\0"):
            found = frames.unpack(piece) if piece else ""
            if isinstance(found, tuple) and found[0] == frames.MARK:
                host = int.from_bytes(found[1], "little") + round(start_s * 1e9)
                shifted += frames.encode_mark(host)
            elif piece:
                shifted += piece + b"\0"
        parts.append(shifted)
    path.write_bytes(b"".join(parts))
    recording = gait.read(path)
    t = recording.samples.t
    assert len(t) == 4000
    assert t[2000] - t[0] == pytest.approx(100.0, abs=0.003)
    assert any("started anew once; the host's clock tells" in note for note in recording.notes)


def test_a_restart_without_a_host_is_a_gap(tmp_path: Path) -> None:
    path = tmp_path / "LOG00001.TXT"
    once = written(tmp_path / "once", counts(500), marked=False).read_bytes()
    path.write_bytes(once + once)
    recording = gait.read(path)
    assert len(recording.samples) == 1000
    assert len(recording.gaps) == 1
    assert any("nothing tells for how long" in note for note in recording.notes)


def test_the_sensors_pace_becomes_the_hosts(tmp_path: Path) -> None:
    rows = np.tile(counts(1000), (20, 1))
    path = written(tmp_path / "run.gaitcap", rows, faults=Faults(clock_ppm=2000.0))
    recording = gait.read(path)
    assert recording.rate_hz == pytest.approx(200.4, abs=0.01)
    assert any("2000 millionths fast" in note or "199" in note for note in recording.notes)


def test_a_logger_on_the_tx_pin_writes_the_same_file(tmp_path: Path) -> None:
    rows = counts(600)
    log = written(tmp_path / "LOG00012.TXT", rows, marked=False)
    recording = gait.read(log)
    assert len(recording.samples) == 600
    assert recording.started_at is None


def test_without_info_gravity_tells_the_units_or_nobody(tmp_path: Path) -> None:
    path = tmp_path / "run.gaitcap"
    _, acc, gyr = table(rate=200.0)
    rows = to_counts(acc, gyr)
    data = [frames.encode_data(i, 5000 * i, 0, [row.tolist()]) for i, row in enumerate(rows)]
    path.write_bytes(b"".join(data))
    recording = gait.read(path)
    assert np.abs(recording.samples.acc - acc).max() < 0.02
    assert any("what the sensor says of itself" in note for note in recording.notes)
    with pytest.raises(gait.errors.ReadError, match="gravity would be"):
        gait.read(path, units="s,raw:8g,raw:2000dps")


def test_ranges_that_change_on_the_way(tmp_path: Path) -> None:
    path = tmp_path / "run.gaitcap"
    data = [frames.encode_info(Chip(acc_range=3))]
    data += [frames.encode_data(i, 5000 * i, 0, [[0, 0, 2048, 0, 0, 0]]) for i in range(50)]
    data += [frames.encode_info(Chip(acc_range=0))]
    data += [frames.encode_data(i, 5000 * i, 0, [[0, 0, 16384, 0, 0, 0]]) for i in range(50, 100)]
    path.write_bytes(b"".join(data))
    assert np.allclose(gait.read(path).samples.acc[:, 2], G)


def test_a_copy_of_the_chip_is_told_and_taken(tmp_path: Path) -> None:
    recording = gait.read(written(tmp_path / "run.gaitcap", counts(100), chip=Chip(who_am_i=0x72)))
    assert any("copy of an MPU-6050" in note for note in recording.notes)


@pytest.mark.parametrize("size", [0, 1, 40, 150, 200])
def test_too_little_is_said(tmp_path: Path, size: int) -> None:
    path = tmp_path / "run.gaitcap"
    path.write_bytes(b"".join(frame_list(30))[:size])
    with pytest.raises(ReadError, match=r"run\.gaitcap"):
        gait.read(path)


@pytest.mark.parametrize(
    ("name", "rate"),
    [("witmotion_serial_time.bin", 200.0), ("ximu3_binary.bin", 400.0), ("ximu3_ascii.txt", 400.0)],
)
def test_other_wires_raw_from_a_logger(name: str, rate: float) -> None:
    recording = gait.read(GOLDEN / name)
    assert recording.rate_hz == pytest.approx(rate)
    assert len(recording.samples) == 16


def test_a_wire_without_a_clock_needs_a_rate_or_marks(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="--rate"):
        gait.read(GOLDEN / "witmotion_ble.bin")
    assert gait.read(GOLDEN / "witmotion_ble.bin", rate_hz=50.0).rate_hz == pytest.approx(50.0)
    once = (GOLDEN / "witmotion_ble.bin").read_bytes()[2:-2]
    path = tmp_path / "run.gaitcap"
    path.write_bytes(
        b"".join(once + frames.encode_mark(HOST_NS + round(0.32e9 * (i + 1))) for i in range(30))
        + b"\x55\x61"
    )
    recording = gait.read(path)
    assert recording.rate_hz == pytest.approx(50.0, rel=0.01)
    assert recording.started_at is not None


def test_a_text_capture_keeps_its_columns_and_units(tmp_path: Path) -> None:
    _, acc, gyr = table(rate=100.0)
    rows = to_counts(acc, gyr)
    body = b""
    for i, row in enumerate(rows.tolist()):
        body += (";".join(map(str, [10 * i, *row[3:], *row[:3]])) + "\n").encode()
        if i % 10 == 9:
            body += frames.encode_mark(HOST_NS + 10_000_000 * i)
    path = tmp_path / "run.gaitcap"
    notes = {"wire": "text", "columns": "t,gx,gy,gz,ax,ay,az", "units": "ms,raw:16g,raw:2000dps"}
    path.write_bytes(b"".join(frames.encode_note(*item) for item in notes.items()) + body)
    recording = gait.read(path)
    assert recording.rate_hz == pytest.approx(100.0)
    assert np.abs(recording.samples.acc - acc).max() < 0.01
    # Said nowhere, they are found as those of a table are.
    bare = tmp_path / "bare.gaitcap"
    bare.write_bytes(
        frames.encode_note("wire", "text") + frames.encode_note("columns", notes["columns"]) + body
    )
    assert np.abs(gait.read(bare).samples.acc - acc).max() < 0.05


def test_tables_are_still_tables(tmp_path: Path) -> None:
    assert recognise(GOLDEN / "text_raw_then_millis.txt") is None
    assert recognise(GOLDEN / "text_i2cdevlib.txt") == "text"
    assert recognise(GOLDEN / "frame_vectors.txt") is None
    empty = tmp_path / "empty"
    empty.write_bytes(b"")
    assert recognise(empty) is None


def test_live_events_and_the_file_are_the_same_recording(tmp_path: Path) -> None:
    path = written(tmp_path / "run.gaitcap", counts(500))
    from firmware_bridge.decoder import Decoder

    decoder, events = Decoder(), []
    data = path.read_bytes()
    for at in range(0, len(data), 77):
        events += decoder.feed(data[at : at + 77])
    live, _ = recording_of(events, "port")
    assert (live.samples.t == gait.read(path).samples.t).all()
    assert any(isinstance(event, Mark) for event in events)
    assert TextDecoder().feed(b"") == []


def test_an_info_after_a_reset_alone_begins_a_stretch() -> None:
    from firmware_bridge.decoder import Decoder

    state = SENDING | CHIP_ANSWERS
    data = b"".join(frame_list(20))
    again = frames.encode_info(Chip(state=state | AFTER_RESET)) + data
    recording, _ = recording_of(Decoder().feed(data + again), "x")
    assert len(recording.samples) == 40
    asked, _ = recording_of(Decoder().feed(data + frames.encode_info(Chip(state=state))), "x")
    assert not any("anew" in note for note in asked.notes)


def test_the_runner_is_the_same_from_the_wire(tmp_path: Path) -> None:
    """Lean, turn and cadence over the wire equal those of the samples that were put on it."""
    mount = Sensor.ideal(200.0)
    recording, _ = simulate(Runner(), Course(standing_s=8.0, running_s=40.0), mount, 3)
    rows = to_counts(recording.samples.acc, recording.samples.gyr)
    faults = Faults(first_tick=(1 << 32) - 20_000_000, drop=0.002, garbage=0.002, seed=4)
    path = written(tmp_path / "run.gaitcap", rows, faults=faults)
    wire, direct = (gait.analyze(r, placement="sternum").measures for r in (gait.read(path), recording))
    # Quantisation is 0.5 mg and 0.06 °/s; losses of 0.4 % are bridged.
    for key, tolerance in (("lean", 0.1), ("rotation", 0.3), ("cadence", 0.2)):
        assert wire[key].value == pytest.approx(direct[key].value, abs=tolerance)
