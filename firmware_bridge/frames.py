"""The wire, one frame at a time: see WIRE.md for the bytes.

Lives here: COBS, CRC-16, frame types and layouts; encode and decode one frame.
Not here: streams of bytes (decoder.py), what a count means (mpu6050.py).
"""

from __future__ import annotations

import struct
from binascii import crc_hqx as _crc
from collections.abc import Sequence

import numpy as np

from firmware_bridge import mpu6050
from firmware_bridge.errors import BadFrame
from firmware_bridge.events import Ack, Chip, Data, Info, Mark, Note, Pong, Status

#: Frame types.
INFO, DATA, STATUS, PONG, ACK, MARK, NOTE = 0x01, 0x02, 0x03, 0x04, 0x05, 0x10, 0x11

#: Types of the commands.
START, STOP, DIVIDER, RANGES, FILTER, PING, ASK_INFO, SET_ID, BATCH = range(0x81, 0x8A)

#: Bytes of the two checks at the end of a body.
CHECK_BYTES = 4

#: Bytes in a body, type and checks included. Chosen: an AVR has 2 kB in all; the longest frame has 105.
SHORTEST_BODY, LONGEST_BODY = 1 + CHECK_BYTES, 128

#: Bytes of a body and its COBS code.
LONGEST_FRAME = LONGEST_BODY + 1

#: Samples in a DATA frame.
MOST_SAMPLES = 4

#: Bytes of text in a NOTE.
LONGEST_NOTE = 100

#: Where DATA has its status, counted from its type, and the bit of it that a sensor never sets.
STATUS_AT, RESERVED_STATUS = 7, 0x80

INFO_LAYOUT = struct.Struct("<BBB8sBBBBBBBIII")
DATA_LAYOUT = struct.Struct("<HIB")
STATUS_LAYOUT = struct.Struct("<IhIHHHHHBB")
PONG_LAYOUT = struct.Struct("<III")
ACK_LAYOUT = struct.Struct("<BB")
MARK_LAYOUT = struct.Struct("<Q")

#: Bytes of a sample and of what stands before the first one.
SAMPLE_BYTES, DATA_HEAD = 12, DATA_LAYOUT.size

#: Payload lengths each type can have.
LENGTHS = {
    INFO: {INFO_LAYOUT.size},
    DATA: {DATA_HEAD + SAMPLE_BYTES * n for n in range(1, MOST_SAMPLES + 1)},
    STATUS: {STATUS_LAYOUT.size},
    PONG: {PONG_LAYOUT.size},
    ACK: {ACK_LAYOUT.size},
    MARK: {MARK_LAYOUT.size},
    NOTE: set(range(1, LONGEST_NOTE + 1)),
}

_number = int.from_bytes

#: Highest range, filter and samples a frame.
_MOST_RANGE, _FILTERS = 3, range(1, 7)


def crc16(data: bytes) -> int:
    """CRC-16/CCITT-FALSE."""
    return _crc(data, 0xFFFF)


def checks(said: bytes) -> int:
    """Both checks of type and payload: the CRC from first to last in the low half, from last to first in the high one.

    One CRC-16 lets one damage in 65536 pass, and neighbours cannot tell where the damage is in the readings themselves.
    Read both ways it misses none of two bytes and one in some 10^9 of three (WIRE.md).
    """
    return _crc(said, 0xFFFF) | _crc(said[::-1], 0xFFFF) << 16


def cobs_encode(body: bytes) -> bytes:
    """The body without a zero; at most 254 bytes."""
    if len(body) > 253:
        raise BadFrame(f"A body of {len(body)} bytes is too long; frames have at most {LONGEST_BODY}.")
    return b"".join(bytes([len(part) + 1]) + part for part in body.split(b"\0"))


def encode(kind: int, payload: bytes) -> bytes:
    """A frame with its closing zero."""
    body = bytes([kind]) + payload
    body += checks(body).to_bytes(CHECK_BYTES, "little")
    if len(body) > LONGEST_BODY:
        raise BadFrame(f"A frame of {len(body)} bytes is too long; at most {LONGEST_BODY}.")
    return cobs_encode(body) + b"\0"


def opened(frame: bytes) -> bytes | str:
    """Type and payload of a frame without its zero, or why it is none: "overlong", "length" or "crc"."""
    stop = len(frame)
    if stop > LONGEST_FRAME or 0 in frame:
        return "overlong" if stop > LONGEST_FRAME else "length"
    body, at = bytearray(frame), 0
    while at < stop:
        code = body[at]
        body[at] = 0
        at += code
    if at != stop or stop <= SHORTEST_BODY:
        return "length"
    said = bytes(body[1:-CHECK_BYTES])
    if _crc(said, 0xFFFF) | _crc(said[::-1], 0xFFFF) << 16 != _number(body[-CHECK_BYTES:], "little"):
        return "crc"
    return said


def unpack(frame: bytes) -> tuple[int, bytes] | str:
    """Type and payload apart, or why it is no whole frame."""
    said = opened(frame)
    return said if isinstance(said, str) else (said[0], said[1:])


def known(said: bytes) -> str:
    """Why a whole frame is none of the sensor's or the recorder's, "" when it is one."""
    kind, payload = said[0], said[1:]
    lengths = LENGTHS.get(kind)
    if lengths is None:
        return "type"
    if len(payload) not in lengths:
        return "length"
    if kind == DATA and said[STATUS_AT] & RESERVED_STATUS:
        return "type"
    if kind == INFO and (payload[12] > _MOST_RANGE or payload[13] > _MOST_RANGE):
        return "type"
    return ""


# ---------------------------------------------------------------- events to frames and back


