"""Files, folders, patterns, URLs and manifests become one list."""

from __future__ import annotations

from pathlib import Path

import pytest

from gait.batch.listing import find_entries
from gait.batch.task import BatchError
from gait.errors import ReadError
from gait.results import Asked

OUT = Path("nowhere")


def touch(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("t,ax\n")


def places(folder: Path, *given: str, out: Path = OUT) -> list[str]:
    found = find_entries([str(folder / one) for one in given], Asked(), out)
    return [Path(entry.place).relative_to(folder).as_posix() for entry in found]


def test_a_folder_is_looked_through_to_the_bottom(tmp_path: Path) -> None:
    touch(
        tmp_path,
        "b.csv",
        "a/2.csv.gz",
        "a/deep/1.gaitcap",
        "a/notes.md",
        ".hidden.csv",
        ".cache/x.csv",
        "z.ZIP",
    )
    assert places(tmp_path, ".") == ["b.csv", "z.ZIP", "a/2.csv.gz", "a/deep/1.gaitcap"]


def test_our_own_results_are_no_recordings(tmp_path: Path) -> None:
    touch(tmp_path, "run.csv", "run-gait/analysis.json", "run-gait/strides.csv", "study/runs.csv", "study/a/strides.csv",
          "old/failures.csv", "old/runs.csv", "old/a-1/steps.csv")  # fmt: skip
    assert places(tmp_path, ".", out=tmp_path / "study") == ["run.csv"]


def test_a_phone_export_is_one_recording(tmp_path: Path) -> None:
    touch(tmp_path, "phone/Gyroscope.csv", "phone/TotalAcceleration.csv", "phone/Metadata.csv", "run.csv")
    assert places(tmp_path, ".") == ["phone", "run.csv"]
    assert places(tmp_path, "phone") == ["phone"]


def test_patterns_are_expanded_where_the_shell_does_not(tmp_path: Path) -> None:
    touch(tmp_path, "s1/run.csv", "s2/run.csv", "s2/walk.csv", "odd[1].csv")
    assert places(tmp_path, "*/run.csv") == ["s1/run.csv", "s2/run.csv"]
    assert places(tmp_path, "odd[1].csv") == ["odd[1].csv"]


def test_named_twice_is_one_recording(tmp_path: Path) -> None:
    touch(tmp_path, "a.csv", "b.csv")
    assert places(tmp_path, "b.csv", ".") == ["b.csv", "a.csv"]


def test_a_name_that_is_not_there_stays_in_the_list_for_its_own_sentence(tmp_path: Path) -> None:
    touch(tmp_path, "a.csv")
    assert places(tmp_path, "a.csv", "b.csv") == ["a.csv", "b.csv"]


def test_no_recordings_at_all_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BatchError, match="There are no recordings in"):
        places(tmp_path, ".")


def test_results_among_the_recordings_are_refused(tmp_path: Path) -> None:
    touch(tmp_path, "a.csv")
    with pytest.raises(BatchError, match="--out"):
        places(tmp_path, ".", out=tmp_path)


def test_a_manifest_says_how_each_was_worn(tmp_path: Path) -> None:
    touch(tmp_path, "a/run.csv", "stand.csv")
    (tmp_path / "manifest.csv").write_bytes(
        "\ufeffPath;Placement;standing;Runner;tags;shoe\n"
        "a/run.csv;waist;stand.csv;Zoë;easy, wet;x\n"
        "\n"
        "gone.csv;;;B;;\n".encode()
    )  # fmt: skip
    one, two = find_entries(
        [str(tmp_path / "manifest.csv")], Asked(placement="sternum", units="s,g,dps"), OUT
    )
    assert one.place == str(tmp_path / "a/run.csv")
    assert one.asked == Asked(placement="waist", units="s,g,dps", standing=str(tmp_path / "stand.csv"))
    assert one.labels == {"runner": "Zoë", "tags": "easy, wet", "shoe": "x"}
    assert one.size == 5
    assert two.asked.placement == "sternum"
    assert two.labels["runner"] == "B"


def test_a_manifest_may_say_that_no_calibration_is_used(tmp_path: Path) -> None:
    (tmp_path / "manifest.csv").write_bytes(b"path,calibration\nrun.csv,none\nother.csv,chest.json\n")
    one, two = find_entries([str(tmp_path / "manifest.csv")], Asked(), OUT)
    assert one.asked.calibration == "none"
    assert two.asked.calibration == str(tmp_path / "chest.json")


def test_a_manifest_in_a_folder_is_no_recording_of_it(tmp_path: Path) -> None:
    touch(tmp_path, "run.csv")
    (tmp_path / "manifest.csv").write_text("path\nrun.csv\n")
    assert places(tmp_path, ".") == ["run.csv"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("path,placement\nrun.csv,head\n", r"manifest\.csv, line 2: .*head"),
        ("path,placement\n,waist\n", r"manifest\.csv, line 2: no path"),
        ("path,tags\nrun.csv,a,b\n", r"line 2: 2 cells expected, 3 found"),
        ("path,facing\nrun.csv,up\n", r"line 2: facing is one of"),
        ("path,tags,Tags\n", "two columns 'tags'"),
    ],
)
def test_a_wrong_manifest_says_where(tmp_path: Path, text: str, sentence: str) -> None:
    (tmp_path / "manifest.csv").write_text(text)
    with pytest.raises(ReadError, match=sentence):
        find_entries([str(tmp_path / "manifest.csv")], Asked(), OUT)
