"""analysis.json: every number of an analysis as plain data.

Lives here: the layout of the document, field by field.
Not here: sentences (telling.py), the report around it (report.py).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gait.analysis import Analysis
from gait.blocks import block_statistics
from gait.calibration.uncertainty import told
from gait.facing import Mounting
from gait.measures.measure import Measure
from gait.report.telling import say_trait
from gait.report.words import Words
from gait.rotations import inverse, rotate
from gait.traits.trait import Trait

#: Name and version of analysis.json's layout.
SCHEMA = "gait.analysis/1"

#: Digits behind the point of any number in analysis.json; finer than any sensor here.
DIGITS = 4

#: ... and of an axis' parts: 0.06°, finer than any axis is known.
AXIS_DIGITS = 3

#: Forward and up of the torso, in its own axes.  Source: the frames of the house.
FORWARD, UP = (1.0, 0.0, 0.0), (0.0, 0.0, 1.0)

#: From this uncertainty (1 sd) on, no forward axis is known. [°]
#: Chosen: as the measures have it; an axis off by 45° is sideways as much as forward.
UNKNOWN_FORWARD_DEG = 45.0


def document_of(analysis: Analysis, words: Words) -> dict[str, Any]:
    """analysis.json, field by field as the contract has it."""
    facts, quality, mounting = analysis.recording, analysis.quality, analysis.mounting
    document = {
        "schema": SCHEMA,
        "made_by": {
            "version": analysis.versions.get("gait", ""),
            "catalogue": analysis.versions.get("catalogue", ""),
        },
        "recording": {
            "source": facts.source,
            "dialect": facts.dialect,
            "rate_hz": facts.rate_hz,
            "start_s": facts.start_s,
            "stop_s": facts.stop_s,
            "rows": facts.rows,
            "gaps_s": [list(gap) for gap in facts.gaps_s],
            "placement": facts.placement,
        },
        "quality": {
            "lost_share": quality.lost_share,
            "clipped_share": quality.clipped_share,
            "notes": list(quality.notes),
            "clipped_axes": dict(quality.clipped_axes),
            "clipped_steps_share": quality.clipped_steps,
            "clip_moved": None
            if quality.slip is None
            else {"at_s": quality.slip.at, "by_deg": quality.slip.by_deg},
        },
        "calibration": {
            "standing_s": None if mounting.standing is None else list(mounting.standing),
            "standing_elsewhere": mounting.standing_elsewhere,
            "up_axis": _in_sensor_axes(mounting, UP),
            "forward_axis": {
                "axis": _in_sensor_axes(mounting, FORWARD)
                if mounting.forward_sigma_deg < UNKNOWN_FORWARD_DEG
                else None,
                "sigma_deg": mounting.forward_sigma_deg,
                "sign_known": mounting.sign_known,
                "cues": [{"name": n, "azimuth_deg": a, "sigma_deg": s} for n, a, s in mounting.cues],
                "why": list(mounting.why),
            },
            "six_position": analysis.six_position,
            "sensor": told(analysis.calibration),
            "standings": mounting.standing_count,
            "crept_deg": mounting.crept_deg,
        },
        "bouts": [_bout(i, analysis) for i in range(len(analysis.bouts.kind))],
        "measures": {key: _measure(measure) for key, measure in analysis.measures.items()},
        "traits": [_trait(trait, analysis, words) for trait in analysis.traits],
    }
    plain: dict[str, Any] = _plain(document)
    return plain


def _in_sensor_axes(mounting: Mounting, direction: tuple[float, float, float]) -> list[float]:
    """A direction of the torso as a unit vector in the sensor's own axes."""
    vector = rotate(inverse(mounting.q_torso_sensor), direction)
    return [round(float(x), AXIS_DIGITS) + 0.0 for x in vector]  # + 0.0: no "-0.0"


def _bout(i: int, analysis: Analysis) -> dict[str, Any]:
    """One stretch; for running with the means of its own strides."""
    bouts, measures = analysis.bouts, analysis.measures
    bout: dict[str, Any] = {
        "kind": str(bouts.kind[i]),
        "start_s": float(bouts.start[i]),
        "stop_s": float(bouts.stop[i]),
    }
    if bout["kind"] == "run":
        mine = np.asarray(measures.strides.bout == i)
        found = {key: _mean_of(measure, mine) for key, measure in measures.items()}
        bout["measures"] = {key: mean for key, mean in found.items() if mean is not None}
    return bout


def _mean_of(measure: Measure, mine: NDArray[np.bool_]) -> dict[str, Any] | None:
    """A measure over some strides; None where it is no mean of strides, or there are none."""
    if measure.value is None or len(measure.per_stride) != len(mine) or not (measure.counted & mine).any():
        return None
    if not math.isclose(block_statistics(measure.per_stride, measure.counted).m, measure.value, rel_tol=1e-6):
        return None
    stats = block_statistics(measure.per_stride, measure.counted & mine)
    return {"value": stats.m, "unit": measure.unit, "low": stats.low, "high": stats.high, "n": stats.n}


def _measure(measure: Measure) -> dict[str, Any]:
    return {
        "value": measure.value,
        "unit": measure.unit,
        "low": measure.low,
        "high": measure.high,
        "systematic": measure.systematic,
        "n": measure.n,
        "trust": measure.trust,
        "why": list(measure.why),
    }


def _trait(trait: Trait, analysis: Analysis, words: Words) -> dict[str, Any]:
    return {
        "key": trait.rule.key,
        "state": trait.state,
        "clarity": trait.clarity,
        "sentence": say_trait(trait, analysis, words).sentence if trait.state == "seen" else None,
        "evidence": asdict(trait.evidence),
        "also": [asdict(evidence) for evidence in trait.also],
        "about": [asdict(about) for about in trait.about],
        "why": list(trait.why),
    }


def _plain(value: Any) -> Any:
    """Plain Python all the way down; a number that is none becomes null."""
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return round(float(value), DIGITS) if math.isfinite(value) else None
    return None if value is None else str(value)
