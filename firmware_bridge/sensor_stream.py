"""Readings as the bytes our sketch would send, with every mishap on demand.

Lives here: Faults; `to_counts`; `stream`, the frames of a run with the times at which they are sent.
Not here: where readings come from (whoever calls), a port to send them to (virtual_sensor.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from firmware_bridge import frames, mpu6050
from firmware_bridge.events import AFTER_RESET, CLIPPED, LINE_DROP, SENDING, Chip, Status

#: A raw temperature of 25 °C. [counts]  Source: mpu6050.temperature_c.
ROOM = round((25.0 - 36.53) * 340.0)


@dataclass(frozen=True)
class Faults:
    """What goes wrong, each off at its default.

    Attributes
    ----------
    drop : float
        Share of frames that get lost whole. [1]
    garbage : float
        Share of frames followed by up to 20 bytes of noise. [1]
    damage : float
        Share of frames in which one byte is another. [1]
    jitter_s : float
        Standard deviation by which a frame comes late. [s]
    clock_ppm : float
        The sensor's clock runs fast by this. [ppm]
    first_tick : int
        Tick at the beginning; 2**32 - 5_000_000 wraps after five seconds. [us]
    seed : int
    """

    drop: float = 0.0
    garbage: float = 0.0
    damage: float = 0.0
    jitter_s: float = 0.0
    clock_ppm: float = 0.0
    first_tick: int = 0
    seed: int = 0


def to_counts(
    acc: NDArray[np.floating], gyr: NDArray[np.floating], chip: Chip | None = None
) -> NDArray[np.int16]:
    """Readings as the chip would say them.

    Parameters
    ----------
    acc, gyr : (n, 3) array
        [m/s²] [rad/s]
    chip : Chip, optional
        Its ranges.
    """
    chip = chip or Chip()
    both = np.concatenate(
        [acc / mpu6050.acc_worth(chip.acc_range), gyr / mpu6050.gyr_worth(chip.gyr_range)], axis=1
    )
    return np.clip(np.round(both), -32768, 32767).astype(np.int16)


def stream(
    counts: NDArray[np.int16], chip: Chip | None = None, faults: Faults | None = None, *, loop: bool = False
) -> Iterator[tuple[float, bytes]]:
    """The bytes of a run from its boot on, each with the true time at which it is sent.

    Parameters
    ----------
    counts : (n, 6) array
        Samples at the rate of the chip's divider.
    chip, faults : optional
    loop : bool
        Begin again at the end.

    Yields
    ------
    due : float
        Seconds since the boot.
    data : bytes
    """
    chip, faults = chip or Chip(), faults or Faults()
    rng = np.random.default_rng(faults.seed)
    period_us = 1e6 / mpu6050.rate_hz(chip.divider)
    true_s = 1e-6 / (1.0 + 1e-6 * faults.clock_ppm)
    chip = replace(chip, state=chip.state | SENDING | AFTER_RESET, tick=faults.first_tick & 0xFFFFFFFF)
    yield 0.0, b"\0" + frames.encode_info(chip)
    seq = sent = dropped = 0
    status = 0
    said = 0
    size = chip.per_frame
    while True:
        for at in range(0, len(counts) - size + 1, size):
            own_us = seq * period_us
            tick = round(faults.first_tick + own_us) & 0xFFFFFFFF
            due = (own_us + (size - 1) * period_us) * true_s
            samples = counts[at : at + size]
            if faults.drop and rng.random() < faults.drop:
                status |= LINE_DROP
                dropped += size
            else:
                clipped = CLIPPED if samples.max() == 32767 or samples.min() == -32768 else 0
                data = frames.encode(
                    frames.DATA,
                    frames.DATA_LAYOUT.pack(seq & 0xFFFF, tick, status | clipped)
                    + samples.astype("<i2").tobytes(),
                )
                status = 0
                sent += size
                yield (
                    due + abs(rng.normal()) * faults.jitter_s if faults.jitter_s else due,
                    _spoilt(data, faults, rng),
                )
            seq += size
            if own_us >= said * 1e6:
                said += 1
                yield (
                    due,
                    frames.encode_status(
                        Status(
                            tick, ROOM, sent & 0xFFFFFFFF, dropped & 0xFFFF, 0, dropped & 0xFFFF, 0, 0, 1,
                            chip.state & ~AFTER_RESET,
                        )
                    ),
                )  # fmt: skip
        if not loop:
            return


def _spoilt(data: bytes, faults: Faults, rng: np.random.Generator) -> bytes:
    """A frame after the line has had its way with it."""
    if faults.damage and rng.random() < faults.damage:
        at = int(rng.integers(len(data)))
        data = data[:at] + bytes([data[at] ^ int(rng.integers(1, 256))]) + data[at + 1 :]
    if faults.garbage and rng.random() < faults.garbage:
        data += rng.bytes(int(rng.integers(1, 21)))
    return data
