"""What is written is written whole, or what was there before stays."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from gait.folder import OutputError, whole_file, write_folder
from gait.readers import write_csv
from gait.recording import Samples
from tests.gait.readers.made import table

#: Bytes a file may have where the disk is made small: less than the second file, more than the first. [B]
ROOM = 5000

SMALL_DISK = """
import resource, signal, sys
from pathlib import Path
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), int(sys.argv[1])))
"""


def on_a_small_disk(code: str, *words: str | Path) -> str:
    """What a process says that may write no file larger than ROOM."""
    pytest.importorskip("resource")
    done = subprocess.run(
        [sys.executable, "-c", SMALL_DISK + code, str(ROOM), *map(str, words)],
        capture_output=True, text=True, cwd=Path(__file__).parents[2], check=False,
    )  # fmt: skip
    return done.stderr


def test_a_full_disk_leaves_the_earlier_result_and_no_mixture_of_two(tmp_path: Path) -> None:
    write_folder(tmp_path, {"analysis.json": b"old", "report.html": b"old"})
    code = (
        "from gait.folder import write_folder\n"
        "write_folder(Path(sys.argv[2]), {'analysis.json': b'new', 'report.html': b'n' * 2 * int(sys.argv[1])})\n"
    )
    assert "cannot be written to" in on_a_small_disk(code, tmp_path)
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == {
        "analysis.json": b"old",
        "report.html": b"old",
    }


@pytest.mark.parametrize("name", ["run.csv", "run.csv.gz"])
def test_a_full_disk_costs_neither_the_table_that_was_there_nor_leaves_a_torn_one(
    tmp_path: Path, name: str
) -> None:
    t, acc, gyr = table(10.0)
    write_csv(Samples(t, acc, gyr), tmp_path / name)
    before = (tmp_path / name).read_bytes()
    assert len(before) > 2 * ROOM
    code = "from gait.readers import read, write_csv\nwrite_csv(read(sys.argv[2]), sys.argv[3])\n"
    assert "OSError" in on_a_small_disk(code, tmp_path / name, tmp_path / name)
    assert (tmp_path / name).read_bytes() == before
    assert "OSError" in on_a_small_disk(code, tmp_path / name, tmp_path / f"other-{name}")
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_a_name_that_is_a_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    (tmp_path / "near.csv").symlink_to(tmp_path / "far" / "run.csv")
    with whole_file(tmp_path / "near.csv") as passing:
        passing.write_bytes(b"a table")
    assert (tmp_path / "near.csv").is_symlink()
    assert (tmp_path / "far" / "run.csv").read_bytes() == b"a table"
    assert len(list(tmp_path.rglob("*.part"))) == 0


def test_a_folder_in_the_way_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "report.html").mkdir()
    with pytest.raises(OutputError, match="cannot be written to"):
        write_folder(tmp_path, {"analysis.json": b"new", "report.html": b"new"})
    assert not (tmp_path / "analysis.json").exists()
