"""How much of a step is air, and how far the trunk rises and falls.

Lives here: vertical oscillation, contact and flight times.
Not here: when feet land (contacts.py).
"""

from __future__ import annotations

import numpy as np

from gait.contacts import CONTACT_TIME_SIGMA
from gait.measures.context import View
from gait.measures.measure import Measure, measured, nothing
from gait.rotations import Floats
from gait.torso import POINTS

#: Flight times, as read, at which steps have next to no air between them and at which it is clear.  [ms]
#: Source: the study of the traits.
GROUNDED_MS, CLEAR_AIR_MS = 30.0, 80.0

#: What contact and flight time may be off by where there is next to no air, beyond what force plates showed of runners who
#: have some.  [ms, 1 sd]  Source: the study, 35 in all where 30 is read (feet that overlap by 20 read so), 22 from 70 on.
GROUNDED_SIGMA_MS = 30.0

#: Scale and soft tissue.  [cm, 1 sd]  Source: the traits' catalogue (u = 0.8).
OSCILLATION_SYSTEMATIC_CM = 0.8


def vertical_oscillation(view: View) -> Measure:
    """Rise and fall of the sensor within a step, both steps of a stride averaged.

    The vertical acceleration of a stride is taken as periodic and integrated twice in its harmonics.

    Returns
    -------
    Measure
        Key ``vertical_oscillation``, per stride (k,). [cm], 0 or more.
    """
    height = bounce(view)
    half = POINTS // 2
    # The first harmonic is one step higher than the other; a step's own range leaves it in.
    per_stride = 50.0 * (np.ptp(height[:, :half], axis=1) + np.ptp(height[:, half:], axis=1))
    trust, why = view.trust(trunk=False)
    return measured(
        "vertical_oscillation",
        "cm",
        per_stride,
        view.counted,
        systematic=OSCILLATION_SYSTEMATIC_CM,
        column="vertical_oscillation_cm",
        trust=trust,
        why=why,
    )


def bounce(view: View) -> Floats:
    """Height over the stride (k, POINTS) around its mean. [m]"""
    return integrated_twice(view.cycles["up"], view.strides.duration)


def integrated_twice(acc: Floats, time: Floats) -> Floats:
    """Way over the stride (k, POINTS) around its mean, from acceleration (k, POINTS) that repeats after ``time`` (k,). [m]"""
    harmonics = np.fft.rfft(acc, axis=1)
    n = np.arange(harmonics.shape[1])
    n[0] = 1
    harmonics /= -((2 * np.pi * n / time[:, None]) ** 2)
    harmonics[:, 0] = 0.0
    return np.asarray(np.fft.irfft(harmonics, POINTS, axis=1))


def contact_time(view: View) -> Measure:
    """Time a foot is on the ground, both of a stride averaged.

    Returns
    -------
    Measure
        Key ``contact_time``, per stride (k,). [ms]
    """
    s = view.strides
    per_stride = 500.0 * ((s.toe_off_first - s.start) + (s.toe_off_second - s.middle))
    return _event_measure(view, "contact_time", per_stride)


def flight_time(view: View) -> Measure:
    """Time both feet are off the ground, per step, both of a stride averaged.

    Returns
    -------
    Measure
        Key ``flight_time``, per stride (k,). [ms]; negative where the feet overlap.
    """
    return _event_measure(view, "flight_time", _flights(view))


def _flights(view: View) -> Floats:
    """Time between the feet on the ground, both steps of a stride averaged (k,). [ms]"""
    s = view.strides
    return np.asarray(500.0 * ((s.middle - s.toe_off_first) + (s.stop - s.toe_off_second)))


def usual_flight(view: View) -> float:
    """Median over the strides that count; 0 where nothing is known. [ms]"""
    flight = _flights(view)[view.counted]
    return float(np.nanmedian(flight)) if np.isfinite(flight).any() else 0.0


def grounded(flight_ms: float) -> float:
    """How near a flight time, as read, is to none: 1 up to GROUNDED_MS, 0 from CLEAR_AIR_MS on."""
    return float(np.clip((CLEAR_AIR_MS - flight_ms) / (CLEAR_AIR_MS - GROUNDED_MS), 0.0, 1.0))


def _event_measure(view: View, key: str, per_stride: Floats) -> Measure:
    """A measure from contact and toe-off, with their error band."""
    usual = usual_flight(view)
    if view.quality.events_lost:
        return nothing(key, "ms", per_stride, (view.quality.events_lost,), column=f"{key}_ms")
    trust, why = view.trust(trunk=False)
    return measured(
        key,
        "ms",
        per_stride,
        view.counted,
        systematic=float(np.hypot(1000.0 * CONTACT_TIME_SIGMA, GROUNDED_SIGMA_MS * grounded(usual))),
        column=f"{key}_ms",
        trust=min(trust, 0.6),
        why=(*why, "From one trunk sensor: an analyst's number with a wide error band."),
    )