def encode_info(chip: Chip) -> bytes:
    """An INFO frame."""
    return encode(INFO, info_payload(chip))


def info_payload(chip: Chip) -> bytes:
    """The payload of INFO."""
    if len(chip.device_id) != 8:
        raise BadFrame(f"A device id has 8 bytes; {chip.device_id!r} has {len(chip.device_id)}.")
    return INFO_LAYOUT.pack(
        chip.protocol, *chip.firmware, chip.device_id, chip.who_am_i, chip.acc_range, chip.gyr_range, chip.dlpf,
        chip.divider, chip.per_frame, chip.state, chip.f_cpu_hz, chip.baud, chip.tick,
    )  # fmt: skip


def parse_info(payload: bytes) -> Info:
    """INFO as an event."""
    protocol, major, minor, device, *rest = INFO_LAYOUT.unpack(payload)
    return info_of(Chip(protocol, (major, minor), device, *rest))


def info_of(chip: Chip) -> Info:
    """What follows from the chip's settings."""
    said = chip.device_id.rstrip(b"\0")
    own = (
        ""
        if not said
        else f" {said.decode() if said.isascii() and said.decode().isprintable() else said.hex()}"
    )
    return Info(
        wire="gait",
        device=mpu6050.name(chip.who_am_i) + own,
        acc_worth=mpu6050.acc_worth(chip.acc_range),
        gyr_worth=mpu6050.gyr_worth(chip.gyr_range),
        tick_s=1e-6,
        rate_hz=mpu6050.rate_hz(chip.divider),
        chip=chip,
    )


def encode_data(seq: int, tick: int, status: int, samples: Sequence[Sequence[int]]) -> bytes:
    """A DATA frame of one to four samples."""
    counts = np.asarray(samples, dtype="<i2")
    if counts.ndim != 2 or counts.shape[1] != 6 or not 1 <= len(counts) <= MOST_SAMPLES:
        raise BadFrame(f"A DATA frame holds 1 to {MOST_SAMPLES} samples of 6 numbers; got {counts.shape}.")
    head = DATA_LAYOUT.pack(seq & 0xFFFF, tick & 0xFFFFFFFF, status)
    return encode(DATA, head + counts.tobytes())


def parse_data(payload: bytes) -> Data:
    """One DATA frame as an event."""
    seq, tick, status = DATA_LAYOUT.unpack_from(payload)
    counts = np.frombuffer(payload, "<i2", offset=DATA_HEAD).reshape(-1, 6).astype(np.int16)
    return Data.of([seq], [tick], status, len(counts), counts)


def encode_status(s: Status) -> bytes:
    """A STATUS frame."""
    return encode(
        STATUS,
        STATUS_LAYOUT.pack(
            s.tick, s.temperature, s.samples, s.missed, s.i2c_errors, s.line_drops, s.fifo_overflows, s.reinits,
            s.reset_cause, s.state,
        ),
    )  # fmt: skip


def encode_pong(pong: Pong) -> bytes:
    """A PONG frame."""
    return encode(PONG, PONG_LAYOUT.pack(pong.token, pong.t_rx, pong.t_tx))


def encode_ack(ack: Ack) -> bytes:
    """An ACK frame."""
    return encode(ACK, ACK_LAYOUT.pack(ack.command, ack.result))


def encode_mark(host_ns: int) -> bytes:
    """A MARK as it stands in a capture, between zeros."""
    return b"\0" + encode(MARK, MARK_LAYOUT.pack(host_ns))


def encode_note(key: str, value: str) -> bytes:
    """A NOTE as it stands in a capture, between zeros; what is too long is cut."""
    text = f"{key}={value}".encode()[:LONGEST_NOTE].decode(errors="ignore").encode()
    return b"\0" + encode(NOTE, text)


def parse(said: bytes) -> Info | Data | Status | Pong | Ack | Mark | Note:
    """A known frame as an event."""
    kind, payload = said[0], said[1:]
    if kind == DATA:
        return parse_data(payload)
    if kind == INFO:
        return parse_info(payload)
    if kind == STATUS:
        return Status(*STATUS_LAYOUT.unpack(payload))
    if kind == PONG:
        return Pong(*PONG_LAYOUT.unpack(payload))
    if kind == ACK:
        return Ack(*ACK_LAYOUT.unpack(payload))
    if kind == MARK:
        return Mark(*MARK_LAYOUT.unpack(payload))
    key, _, value = payload.decode(errors="replace").partition("=")
    return Note(key, value)


# ---------------------------------------------------------------- commands


def command(kind: int, *values: int) -> bytes:
    """A command's frame, with a zero before it in case the line holds something torn.

    Parameters
    ----------
    kind : int
        START to BATCH.
    *values : int
        As in WIRE.md; for SET_ID eight bytes.

    Raises
    ------
    BadFrame
        If a value does not fit.
    """
    bounds = {
        START: (), STOP: (), ASK_INFO: (),
        DIVIDER: (range(256),),
        RANGES: (range(4), range(4)),
        FILTER: (_FILTERS,),
        BATCH: (range(1, MOST_SAMPLES + 1),),
        SET_ID: (range(256),) * 8,
        PING: (range(1 << 32),),
    }  # fmt: skip
    if kind not in bounds:
        raise BadFrame(f"0x{kind:02X} is no command.")
    wanted: Sequence[range] = bounds[kind]
    if len(values) != len(wanted) or any(v not in span for v, span in zip(values, wanted, strict=True)):
        raise BadFrame(f"Command 0x{kind:02X} does not take {values}.")
    payload = values[0].to_bytes(4, "little") if kind == PING else bytes(values)
    return b"\0" + encode(kind, payload)
