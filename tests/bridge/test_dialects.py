"""Other sensors' wires: golden streams made from the byte layouts, any cut, noise, and being told apart."""

from __future__ import annotations

import json
import math
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge import frames
from firmware_bridge.decoder import Feed
from firmware_bridge.dialects.detect import WIRES, decoder_of, detect
from firmware_bridge.dialects.text import LONGEST_LINE, TextDecoder, worded
from firmware_bridge.dialects.ximu3 import LONGEST
from firmware_bridge.errors import BridgeError
from firmware_bridge.events import Damage, Data, Event, Info, Mark, Note
from firmware_bridge.marks import Unmarker
from firmware_bridge.mpu6050 import G
from tests.bridge.made import cut, frame_list, plain

GOLDEN = Path(__file__).parents[1] / "golden"
TRUTH = np.array(json.loads((GOLDEN / "streams_truth.json").read_text(encoding="utf-8"))["g_dps"])
STREAMS = {
    p.name: p.read_bytes()
    for pattern in ("witmotion*", "ximu3*", "text*")
    for p in sorted(GOLDEN.glob(pattern))
}

#: Half a count at ±16 g is 2.4e-4 g, at ±2000 °/s 0.03 °/s; printed SI has six decimals.
ACC_TOLERANCE_G, GYR_TOLERANCE_DPS = 2.5e-4, 0.031


def wire_of(name: str) -> str:
    return name.split("_")[0] if "ble" not in name else "witmotion-ble"


def decoded(feed: Feed, data: bytes) -> tuple[list[Event], Info, Data]:
    events = feed.feed(data) + feed.close()
    data_events = [event for event in events if isinstance(event, Data)]
    (info,) = (event for event in events if isinstance(event, Info))
    return events, info, Data.join(data_events)


@pytest.mark.parametrize("name", STREAMS)
def test_golden_stream(name: str) -> None:
    found = detect(STREAMS[name])
    assert found.wire == wire_of(name)
    _, info, data = decoded(decoder_of(found.wire), STREAMS[name])
    assert found.samples == len(data.counts) == len(TRUTH)
    acc = data.counts[:, :3] * (info.acc_worth or 16 * G / 32768) / G
    gyr = np.degrees(data.counts[:, 3:] * (info.gyr_worth or math.radians(2000) / 32768))
    assert np.abs(acc - TRUTH[:, :3]).max() <= ACC_TOLERANCE_G
    assert np.abs(gyr - TRUTH[:, 3:]).max() <= GYR_TOLERANCE_DPS
    assert (info.acc_worth is None) == (name in {f"text_{x}.txt" for x in ("raw_then_millis", "millis_then_raw", "i2cdevlib", "data_prefix", "named_bars", "named_commas")})  # fmt: skip


@pytest.mark.parametrize(
    ("name", "step_s"),
    [("witmotion_serial_time.bin", 0.005), ("ximu3_binary.bin", 0.0025), ("ximu3_ascii.txt", 0.0025), ("text_header_units.txt", 0.01)],
)  # fmt: skip
def test_the_sensors_own_clock(name: str, step_s: float) -> None:
    _, info, data = decoded(decoder_of(wire_of(name)), STREAMS[name])
    assert info.tick_s is not None
    assert np.allclose(np.diff(data.tick) * info.tick_s, step_s)


def test_a_clock_whose_unit_nobody_says_is_left_open() -> None:
    _, info, _ = decoded(TextDecoder(), STREAMS["text_raw_then_millis.txt"])
    assert info.tick_s is not None
    assert math.isnan(info.tick_s)


@pytest.mark.parametrize("name", STREAMS)
@given(places=st.lists(st.integers(0, 3000), max_size=30))
def test_any_cut_gives_the_same_events(name: str, places: list[int]) -> None:
    once, pieces = decoder_of(wire_of(name)), decoder_of(wire_of(name))
    expected = plain(once.feed(STREAMS[name]) + once.close())
    events = [event for piece in cut(STREAMS[name], places) for event in pieces.feed(piece)]
    assert plain(events + pieces.close()) == expected


@pytest.mark.parametrize("wire", WIRES)
@given(noise=st.lists(st.binary(max_size=60) | st.sampled_from([b"\x55\x51", b"\n", b"\xc9", b"\0", b"1,2,3,4,5,6\n", b"I,1,", b"\x55a", b"ax=1 "]), max_size=40))  # fmt: skip
def test_no_noise_breaks_a_decoder(wire: str, noise: list[bytes]) -> None:
    once, pieces = decoder_of(wire), decoder_of(wire)
    expected = plain(once.feed(b"".join(noise)) + once.close())
    events = [event for piece in noise for event in pieces.feed(piece)]
    assert plain(events + pieces.close()) == expected
    for event in events:
        if isinstance(event, Data):
            assert np.isfinite(event.counts).all()


