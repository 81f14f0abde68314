"""Frames against the golden vectors, and there and back."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge import frames
from firmware_bridge.decoder import Decoder
from firmware_bridge.errors import BadFrame
from firmware_bridge.events import Ack, Chip, Damage, Data, Info, Mark, Note, Pong, Status

GOLDEN = Path(__file__).parents[1] / "golden" / "frame_vectors.txt"
LINES = GOLDEN.read_text(encoding="utf-8").splitlines()
VECTORS = [[cell.strip() for cell in line.split("|")] for line in LINES if line and not line.startswith("#")]

u8, u16, u32 = (st.integers(0, (1 << bits) - 1) for bits in (8, 16, 32))
i16 = st.integers(-32768, 32767)


def slow_crc(data: bytes) -> int:
    """CRC-16/CCITT-FALSE bit by bit, as its definition says."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1) ^ 0x1021 if crc & 0x8000 else crc << 1
            crc &= 0xFFFF
    return crc


def slow_cobs(body: bytes) -> bytes:
    """COBS byte by byte, as its definition says, for bodies below 254 bytes."""
    out, code_at = bytearray([1]), 0
    for byte in body:
        if byte:
            out.append(byte)
            out[code_at] += 1
        else:
            code_at = len(out)
            out.append(1)
    return bytes(out)


def test_the_check_value_of_the_crc() -> None:
    lines = [line.split()[2:] for line in LINES if line.startswith("#! crc")]
    for data, value in lines:
        assert frames.crc16(bytes.fromhex(data)) == int(value, 16) == slow_crc(bytes.fromhex(data))
    assert [int(value, 16) for _, value in lines] == [0x29B1, frames.checks(b"123456789") >> 16]


@pytest.mark.parametrize("vector", VECTORS, ids=[v[0] for v in VECTORS])
def test_golden_vector(vector: list[str]) -> None:
    _, kind, payload_hex, framed_hex = vector
    framed = bytes.fromhex(framed_hex)
    if kind == "--":
        events = Decoder().feed(framed)
        assert events
        assert all(isinstance(event, Damage) for event in events)
        return
    payload = b"" if payload_hex == "-" else bytes.fromhex(payload_hex)
    assert frames.encode(int(kind, 16), payload) == framed
    body = bytes([int(kind, 16)]) + payload
    checks = slow_crc(body).to_bytes(2, "little") + slow_crc(body[::-1]).to_bytes(2, "little")
    assert slow_cobs(body + checks) + b"\0" == framed
    assert frames.unpack(framed[:-1]) == (int(kind, 16), payload)


def test_after_each_bad_vector_the_next_frame_is_whole() -> None:
    good = frames.encode_pong(Pong(1, 2, 3))
    for name, kind, _, framed in VECTORS:
        if kind == "--":
            assert Decoder().feed(bytes.fromhex(framed) + good)[-1] == Pong(1, 2, 3), name


@given(u8, st.binary(max_size=123))
def test_any_payload_there_and_back(kind: int, payload: bytes) -> None:
    frame = frames.encode(kind, payload)
    assert frame.count(0) == 1
    assert frame[:-1] == slow_cobs(
        bytes([kind])
        + payload
        + frames.checks(bytes([kind]) + payload).to_bytes(frames.CHECK_BYTES, "little")
    )
    assert frames.unpack(frame[:-1]) == (kind, payload)


def test_no_two_wrong_bytes_pass_both_checks() -> None:
    """Of the longest body: a CRC is linear, so only what the wrong bytes add counts, and no two of them add the same."""
    length = frames.LONGEST_BODY - frames.CHECK_BYTES
    nothing = frames.checks(bytes(length))
    added = [value << 8 * k for k in range(4) for value in range(1, 256)]
    for at in range(length):
        for value in range(1, 256):
            added.append(frames.checks(bytes(at) + bytes([value]) + bytes(length - 1 - at)) ^ nothing)
    assert 0 not in added
    assert len(set(added)) == len(added)


@given(st.binary(max_size=140))
def test_any_bytes_can_be_unpacked_or_refused(data: bytes) -> None:
    found = frames.unpack(data)
    assert isinstance(found, str | tuple)


@given(
    st.builds(
        Chip, u8, st.tuples(u8, u8), st.binary(min_size=8, max_size=8), u8, st.integers(0, 3), st.integers(0, 3),
        u8, u8, u8, u8, u32, u32, u32,
    )
)  # fmt: skip
def test_info_there_and_back(chip: Chip) -> None:
    (event,) = Decoder().feed(frames.encode_info(chip))
    assert isinstance(event, Info)
    assert event.chip == chip


@given(u16, u32, st.integers(0, 127), st.lists(st.tuples(*[i16] * 6), min_size=1, max_size=4))
def test_data_there_and_back(seq: int, tick: int, status: int, samples: list[tuple[int, ...]]) -> None:
    (event,) = Decoder().feed(frames.encode_data(seq, tick, status, samples))
    assert isinstance(event, Data)
    assert (event.seq.tolist(), event.tick.tolist(), event.status.tolist()) == ([seq], [tick], [status])
    assert event.counts.tolist() == [list(row) for row in samples]


@given(st.builds(Status, u32, i16, u32, u16, u16, u16, u16, u16, u8, u8))
def test_status_there_and_back(status: Status) -> None:
    assert Decoder().feed(frames.encode_status(status)) == [status]


@given(u32, u32, u32, u8, u8, st.integers(0, (1 << 64) - 1))
def test_the_small_ones_there_and_back(a: int, b: int, c: int, d: int, e: int, host: int) -> None:
    data = frames.encode_pong(Pong(a, b, c)) + frames.encode_ack(Ack(d, e)) + frames.encode_mark(host)
    assert Decoder().feed(data) == [Pong(a, b, c), Ack(d, e), Mark(host)]


@given(st.text("abcdefgh", min_size=1, max_size=10), st.text(max_size=200))
def test_notes_are_cut_and_never_fail(key: str, value: str) -> None:
    (event,) = Decoder().feed(frames.encode_note(key, value))
    assert isinstance(event, Note)
    assert event.key == key
    assert value.startswith(event.value)


@pytest.mark.parametrize(
    "words",
    [(frames.BATCH, 5), (frames.BATCH, 0), (frames.FILTER, 0), (frames.RANGES, 3), (frames.START, 1), (frames.DIVIDER, 256),
     (frames.SET_ID, 1, 2), (0x42,)],
)  # fmt: skip
def test_commands_that_cannot_be(words: tuple[int, ...]) -> None:
    with pytest.raises(BadFrame):
        frames.command(*words)
