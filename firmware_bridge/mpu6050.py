"""What the datasheets of the MPU-6050 and its kin say, as numbers.

Lives here: ranges, rates, names by WHO_AM_I, temperature; counts to SI by plain arithmetic, so arrays work, too.
Not here: the wire (frames.py), errors of a single chip (calibration, in gait).

Sources: PS-MPU-6000A rev. 3.4 (product specification) and RM-MPU-6000A rev. 4.2 (register map) of InvenSense.
"""

from __future__ import annotations

import math

#: Standard gravity. [m/s²]  Source: CGPM 1901.
G = 9.80665

#: Full scale by AFS_SEL. [g]  Source: RM-MPU-6000A 4.5, p. 15.
ACC_RANGES_G = (2, 4, 8, 16)

#: Full scale by FS_SEL. [°/s]  Source: RM-MPU-6000A 4.4, p. 14.
GYR_RANGES_DPS = (250, 500, 1000, 2000)

#: Counts in one °/s by FS_SEL. Source: PS-MPU-6000A 6.1, p. 12.
GYR_COUNTS_PER_DPS = (131.0, 65.5, 32.8, 16.4)

#: Counts in one g at AFS_SEL 0. Source: PS-MPU-6000A 6.2, p. 13.
ACC_COUNTS_PER_G = 16384.0

#: Samples a second before the divider, with DLPF 1 to 6. [Hz]  Source: RM-MPU-6000A 4.2, p. 11.
BASE_HZ = 1000.0

#: What WHO_AM_I says -> whose register map that is. Source: the chips' register maps; 0x72 is what copies say.
NAMES = {
    0x68: "MPU-6050",
    0x70: "MPU-6500",
    0x71: "MPU-9250",
    0x72: "copy of an MPU-6050",
    0x98: "ICM-20689",
}

#: Chips with the temperature formula of the MPU-6500. Source: its register map, rev. 2.1, 4.23.
_LATER = (0x70, 0x71, 0x98)


def acc_worth(acc_range: int) -> float:
    """One count of the accelerometer by AFS_SEL. [m/s²]."""
    return G * (1 << acc_range) / ACC_COUNTS_PER_G


def gyr_worth(gyr_range: int) -> float:
    """One count of the gyroscope by FS_SEL. [rad/s]."""
    return math.pi / 180.0 / GYR_COUNTS_PER_DPS[gyr_range]


def rate_hz(divider: int) -> float:
    """Samples a second by the chip's own clock, which is off by up to 1 %. [Hz]."""
    return BASE_HZ / (1 + divider)


def temperature_c(raw: int, who_am_i: int = 0x68) -> float:
    """Degrees of the chip, which is warmer than the room. [°C].

    Source: RM-MPU-6000A 4.18, p. 30; MPU-6500 register map 4.23.
    """
    if who_am_i in _LATER:
        return raw / 333.87 + 21.0
    return raw / 340.0 + 36.53


def name(who_am_i: int) -> str:
    """The chip for people; one that nobody knows is named by its number and not refused."""
    if who_am_i == 0:
        return "a chip that does not answer"
    return NAMES.get(who_am_i, f"unknown chip 0x{who_am_i:02X}")