@pytest.mark.parametrize("wire", WIRES)
def test_memory_stays_bounded(wire: str) -> None:
    machine = decoder_of(wire, marked=False)
    for _ in range(50):
        machine.feed(b"\x7f\x31" * 2000)
    held = sum(len(value) for value in vars(machine).values() if isinstance(value, bytes | bytearray))
    assert held <= max(LONGEST_LINE, LONGEST)


@pytest.mark.parametrize("name", STREAMS)
@given(
    places=st.lists(st.integers(0, 3000), min_size=1, max_size=5),
    more=st.lists(st.integers(0, 3000), max_size=9),
)
def test_marks_come_out_whole_and_the_rest_is_untouched(
    name: str, places: list[int], more: list[int]
) -> None:
    pieces = cut(STREAMS[name], places)
    marks = [frames.encode_mark(1_700_000_000_000_000_000 + i) for i in range(len(pieces))]
    capture = b"".join(piece + mark for piece, mark in zip(pieces, marks, strict=True))
    machine = Unmarker()
    parts = [part for piece in cut(capture, more) for part in machine.feed(piece)] + machine.close()
    assert b"".join(part for part in parts if isinstance(part, bytes)) == STREAMS[name]
    assert [part.host_ns - 1_700_000_000_000_000_000 for part in parts if isinstance(part, Mark)] == list(
        range(len(pieces))
    )


def test_a_capture_says_its_wire() -> None:
    head = frames.encode_note("wire", "text") + b"1,2,3,4,5,6,7\n" + frames.encode_mark(5)
    assert (detect(head).wire, detect(head).marked) == ("text", True)
    assert Note("wire", "text") in decoder_of("text").feed(head)


def test_our_own_wire_is_recognised_after_noise() -> None:
    assert detect(b"\xf0\x81boot" * 30 + b"".join(frame_list(20))).wire == "gait"


def test_a_wrong_speed_is_said() -> None:
    garbled = bytes(np.random.default_rng(0).integers(128, 256, 4000, dtype=np.uint8))
    found = detect(garbled)
    assert found.wire == ""
    assert "--baud" in found.why
    assert detect(b"").why == "Nothing was heard."
    assert "named axes" in detect(b"hello world\r\n" * 50).why


def test_columns_that_were_stated() -> None:
    stated = TextDecoder(["t", "gx", "gy", "gz", "-", "ax", "ay", "az"], {"acc": 1.0})
    _, info, data = decoded(stated, b"5,1,2,3,99,4,5,6\n10,1,2,3,99,4,5,6\n")
    assert data.counts[0].tolist() == [4, 5, 6, 1, 2, 3]
    assert data.tick.tolist() == [5000, 10000]
    assert info.acc_worth == 1.0


def test_a_torn_line_is_not_joined_to_the_next() -> None:
    good = b"ax:1,ay:2,az:3,gx:4,gy:5,gz:6\n"
    events = TextDecoder().feed(good + b"ax:10,ay:20,az:3\n" + b"gx:40,gy:50,gz:60\n" + good)
    rows = Data.join(e for e in events if isinstance(e, Data)).counts.tolist()
    assert rows == [[1, 2, 3, 4, 5, 6]] * 2


def test_words_are_no_damage_and_broken_numbers_are() -> None:
    events = TextDecoder().feed(b"Initializing I2C devices...\n1,2,3,4,5,6\n1,2,x3,4,5,6\n1,2,3,4,5,6\n")
    assert sum(isinstance(event, Damage) for event in events) == 1


def test_worded_lines_are_told_from_tables() -> None:
    assert worded(STREAMS["text_i2cdevlib.txt"])
    assert worded(STREAMS["text_named_bars.txt"])
    assert not worded(STREAMS["text_raw_then_millis.txt"])
    assert not worded(b"# device: x\n# rate: 5\nt,ax,ay,az,gx,gy,gz\n1,2,3,4,5,6,7\n")


def test_a_witmotion_byte_that_is_wrong_costs_its_sample() -> None:
    data = bytearray(STREAMS["witmotion_serial.bin"])
    data[3 + 33 * 5 + 14] ^= 0x10  # in the sixth sample's rates
    _, _, found = decoded(decoder_of("witmotion"), bytes(data))
    assert len(found.counts) == len(TRUTH) - 1


def test_ximu3_nonsense_is_no_sample() -> None:
    message = b"\xc9" + struct.pack("<Q6f", 1, math.nan, 0, 0, 0, 0, 1) + b"\n"
    events = decoder_of("ximu3", marked=False).feed(message)
    assert [type(event) for event in events] == [Damage]


def test_an_unknown_wire() -> None:
    with pytest.raises(BridgeError, match="no wire"):
        decoder_of("morse")
