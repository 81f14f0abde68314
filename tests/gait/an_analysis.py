"""A hand-built Analysis for the rooms that only read one: plausible arrays, known by construction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from gait.analysis import Analysis, RecordingFacts
from gait.blocks import block_statistics
from gait.bouts import Bouts
from gait.contacts import Contacts
from gait.facing import Mounting
from gait.measures.measure import NO_STRIDE, Cycle, Measure, Measures
from gait.quality import Quality
from gait.recording import Placement
from gait.rotations import IDENTITY, Floats
from gait.strides import Strides
from gait.traits.rules import load_catalogue
from gait.traits.trait import judge

#: Time of a stride in the built runs. [s]
STRIDE = 0.72


def a_measure(key: str, unit: str, per_stride: Floats, systematic: float, *, column: str = "") -> Measure:
    """A measure whose value and bounds come from its strides, all of which count."""
    stats = block_statistics(per_stride)
    k = len(per_stride)
    return Measure(
        key=key,
        unit=unit,
        value=float(stats.m) if k else None,
        low=stats.low,
        high=stats.high,
        systematic=systematic,
        n=stats.n,
        per_stride=per_stride,
        column=column or f"{key}_{unit}",
        trust=1.0,
        why=() if k else (NO_STRIDE,),
        counted=np.ones(k, bool),
    )


def a_ratio(key: str, unit: str, value: float | None, spread: float, systematic: float, n: int) -> Measure:
    """A measure of the whole run without a per-stride sense."""
    return Measure(
        key=key,
        unit=unit,
        value=value,
        low=None if value is None else value - spread,
        high=None if value is None else value + spread,
        systematic=systematic,
        n=n,
        per_stride=np.empty(0),
        column="",
        trust=1.0,
        why=() if value is not None else (NO_STRIDE,),
        counted=np.empty(0, bool),
    )


def some_strides(
    k: int, *, start: float = 8.0, stride: float = STRIDE, cv: float = 0.012, seed: int = 0
) -> Strides:
    """k strides one after the other."""
    rng = np.random.default_rng(seed)
    length = stride * (1 + cv * rng.normal(size=k))
    edges = start + np.concatenate([[0.0], np.cumsum(length)])
    begin, stop = edges[:-1], edges[1:]
    middle = begin + 0.502 * (stop - begin)
    return Strides(
        start=begin,
        middle=middle,
        stop=stop,
        toe_off_first=begin + 0.36 * (stop - begin),
        toe_off_second=middle + 0.36 * (stop - begin),
        side=np.full(k, "left"),
        bout=np.zeros(k, np.intp),
        regular=np.ones(k, bool),
    )


def some_measures(
    k: int = 500,
    *,
    lean: float = 6.0,
    rotation: float = 28.0,
    bounce: float = 8.0,
    flight: float = 100.0,
    cv: float = 1.4,
    together: float = 0.97,
    sway: float = 7.0,
    likeness: float = 0.98,
    split: float = 50.0,
    seed: int = 0,
) -> Measures:
    """Measures around the given means; nobody started out of standing, and nothing settled."""
    rng = np.random.default_rng(seed)
    strides = some_strides(k, seed=seed)
    phase = np.arange(100) / 100
    some = k > 0
    by_key = [
        a_measure("cadence", "spm", 166 + 2 * rng.normal(size=k), 0.1),
        a_measure("lean", "deg", lean + 0.6 * rng.normal(size=k), 1.0),
        a_measure("rotation", "deg", rotation + 2.5 * rng.normal(size=k), 0.8),
        a_measure("sway", "deg", sway + 0.8 * rng.normal(size=k), 0.7),
        a_ratio("stride_time_cv", "percent", cv if some else None, 0.12, 0.4, k),
        a_measure("vertical_oscillation", "cm", bounce + 0.5 * rng.normal(size=k), 0.8),
        a_measure("contact_time", "ms", 260 + 8 * rng.normal(size=k), 17.0),
        a_measure("flight_time", "ms", flight + 8 * rng.normal(size=k), 17.0),
        a_ratio("step_regularity", "", 0.9 if some else None, 0.01, 0.03, k),
        a_ratio("stride_regularity", "", 0.93 if some else None, 0.01, 0.03, k),
        a_measure("turn_symmetry", "", 0.96 + 0.01 * rng.normal(size=k), 0.03),
        a_measure("turn_split", "percent", split + rng.normal(size=k), 1.0),
        a_measure("lateral_share", "", 0.9 + 0.02 * rng.normal(size=k), 0.03),
        a_measure("step_time_difference", "percent", 0.5 + rng.normal(size=k), 0.5),
        a_ratio("step_likeness", "", likeness if some else None, 0.01, 0.03, k),
        a_ratio("set_off", "deg", None, 0.0, 1.0, 0),
        a_ratio("settle_drop", "", None, 0.0, 0.2, 0),
        a_ratio("settle_time", "min", None, 0.0, 0.3, 0),
        a_ratio("togetherness", "", together if some else None, 0.004, 0.015, k),
        a_ratio("smoothness", "", -1.6 if some else None, 0.02, 0.1, k),
    ]
    turn = -0.5 * rotation * np.sin(2 * np.pi * (phase - 0.23)) + 0.8 * np.sin(4 * np.pi * phase)
    height = -0.5 * bounce * np.cos(4 * np.pi * (phase - 0.18))
    cycles = {
        "rotation": Cycle("rotation", "deg", phase, turn, turn - 2.2, turn + 2.4),
        "height": Cycle("height", "cm", phase, height, height - 0.5, height + 0.6),
        "lean": Cycle(
            "lean", "deg", phase, lean + np.cos(4 * np.pi * phase), phase * 0 + lean - 1, phase * 0 + lean + 2
        ),
    }
    return Measures(strides, {m.key: m for m in by_key}, cycles if some else {})


def a_mounting(
    placement: Placement = "sternum",
    *,
    standing: tuple[float, float] | None = (0.5, 7.5),
    sign_known: bool = True,
) -> Mounting:
    return Mounting(
        q_torso_sensor=IDENTITY,
        standing=standing,
        forward_sigma_deg=3.0,
        sign_known=sign_known,
        placement=placement,
        cues=(("set-off", 1.2, 4.0), ("steps", -0.8, 3.0)),
    )


def a_quality(*, clipped_share: float = 0.0, not_trunk: str = "") -> Quality:
    """A recording in order, but for what is asked."""
    return Quality(
        lost_share=0.002,
        clipped_share=clipped_share,
        notes=("41 samples were lost, at most 3 in a row.",),
        rate_low=False,
        not_trunk=not_trunk,
        clipped_t=np.zeros(0),
    )


def an_analysis(
    measures: Measures | None = None,
    *,
    mounting: Mounting | None = None,
    source: str = "morning run.csv",
    bouts: Bouts | None = None,
    quality: Quality | None = None,
) -> Analysis:
    """A whole Analysis around the measures, judged by our own catalogue."""
    measures = some_measures() if measures is None else measures
    mounting = mounting or a_mounting()
    quality = quality or a_quality()
    catalogue = load_catalogue()
    strides = measures.strides
    k = len(strides)
    stop = float(strides.stop[-1]) if k else 8.0
    if bouts is None:
        bouts = Bouts(np.array([0.5, 8.0]), np.array([7.5, stop]), np.array(["still", "run"]))
    contact = np.sort(np.concatenate([strides.start, strides.middle]))
    facts = RecordingFacts(
        source=source,
        dialect="plain",
        rate_hz=200.0,
        start_s=0.0,
        stop_s=stop + 4.0,
        rows=int((stop + 4) * 200),
        gaps_s=((12.1, 12.4),),
        placement=mounting.placement,
    )
    return Analysis(
        recording=facts,
        quality=quality,
        mounting=mounting,
        six_position=False,
        bouts=bouts,
        contacts=Contacts(
            contact, np.full(len(contact), np.nan), np.zeros(len(contact), np.intp), np.full(len(contact), "")
        ),
        measures=measures,
        traits=judge(measures, mounting, quality, catalogue),
        settled=(8.0, stop) if k else None,
        versions={"gait": "0.0.0", "catalogue": catalogue.version},
    )


def with_measure(measures: Measures, key: str, **changes: object) -> Measures:
    """The same measures with one of them changed."""
    by_key: Mapping[str, Measure] = {
        **measures.by_key,
        key: replace(measures.by_key[key], **changes),  # type: ignore[arg-type]
    }
    return Measures(measures.strides, by_key, measures.cycles)
