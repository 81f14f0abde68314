"""The decoder: any cut gives the same events, damage never makes a sample, and both ways agree."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge import decoder, frames
from firmware_bridge.decoder import Decoder, decode_arrays, decode_loop
from firmware_bridge.events import Damage, Data
from tests.bridge.made import counts, cut, damage_of, frame_list, plain, samples_of

FRAMES = [frame for per_frame in (1, 4, 2, 3) for frame in frame_list(25, per_frame, seed=per_frame)]
STREAM = b"\0" + b"".join(FRAMES)


def whole(data: bytes) -> list[object]:
    machine = Decoder()
    return plain(machine.feed(data) + machine.close())


def test_all_of_it_comes_out() -> None:
    events = Decoder().feed(STREAM)
    assert not any(isinstance(event, Damage) for event in events)
    assert len(samples_of(events)) == 25 * (1 + 2 + 3 + 4)


@given(st.lists(st.integers(0, len(STREAM)), max_size=40))
def test_any_cut_gives_the_same_events(places: list[int]) -> None:
    machine = Decoder()
    events = [event for piece in cut(STREAM, places) for event in machine.feed(piece)]
    assert plain(events + machine.close()) == whole(STREAM)


@given(
    st.lists(st.tuples(st.integers(0, 400), st.binary(max_size=300)), max_size=8),
    st.lists(st.integers(0, 3000), max_size=20),
)
def test_any_cut_of_noise_gives_the_same_events(pieces: list[tuple[int, bytes]], places: list[int]) -> None:
    data = b"".join(STREAM[at : at + 90] + noise for at, noise in pieces)
    machine = Decoder()
    events = [event for piece in cut(data, places) for event in machine.feed(piece)]
    assert plain(events + machine.close()) == whole(data)


@given(st.lists(st.tuples(st.integers(0, len(STREAM) - 1), st.integers(1, 255)), min_size=1, max_size=3))
def test_one_to_three_damaged_bytes_cost_the_touched_frames_alone(harm: list[tuple[int, int]]) -> None:
    harmed = bytearray(STREAM)
    for at, change in harm:
        harmed[at] ^= change
    spared, at = set(), 1
    for frame in FRAMES:
        # The zero in front belongs to a frame as well as the one behind: without it two frames become one.
        touched = any(at - 1 <= place < at + len(frame) for place, _ in harm)
        if not touched:
            spared |= samples_of(decode_loop(frame))
        at += len(frame)
    machine = Decoder()
    found = samples_of(machine.feed(bytes(harmed)) + machine.close())
    assert found <= samples_of(decode_loop(STREAM)), "a sample that was never sent"
    assert spared <= found, "a frame was lost that nothing had touched"


@given(st.lists(st.integers(0, 2), max_size=400), st.integers(0, 1 << 30))
def test_arrays_and_loop_agree(kinds: list[int], seed: int) -> None:
    dice = random.Random(seed)
    data = b""
    for kind in kinds:
        frame = dice.choice(FRAMES)
        if kind == 1:
            at = dice.randrange(len(frame))
            frame = frame[:at] + bytes([dice.randrange(256)]) + frame[at + 1 :]
        elif kind == 2:
            frame += dice.randbytes(dice.randrange(200))
        data += frame
    data += b"\0"
    assert plain(decode_arrays(data)) == plain(decode_loop(data))


@given(st.binary(max_size=4000))
def test_arrays_and_loop_agree_on_noise(noise: bytes) -> None:
    assert plain(decode_arrays(noise + b"\0")) == plain(decode_loop(noise + b"\0"))


def test_large_chunks_take_the_fast_way_and_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoder, "BLOCK_BYTES", 1 << 18)
    data = b"".join(frame_list(40_000)) + b"\x05torn"
    assert len(data) > 3 * decoder.BLOCK_BYTES
    by_arrays, by_loop = Decoder(), Decoder()
    fast = by_arrays.feed(data)
    slow = [event for at in range(0, len(data), 1000) for event in by_loop.feed(data[at : at + 1000])]
    assert plain(fast + by_arrays.close()) == plain(slow + by_loop.close())
    assert sum(len(event) for event in fast if isinstance(event, Data)) == 40_000


def test_every_byte_is_sample_or_damage() -> None:
    noise = random.Random(7).randbytes(2000)
    machine = Decoder()
    events = machine.feed(noise + b"\0" + FRAMES[1]) + machine.close()
    assert damage_of(events) == len(noise) - noise.count(0)
    assert len(samples_of(events)) == 1


def test_memory_stays_bounded_without_any_zero() -> None:
    machine = Decoder()
    for _ in range(1000):
        assert machine.feed(b"\x55" * 5000) == []
    assert len(vars(machine)["_held"]) <= frames.LONGEST_FRAME
    assert machine.feed(b"\0" + FRAMES[1])[0] == Damage(5_000_000, "overlong")


def test_torn_at_every_byte_nothing_whole_is_lost() -> None:
    short = FRAMES[:12]
    data = b"".join(short)
    ends, sofar = [], 0
    for frame in short:
        sofar += len(frame)
        ends.append(sofar)
    for at in range(len(data)):
        machine = Decoder()
        events = machine.feed(data[:at]) + machine.close()
        good = sum(
            len(event) if isinstance(event, Data) else not isinstance(event, Damage) for event in events
        )
        assert good == sum(end <= at for end in ends)


def test_samples_keep_their_numbers() -> None:
    rows = counts(3, seed=9)
    (event,) = Decoder().feed(frames.encode_data(65535, 0xFFFFFFFF, 0x7F, rows.tolist()))
    assert isinstance(event, Data)
    assert event.counts.tolist() == rows.tolist()
    assert event.tick.tolist() == [0xFFFFFFFF]
