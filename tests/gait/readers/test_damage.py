"""Damaged files: what is broken is counted, left out and told, and nothing false comes in for it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gait.errors import ReadError
from gait.readers import read
from gait.readers.wall_clock import recognise
from gait.recording import Recording
from tests.gait.readers.made import lines, table

SI = "s,mps2,radps"
MADE = table(8.0)
ROWS = lines(*MADE).splitlines()


def read_rows(folder: Path, rows: list[str], end: str = "\n") -> Recording:
    path = folder / "run.csv"
    path.write_text("\n".join(rows) + end, encoding="utf-8")
    return read(path, units=SI)


def unchanged(recording: Recording) -> None:
    """Every sample that came in is one that was written."""
    at = np.searchsorted(MADE[0], recording.samples.t - 1e-7)
    np.testing.assert_allclose(recording.samples.t, MADE[0][at], atol=1e-6)
    np.testing.assert_allclose(recording.samples.acc, MADE[1][at], atol=1e-6)
    np.testing.assert_allclose(recording.samples.gyr, MADE[2][at], atol=1e-6)


@pytest.mark.parametrize(
    ("damage", "note"),
    [
        ({100: "!!"}, "1 line that is no row of numbers"),
        ({100: ROWS[100][:20]}, "1 row with an empty cell or no number in it"),
        ({100: ROWS[100] + "," + ROWS[101]}, "1 line that is no row of numbers"),
        ({100: ROWS[100].replace(ROWS[100].split(",")[3], "")}, "1 row with an empty cell"),
        ({100: "1.0,nan,0,0,0,0,0", 101: "1.01,inf,0,0,0,0,0"}, "2 rows with empty cells or no numbers"),
        ({100: "\x00\x00\x00,1,2,3,4,5,6"}, "1 row with an empty cell or no number in it"),
        ({100: ROWS[99]}, "1 stamp twice"),
        ({100: ROWS[50]}, "1 stamp that runs backward"),
        ({100: "999999," + ROWS[100].partition(",")[2]}, "1 stamp far ahead"),
    ],
)
def test_one_bad_row_costs_one_row(tmp_path: Path, damage: dict[int, str], note: str) -> None:
    rows = [damage.get(i, row) for i, row in enumerate(ROWS)]
    recording = read_rows(tmp_path, rows)
    assert len(recording.samples) == len(ROWS) - 1 - len(damage)
    assert recording.rows == len(ROWS) - 1
    assert len(recording.notes) == 1
    assert note in recording.notes[0]
    unchanged(recording)


def test_a_header_in_the_middle_is_no_damage(tmp_path: Path) -> None:
    recording = read_rows(tmp_path, [*ROWS[:300], ROWS[0], "", "# stopped and went on", *ROWS[300:]])
    assert len(recording.samples) == recording.rows == len(ROWS) - 1
    assert recording.notes == ()


def test_a_torn_last_line_is_left_out(tmp_path: Path) -> None:
    recording = read_rows(tmp_path, [*ROWS[:-1], ROWS[-1][:-3]], end="")
    assert len(recording.samples) == len(ROWS) - 2
    assert "a last line torn in the middle" in recording.notes[0]


def test_a_whole_last_line_without_an_end_is_kept(tmp_path: Path) -> None:
    assert len(read_rows(tmp_path, ROWS, end="").samples) == len(ROWS) - 1


def test_a_hole_becomes_a_gap_and_three_missing_samples_do_not(tmp_path: Path) -> None:
    recording = read_rows(tmp_path, [*ROWS[:101], *ROWS[104:301], *ROWS[305:]])
    assert recording.gaps.tolist() == [[pytest.approx(2.99), pytest.approx(3.04)]]


def test_too_much_damage_is_refused_with_figures(tmp_path: Path) -> None:
    rows = ["x" if i % 4 == 1 else row for i, row in enumerate(ROWS)]
    with pytest.raises(ReadError, match=r"200 of 800 rows \(25%\) cannot be used: 200 lines"):
        read_rows(tmp_path, rows)


def test_a_coarse_clock_is_told_from_damage(tmp_path: Path) -> None:
    """Ten rows a stamp: all are kept, and their times lie evenly between the stamps."""
    rows = [
        ROWS[0],
        *(
            f"{int(float(row.split(',')[0]) * 10 + 1e-6) / 10:.1f},{row.partition(',')[2]}"
            for row in ROWS[1:]
        ),
    ]
    recording = read_rows(tmp_path, rows)
    assert len(recording.samples) == len(ROWS) - 1
    assert "spread evenly" in recording.notes[0]
    late = recording.samples.t - MADE[0]
    assert np.ptp(late) < 0.01  # one sample; in the middle, away from the ends, a tenth of it
    assert np.abs(late).max() < 0.1  # a stamp of ten rows is 0.09 s behind the last of them


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_bytes_spoilt_give_true_samples_or_a_refusal(tmp_path: Path, data: st.DataObject) -> None:
    """Letters strewn over a file never become numbers, and only rows they hit go."""
    text = bytearray("\n".join(ROWS).encode() + b"\n")
    start = len(ROWS[0]) + 1
    hits = data.draw(st.lists(st.integers(start, len(text) - 1), max_size=20))
    for place in hits:
        text[place] = ord(data.draw(st.sampled_from('?x"#\n;')))
    path = tmp_path / "run.csv"
    path.write_bytes(bytes(text))
    recording = read(path, units=SI)
    assert len(recording.samples) >= len(ROWS) - 1 - 2 * len(set(hits)) - 1
    at = np.searchsorted(MADE[0], recording.samples.t - 1e-7)
    true = np.isclose(MADE[0][np.minimum(at, len(MADE[0]) - 1)], recording.samples.t, atol=1e-6)
    # A newline inside a number leaves a shorter number at the end of a whole row; nothing in the row can tell.
    assert (~true).sum() <= len(set(hits))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.integers(400, 40000))
def test_any_cut_of_the_file_keeps_all_whole_rows(tmp_path: Path, cut: int) -> None:
    text = "\n".join(ROWS).encode() + b"\n"
    path = tmp_path / "run.csv"
    path.write_bytes(text[:cut])
    whole = text[:cut].count(b"\n") - 1
    if whole < 11:
        return
    recording = read(path, units=SI)
    assert whole <= len(recording.samples) <= whole + 1
    unchanged(recording)


def test_numbers_no_sensor_gives_are_damage(tmp_path: Path) -> None:
    rows = list(ROWS)
    for i, cell in ((50, "1e300"), (60, "123456789"), (70, "-7000")):
        cells = rows[i].split(",")
        cells[2] = cell
        rows[i] = ",".join(cells)
    recording = read_rows(tmp_path, rows)
    assert len(recording.samples) == len(ROWS) - 1 - 3
    assert "numbers no sensor gives" in recording.notes[0]
    unchanged(recording)


def test_a_header_cell_of_thousands_of_letters_does_not_bury_the_sentence(tmp_path: Path) -> None:
    """Found by the fuzzer: the refusal quoted the cell whole."""
    header = f"t,Acc X (g),Acc Y (g),Acc Z (g),Gyro X (°/s),Gyro Y (°/{'1' * 9000}),Gyro Z (°/s)"
    rows = "\n".join(f"{i / 100:.2f},0,0,1,0,0,0" for i in range(200))
    (tmp_path / "long.csv").write_text(f"{header}\n{rows}\n", encoding="utf-8")
    with pytest.raises(ReadError) as refused:
        read(tmp_path / "long.csv")
    assert len(str(refused.value)) < 400


def test_a_stamp_of_the_year_1013_is_damage_and_no_traceback() -> None:
    """Found by the fuzzer: nanoseconds, in which the stamps were counted, begin in 1677."""
    clock = recognise("2026-05-01T07:00:00.000")
    assert clock is not None
    seconds = clock.seconds(pd.Series(["2026-05-01T07:00:00.000", "1013-05-01T04:57:00.000"]))
    assert np.isfinite(seconds[0])
    assert seconds[1] < seconds[0]


def test_a_plain_table_without_a_gyroscope_says_so_and_what_could_still_be_had(tmp_path: Path) -> None:
    rows = "\n".join(f"{i / 100:.2f},0,0,9.81" for i in range(200))
    (tmp_path / "half.csv").write_text(f"t,ax,ay,az\n{rows}\n", encoding="utf-8")
    with pytest.raises(ReadError, match="no gyroscope; from an accelerometer alone steps and cadence"):
        read(tmp_path / "half.csv")
