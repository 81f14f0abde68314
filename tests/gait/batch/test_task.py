"""How tasks' folders are called (by the stem, on any system, one for each way of asking), and which goes first."""

from __future__ import annotations

import pytest

from gait.batch.task import LONGEST_STEM, Entry, longest_first, stem_of, tasks_of
from gait.results import Asked


@pytest.mark.parametrize(
    ("place", "stem"),
    [
        ("a/run.csv", "run"),
        ("a/run.csv.gz", "run"),
        ("/x/run.2024.csv", "run.2024"),
        ("export/", "export"),
        ("s3://bucket/deep/run.csv", "run"),
        ("C:\\data\\run.csv", "run"),
        ("a/what?.csv", "what_"),
        ("a/" + "x" * 200 + ".csv", "x" * LONGEST_STEM),
        (".gz", ".gz".strip(".")),
        ("a/Lauf ä 1.csv", "Lauf ä 1"),
    ],
)
def test_a_folder_bears_the_stem(place: str, stem: str) -> None:
    assert stem_of(place) == stem


def test_one_recording_asked_for_in_two_ways_has_two_folders() -> None:
    waist, chest = Asked(placement="waist"), Asked(placement="sternum")
    names = [
        t.name
        for t in tasks_of([Entry("a/run.csv", waist), Entry("b/Run.csv", chest), Entry("c.csv", waist)], "o")
    ]
    assert len({name.casefold() for name in names}) == 3
    assert names[2] == "c"


def test_asked_alike_the_name_does_not_depend_on_the_list() -> None:
    one = tasks_of([Entry("a/run.csv", Asked())], "o")
    two = tasks_of([Entry("a/run.csv", Asked()), Entry("b/run.csv", Asked())], "o")
    assert one[0].name == two[0].name == two[1].name == "run"


def test_the_longest_go_first_and_equals_stay_in_order() -> None:
    sizes = (3, None, 9, 3, None)
    assert longest_first([Entry("x", Asked(), size=size) for size in sizes]) == [2, 0, 3, 1, 4]
