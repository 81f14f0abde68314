"""Where the recorder's thread and the one that looks meet."""

from __future__ import annotations

import time

import pytest

from firmware_bridge.events import Damage
from firmware_bridge.recorder import Heard
from gait.live import session as room
from gait.live.session import Session
from tests.gait.readers.test_arrivals import chunks


def heard(session: Session, seconds: float) -> None:
    for events, at in chunks(round(200 * seconds)):
        session.heard(Heard(tuple(events), at), 0)


def test_before_anything_is_heard_there_is_nothing_to_show() -> None:
    state = Session("MPU-6050", "a.gaitcap").state()
    assert state.look is None
    assert (state.connection, state.samples, state.why) == ("connected", 0, "")


def test_samples_are_counted_and_looked_at() -> None:
    session = Session("MPU-6050", "a.gaitcap")
    heard(session, 6.0)
    state = session.state()
    assert state.samples == 1200
    assert state.look is not None
    assert state.look.t == pytest.approx(5.995)
    assert state.newest_ns > 0


def test_a_sensor_that_says_nothing_is_silent_and_then_connected_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session = Session("MPU-6050", "a.gaitcap")
    monkeypatch.setattr(room, "SILENT_S", 0.02)
    time.sleep(0.03)
    assert session.state().connection == "silent"
    monkeypatch.setattr(room, "SILENT_S", 60.0)
    heard(session, 1.0)
    assert session.state().connection == "connected"


def test_unplugging_and_its_torn_frame_are_told_once() -> None:
    session = Session("MPU-6050", "a.gaitcap")
    heard(session, 1.0)
    session.heard(Heard((), 1, "lost"), 0)
    session.heard(Heard((Damage(7, "crc"),), 2), 0)
    assert session.state().connection == "away"
    session.heard(Heard((), 3, "found"), 0)
    assert [h.key for h in session.state().happened] == ["unplugged", "plugged"]


def test_many_damaged_bytes_are_one_line() -> None:
    session = Session("MPU-6050", "a.gaitcap")
    heard(session, 1.0)
    for _ in range(50):
        session.heard(Heard((Damage(3, "crc"),), 1), 0)
    assert [h.key for h in session.state().happened] == ["damaged"]


def test_marks_pressed_by_several_at_once_are_one_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session("MPU-6050", "a.gaitcap")
    for _ in range(5):
        session.mark()
    assert len(session.marks()) == 1
    assert session.marks() == []
    monkeypatch.setattr(room, "MARKS_APART_S", 0.0)
    monkeypatch.setattr(room, "MOST_MARKS", 4)
    for _ in range(9):
        session.mark()
    assert len(session.state().moments) == 4
