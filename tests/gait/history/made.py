"""Runs as they are kept, made by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from gait.history.rows import NewRun
from gait.traits.earlier import State
from gait.traits.heard import Heard, Number

#: When the first run of a made history began.
BEGINNING = datetime(2026, 5, 1, 6, 30, tzinfo=UTC)


def a_number(value: float, spread: float = 0.1) -> Number:
    strides = tuple(value + spread * (i - 25) / 25 for i in range(51))
    return Number(value, value - spread, value + spread, 0.5, 400, 20, 1.0, (), strides)


def heard(placement: str = "sternum", **values: float) -> Heard:
    """A run of 400 strides with these values, measured well."""
    return Heard(
        measures={key: a_number(value) for key, value in {"cadence": 166.0, **values}.items()},
        steady=400,
        running_s=290.0,
        placement=placement,  # type: ignore[arg-type]
        standing_s=8.0,
        sign_known=True,
        six_position=False,
        not_trunk="",
        clipped_share=0.0,
    )


def a_run(
    day: int = 0,
    states: Mapping[str, State] | None = None,
    *,
    content: str = "",
    what: Heard | None = None,
    catalogue: str = "test",
    **changes: object,
) -> NewRun:
    """The run of a day."""
    told: dict[str, object] = {
        "content": content or f"{day:064x}",
        "started_at": BEGINNING + timedelta(days=day),
        "dated": "recording",
        "source": f"run {day}.csv",
        "length_s": 300.0,
        "heard": what or heard(lean=4.0 + 0.01 * day),
        "units": {"lean": "deg", "cadence": "spm"},
        "states": {"lean": "seen", "turn": "not_spoken_of"} if states is None else states,
        "why": {"turn": ["The lower bound does not clear 4°."]},
        "gait": "0.1.0",
        "catalogue": catalogue,
    }
    return NewRun(**{**told, **changes})  # type: ignore[arg-type]
