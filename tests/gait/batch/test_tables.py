"""The tables of all runs: tidy, in the list's order, nothing twice."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from gait.batch import sql
from gait.batch.tables import Line, lines_of, write_tables
from gait.batch.task import Entry, Outcome
from gait.folder import OutputError, sweep
from gait.results import Asked

HEAD = "start_s,stop_s,side,bout,regular,lean_deg\n"


def line(out: Path, run: str, strides: str = HEAD + "0.5,1.2,left,0,true,\n", **cells: Any) -> Line:
    (out / run).mkdir()
    (out / run / "strides.csv").write_text(strides)
    return Line(run, {"run": run, "path": f"{run}.csv", "copies": "", "runner": "", "tags": "", **cells})


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_runs_and_strides_share_the_key(tmp_path: Path) -> None:
    lines = [line(tmp_path, "b-1", lean_deg=6.1), line(tmp_path, 'a, "2"', lean_deg=None, trait_x="seen")]
    write_tables(tmp_path, lines, [("c.csv", 'no, "table"')])
    assert [row["run"] for row in rows(tmp_path / "runs.csv")] == ["b-1", 'a, "2"']
    assert [row["lean_deg"] for row in rows(tmp_path / "runs.csv")] == ["6.1", ""]
    assert [row["run"] for row in rows(tmp_path / "strides.csv")] == ["b-1", 'a, "2"']
    assert rows(tmp_path / "failures.csv") == [{"path": "c.csv", "sentence": 'no, "table"'}]


def test_a_column_that_one_run_lacks_is_empty_there(tmp_path: Path) -> None:
    more = "start_s,stop_s,side,bout,regular,new_1,lean_deg\n2.0,3.0,A,1,false,0.5,7.0\n"
    write_tables(tmp_path, [line(tmp_path, "a"), line(tmp_path, "b", more)], [])
    one, two = rows(tmp_path / "strides.csv")
    assert (one["lean_deg"], one["new_1"], one["side"]) == ("", "", "left")
    assert (two["lean_deg"], two["new_1"], two["side"]) == ("7.0", "0.5", "A")


def test_no_run_at_all_still_gives_tables(tmp_path: Path) -> None:
    runs, strides = write_tables(tmp_path, [], [("a.csv", "no")])
    assert (tmp_path / "runs.csv").read_text() == "run,path,copies,runner,tags\n"
    assert (tmp_path / "strides.csv").read_text() == "run,start_s,stop_s,side,bout\n"
    sql.write_parquet(tmp_path, {"runs": runs, "strides": strides})
    assert sql.answer("select count(*) from strides", tmp_path)[1] == [(0,)]


def test_the_same_recording_twice_is_one_run_that_names_both() -> None:
    entries = [Entry(f"{d}/run.csv", Asked(), {"runner": d}) for d in "abc"]
    same = Outcome("run-1", {"lean_deg": 1.0})
    (one, two) = lines_of(entries, [same, Outcome("run-2", {"lean_deg": 2.0}), same])
    assert (one.cells["path"], one.cells["copies"], one.cells["runner"]) == ("a/run.csv", "c/run.csv", "a")
    assert two.cells["copies"] == ""


def test_a_label_named_like_a_measure_keeps_its_cell() -> None:
    entry = Entry("run.csv", Asked(), {"lean_deg": "felt 5", "path": "x", "shoe": "s"})
    (one,) = lines_of([entry], [Outcome("run-1", {"lean_deg": 1.0})])
    assert (one.cells["lean_deg"], one.cells["lean_deg_label"]) == (1.0, "felt 5")
    assert (one.cells["path"], one.cells["path_label"], one.cells["shoe"]) == ("run.csv", "x", "s")


def test_a_folder_that_was_taken_away_meanwhile_is_said(tmp_path: Path) -> None:
    gone = line(tmp_path, "a")
    (tmp_path / "a" / "strides.csv").unlink()
    with pytest.raises(OutputError, match=r"strides\.csv cannot be read"):
        write_tables(tmp_path, [gone], [])


def test_half_files_of_killed_processes_are_swept(tmp_path: Path) -> None:
    (tmp_path / ".runs.csv.1f.part").touch()
    (tmp_path / "runs.csv").touch()
    sweep(tmp_path)
    sweep(tmp_path / "not there")
    assert [p.name for p in tmp_path.iterdir()] == ["runs.csv"]


def test_parquet_says_what_the_csv_says(tmp_path: Path) -> None:
    lines = [
        line(tmp_path, "a'b", runner="007", lean_deg=6.5, lean_n=10),
        line(tmp_path, "c", runner="Zoë", lean_deg=None, lean_n=3, path="x;\n'y'.csv"),
    ]
    runs, strides = write_tables(tmp_path, lines, [])
    asked = "select run, path, runner, runs.lean_deg, lean_n, side, regular from runs join strides using (run) order by run"
    plain = sql.answer("select run, runner, lean_deg from runs order by run", tmp_path)
    sql.write_parquet(tmp_path, {"runs": runs, "strides": strides})
    assert sql.answer(asked, tmp_path)[1] == [
        ("a'b", "a'b.csv", "007", 6.5, 10, "left", True),
        ("c", "x;\n'y'.csv", "Zoë", None, 3, "left", True),
    ]
    assert sql.answer("select run, runner, lean_deg from runs order by run", tmp_path)[1][1] == plain[1][1]


@pytest.mark.parametrize(
    "words",
    [
        "drop view runs",
        "copy runs to 'x.csv'",
        "select 1; select 2",
        "",
        "selec 1",
        "attach 'x.db'",
        "insert into runs values (1)",
    ],
)
def test_a_query_only_reads(tmp_path: Path, words: str) -> None:
    write_tables(tmp_path, [line(tmp_path, "a")], [])
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(sql.QueryError):
        sql.answer(words, tmp_path)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_query_where_nothing_is_says_so(tmp_path: Path) -> None:
    with pytest.raises(sql.QueryError, match="--in"):
        sql.answer("select 1", tmp_path)
