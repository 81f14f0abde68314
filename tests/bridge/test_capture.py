"""The capture: whole at any tear, readable while it grows, and after the disk is full."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_bridge.capture import MARK_NS, Capture, read
from firmware_bridge.decoder import Decoder
from firmware_bridge.dialects.detect import decoder_of
from firmware_bridge.errors import CaptureError
from firmware_bridge.events import Damage, Mark, Note, joined
from tests.bridge.made import frame_list, plain, samples_of
from tests.conftest import REPOSITORY

HOST = 1_767_225_600_000_000_000


class Clock:
    """A monotonic clock that is wound by hand."""

    def __init__(self) -> None:
        self.now = 0

    def __call__(self) -> int:
        return self.now


@settings(deadline=None, max_examples=40)  # it waits for the disk
@given(chunk=st.integers(1, 200), step_ms=st.sampled_from([5, 60, 150]))
def test_what_goes_in_comes_out_and_marks_tear_no_frame(
    tmp_path_factory: pytest.TempPathFactory, chunk: int, step_ms: int
) -> None:
    path = tmp_path_factory.mktemp("c") / "run.gaitcap"
    stream, clock = b"".join(frame_list(40)), Clock()
    with Capture(path, {"wire": "gait"}, clock_ns=clock) as capture:
        for at in range(0, len(stream), chunk):
            capture.append(stream[at : at + chunk], HOST + clock.now)
            clock.now += step_ms * 1_000_000
    events = list(read(path, Decoder()))
    assert not any(isinstance(event, Damage) for event in events)
    assert events[0] == Note("wire", "gait")
    marks = [event.host_ns for event in events if isinstance(event, Mark)]
    assert marks
    assert all(b - a >= MARK_NS for a, b in pairwise(marks))
    rest = [event for event in events if not isinstance(event, Mark | Note)]
    assert plain(rest) == plain(Decoder().feed(stream))


def test_text_stays_lines(tmp_path: Path) -> None:
    path, clock = tmp_path / "run.gaitcap", Clock()
    lines = b"".join(b"%d,1,2,3,4,5,6\n" % (10 * i) for i in range(50))
    with Capture(path, {"wire": "text"}, boundary=b"\n", clock_ns=clock) as capture:
        for at in range(0, len(lines), 7):
            capture.append(lines[at : at + 7], HOST + clock.now)
            clock.now += 40_000_000
    assert all(line in path.read_bytes().replace(b"\0", b"\n") for line in lines.splitlines())
    events = joined(read(path, decoder_of("text")))
    assert len(samples_of(events)) == 50
    assert not any(isinstance(event, Damage) for event in events)


def test_readable_at_every_tear_and_while_it_grows(tmp_path: Path) -> None:
    path = tmp_path / "run.gaitcap"
    frames_ = frame_list(30)
    with Capture(path, {"wire": "gait"}) as capture:
        for i, frame in enumerate(frames_):
            capture.append(frame, HOST)
            seen = samples_of(read(path, Decoder()))
            assert seen == samples_of(Decoder().feed(b"".join(frames_[: i + 1])))
    whole, torn = path.read_bytes(), tmp_path / "torn.gaitcap"
    everything = samples_of(read(path, Decoder()))
    before = 0
    for at in range(len(whole) + 1):
        torn.write_bytes(whole[:at])
        found = samples_of(read(torn, Decoder()))
        assert found <= everything
        assert len(found) >= before
        before = len(found)


@pytest.mark.parametrize("torn", [0, 7])
def test_a_moment_marked_just_before_the_end_is_in_the_capture(tmp_path: Path, torn: int) -> None:
    path = tmp_path / "run.gaitcap"
    frames_ = frame_list(30)
    with Capture(path, {"wire": "gait"}) as capture:
        for frame in frames_:
            capture.append(frame, HOST)
        capture.append(frames_[0][:torn], HOST)
        capture.note("moment", "12.300")
    events = list(read(path, Decoder()))
    assert Note("moment", "12.300") in events
    assert samples_of(events) == samples_of(Decoder().feed(b"".join(frames_)))


def test_an_old_file_is_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "run.gaitcap"
    path.write_bytes(b"precious")
    with pytest.raises(CaptureError, match="there already"):
        Capture(path)
    assert path.read_bytes() == b"precious"
    with pytest.raises(CaptureError, match="cannot be written"):
        Capture(tmp_path / "no" / "folder.gaitcap")


FULL = """
import resource, sys
from pathlib import Path
from firmware_bridge.capture import Capture
from firmware_bridge.errors import CaptureError
from tests.bridge.made import frame_list
resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
try:
    with Capture(Path(sys.argv[1]), {"wire": "gait"}) as capture:
        for frame in frame_list(1000):
            capture.append(frame, 1)
except CaptureError as error:
    print(error.reason, capture.written, error)
"""


def test_a_full_disk_is_said_and_costs_nothing_earlier(tmp_path: Path) -> None:
    pytest.importorskip("resource")
    path = tmp_path / "run.gaitcap"
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(path)], capture_output=True, text=True, cwd=REPOSITORY, check=True
    )
    reason, written, *words = done.stdout.split()
    assert (reason, int(written)) == ("full", path.stat().st_size) == ("full", 5000)
    assert "no room is left" in " ".join(words)
    # All frames that fit are there.
    found = samples_of(read(path, Decoder()))
    sent = sorted(samples_of(Decoder().feed(b"".join(frame_list(1000)))))
    assert sorted(found) == sent[: len(found)]
    assert len(found) > 150
