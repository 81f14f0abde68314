"""A run as a FIT activity, which watches' programs read.

Lives here: one record a second, with what a trunk sensor knows in fields that say so.
Not here: reading FIT (activity.py), any pace or distance: the sensor knows none.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np

from gait.analysis import Analysis
from gait.errors import MissingExtra, SignalError
from gait.rotations import Floats

#: Names our developer fields to programs that read them; made once, for this purpose. [uuid]
APPLICATION = UUID("5f9ac7d2-0b5e-4b8c-9d53-6f0d7a1e42c8")

#: Developer field -> the measure it holds, with its unit.
FIELDS = {
    "lean": ("lean", "deg"),
    "turn": ("rotation", "deg"),
    "step_cadence": ("cadence", "spm"),
    "bounce": ("vertical_oscillation", "cm"),
}

#: Years that FIT can tell: it counts seconds from 1989-12-31 in 32 bits.  Source: FIT protocol, date_time.
YEARS = (1990, 2126)


def to_fit(analysis: Analysis, started_at: datetime) -> bytes:
    """The run as the bytes of a FIT file.

    Parameters
    ----------
    analysis : Analysis
    started_at : datetime
        Wall clock of the recording's first sample, with its time zone.

    Returns
    -------
    bytes
        A record for every second of the recording: cadence (strides a minute, as FIT has it for running), vertical
        oscillation and contact time in FIT's own fields while running, and four developer fields: ``lean`` [°],
        ``turn`` [°], ``step_cadence`` [spm], ``bounce`` [cm]. Each second takes the stride that covers its middle.

    Raises
    ------
    MissingExtra
        If fit-tool is not installed.
    SignalError
        If ``started_at`` has no time zone, or FIT cannot count to it.
    """
    try:
        from fit_tool.fit_file_builder import FitFileBuilder
    except ImportError as error:
        raise MissingExtra("FIT files are written with fit-tool: pip install 'gait-traits[fit]'") from error
    if started_at.tzinfo is None:
        raise SignalError("The start has no time zone; write it as 2026-05-01T07:30:00+02:00.")
    if not YEARS[0] <= started_at.year < YEARS[1]:
        raise SignalError(
            f"FIT counts seconds from the end of 1989 to 2126; a start in {started_at.year} cannot be written."
        )
    begin = round(started_at.timestamp() * 1000.0)
    seconds = np.arange(0.0, np.floor(analysis.recording.stop_s - analysis.recording.start_s) + 1.0)
    builder = FitFileBuilder(auto_define=True)
    for message in (
        *_head(begin),
        *_records(analysis, begin, seconds),
        *_summary(begin, float(seconds[-1]), analysis.measures["cadence"].value),
    ):
        builder.add(message)
    return bytes(builder.build().to_bytes())


# One local number for each kind of message, or every change of kind would define it anew.


def _head(begin: int) -> Iterator[Any]:
    """What kind of file it is, our own fields, and the start of the timer."""
    from fit_tool.base_type import BaseType
    from fit_tool.profile.messages.developer_data_id_message import DeveloperDataIdMessage
    from fit_tool.profile.messages.event_message import EventMessage
    from fit_tool.profile.messages.field_description_message import FieldDescriptionMessage
    from fit_tool.profile.messages.file_id_message import FileIdMessage
    from fit_tool.profile.profile_type import Event, EventType, FileType, Manufacturer

    yield _filled(
        FileIdMessage(local_id=0),
        type=FileType.ACTIVITY,
        manufacturer=Manufacturer.DEVELOPMENT.value,
        product=0,
        time_created=begin,
    )
    yield _filled(
        DeveloperDataIdMessage(local_id=1),
        developer_data_index=0,
        application_id=APPLICATION.bytes,
        application_version=1,
    )
    for number, (name, (_, unit)) in enumerate(FIELDS.items()):
        yield _filled(
            FieldDescriptionMessage(local_id=2),
            developer_data_index=0,
            field_definition_number=number,
            fit_base_type_id=BaseType.FLOAT32.value,
            field_name=name,
            units=unit,
        )
    yield _filled(EventMessage(local_id=3), timestamp=begin, event=Event.TIMER, event_type=EventType.START)


def _records(analysis: Analysis, begin: int, seconds: Floats) -> Iterator[Any]:
    """A record for each second."""
    from fit_tool.base_type import BaseType
    from fit_tool.developer_field import DeveloperField
    from fit_tool.profile.messages.record_message import RecordMessage

    values = _by_second(analysis, analysis.recording.start_s + seconds + 0.5)
    for i, second in enumerate(seconds):
        here = {key: float(value[i]) for key, value in values.items() if np.isfinite(value[i])}
        own = [
            DeveloperField(field_id=number, size=4, name=name, base_type=BaseType.FLOAT32, units=unit)
            for number, (name, (key, unit)) in enumerate(FIELDS.items())
            if key in here
        ]
        record = RecordMessage(local_id=4, developer_fields=own)
        for field in own:
            field.set_value(0, here[FIELDS[field.name][0]])
        record.timestamp = begin + round(1000.0 * float(second))
        if "cadence" in here:
            record.cadence, record.fractional_cadence = _strides_a_minute(here["cadence"])
        if "vertical_oscillation" in here:
            record.vertical_oscillation = 10.0 * here["vertical_oscillation"]
        if "contact_time" in here:
            record.stance_time = here["contact_time"]
        yield record


def _summary(begin: int, lasts: float, cadence_spm: float | None) -> Iterator[Any]:
    """The stop of the timer, and the run as one lap, one session, one activity."""
    from fit_tool.profile.messages.activity_message import ActivityMessage
    from fit_tool.profile.messages.event_message import EventMessage
    from fit_tool.profile.messages.lap_message import LapMessage
    from fit_tool.profile.messages.session_message import SessionMessage
    from fit_tool.profile.profile_type import Activity, Event, EventType, Sport

    end = begin + round(1000.0 * lasts)
    yield _filled(EventMessage(local_id=3), timestamp=end, event=Event.TIMER, event_type=EventType.STOP_ALL)
    whole: dict[str, Any] = {"timestamp": end, "start_time": begin}
    whole |= {"total_elapsed_time": lasts, "total_timer_time": lasts}
    if cadence_spm is not None:
        strides, rest = _strides_a_minute(cadence_spm)
        whole |= {"avg_cadence": strides, "avg_fractional_cadence": rest}
    yield _filled(LapMessage(local_id=5), **whole, sport=Sport.RUNNING)
    yield _filled(SessionMessage(local_id=6), **whole, sport=Sport.RUNNING, first_lap_index=0, num_laps=1)
    yield _filled(
        ActivityMessage(local_id=7),
        timestamp=end,
        total_timer_time=lasts,
        num_sessions=1,
        type=Activity.MANUAL,
    )


def _filled(message: Any, **fields: Any) -> Any:
    """A message with its fields."""
    for name, value in fields.items():
        setattr(message, name, value)
    return message


def _strides_a_minute(cadence_spm: float) -> tuple[int, float]:
    """Half of the steps, in FIT's steps of 1/128, as its whole part and the rest."""
    strides = round(64.0 * cadence_spm) / 128.0
    return int(strides), strides - int(strides)


def _by_second(analysis: Analysis, t: Floats) -> dict[str, Floats]:
    """Each measure's stride at these moments, NaN where there was none."""
    measures = analysis.measures
    strides = measures.strides
    out = {}
    i = np.maximum(np.searchsorted(strides.start, t, side="right") - 1, 0)
    for key in (*(key for key, _ in FIELDS.values()), "contact_time"):
        measure = measures.get(key)
        out[key] = np.full(len(t), np.nan)
        if measure is not None and len(strides) and len(measure.per_stride) == len(strides):
            out[key] = np.where(
                (t >= strides.start[i]) & (t < strides.stop[i]), measure.per_stride[i], np.nan
            )
    return out
