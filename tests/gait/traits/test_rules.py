"""The catalogue: ours is whole, and a spoilt one is refused with the line, the row and the field."""

from __future__ import annotations

from pathlib import Path

import pytest

from gait.blocks import STRIDES_PER_BLOCK
from gait.errors import CatalogueError
from gait.traits.rules import OWN_CATALOGUE, check_catalogue, load_catalogue
from gait.traits.trait import LEAST_BLOCKS

OWN = OWN_CATALOGUE.read_text(encoding="utf-8")


DESIGN = [
    "lean",
    "set_off",
    "turn",
    "even_turn",
    "shift",
    "rhythm",
    "spring",
    "regular",
    "two_as_one",
    "smooth",
    "together",
    "settle",
    "late",
    "new",
    "kept",
]


def test_our_catalogue_has_the_traits_of_the_design() -> None:
    catalogue = load_catalogue()
    assert catalogue.version
    assert [r.key for r in catalogue.rules] == DESIGN


def test_our_bounds_are_those_of_the_design() -> None:
    catalogue = load_catalogue()
    leading = {
        r.key: (r.measure, r.bound.floor, r.bound.ceiling, r.least) for r in catalogue.rules if r.bound
    }
    assert leading["lean"] == ("lean", 0.5, None, 80)
    assert leading["set_off"] == ("set_off", 1.0, None, 3)
    assert leading["turn"] == ("rotation", 4.0, None, 80)
    assert leading["even_turn"] == ("turn_symmetry", 0.85, None, 80)
    assert leading["shift"] == ("sway", 2.0, None, 80)
    assert leading["rhythm"] == ("stride_time_cv", None, 3.0, 250)
    assert leading["spring"] == ("vertical_oscillation", 3.0, None, 80)
    assert leading["regular"] == ("stride_regularity", 0.8, None, 250)
    assert leading["two_as_one"] == ("step_time_difference", -4.0, 4.0, 80)
    assert leading["together"] == ("togetherness", 0.9, None, 120)
    also = {(r.key, b.measure): (b.floor, b.ceiling) for r in catalogue.rules for b in r.also}
    assert also[("even_turn", "turn_split")] == (45.0, 55.0)
    assert also[("shift", "lateral_share")] == (0.4, None)
    assert also[("two_as_one", "step_likeness")] == (0.85, None)
    assert catalogue["lean"].needs == ("trunk", "standing", "sign")
    assert catalogue["together"].after == catalogue["even_turn"].after == "turn"
    shares = {r.key: (r.share.measure, r.share.above, r.share.least) for r in catalogue.rules if r.share}
    assert shares == {
        "lean": ("lean", 0.0, 0.8),
        "turn": ("rotation", 4.0, 0.7),
        "spring": ("flight_time", 20.0, 0.9),
    }
    assert (catalogue["smooth"].runs, catalogue["smooth"].of_runs) == (5, 0.4)
    assert (catalogue["kept"].runs, catalogue["kept"].of_runs, catalogue["new"].runs) == (3, 0.6, 3)
    assert (catalogue["settle"].least_minutes, catalogue["late"].least_minutes) == (15.0, 20.0)


def test_what_a_rule_asks_for_is_what_its_words_say() -> None:
    # A newcomer read 60 in the catalogue and "it takes 80" on the page.
    counted = [r for r in load_catalogue().rules if r.bound is not None and r.counts == "strides"]
    assert all(r.least >= LEAST_BLOCKS * STRIDES_PER_BLOCK for r in counted)


def test_every_trait_says_where_its_numbers_come_from() -> None:
    assert all("chosen" in r.source.lower() or "(" in r.source for r in load_catalogue().rules)


def refused(tmp_path: Path, text: str) -> str:
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CatalogueError) as caught:
        load_catalogue(path)
    return str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        ("floor = 0.5", 'floor = "low"', "[lean] floor: a number is expected"),
        ("floor = 0.5", "floor = nan", "[lean] floor: a number is expected"),
        ("floor = 0.5", "", "[lean] floor: give a floor, a ceiling, or both"),
        (
            "floor = 0.5",
            "floor = 0.5\nceiling = 0.2",
            "[lean] floor: the floor 0.5 is not below the ceiling 0.2",
        ),
        ("floor = 0.5", "floor = 60.0", "[lean] plausible"),
        ('measure = "lean"\n', "", "[lean] measure: a text in quotes is expected"),
        ('title = "A little forward"', 'title = ""', "[lean] title"),
        ("least_strides = 80", "least_strides = 80.5", "[lean] least_strides"),
        ("least = 0.80", "least = 80", "[lean] share"),
        ('needs = ["trunk", "standing", "sign"]', 'needs = ["shoes"]', "[lean] needs"),
        ('after = "turn"', 'after = "later"', '[even_turn] after: "later" is no trait further up'),
        ('measure = "lean"', 'measure = "leen"', '[lean] measure: "leen" is not measured'),
        ('measure = "turn_split"', 'measure = "split"', '[even_turn] also: "split" is not measured'),
        ("floor = 45.0", "floor = 65.0", "[even_turn] also: the floor 65 is not below the ceiling 55"),
        ("least_starts = 3", "", "[set_off] least_strides: give one of least_strides"),
        ("least_starts = 3", "least_starts = 3\nleast_strides = 80", "[set_off] least_starts: give one of"),
        ('kind = "own"', 'kind = "mine"', '[smooth] kind: "mine" is none of run'),
        ("of_runs = 0.40", "of_runs = 40", "[smooth] of_runs: 40 is no share"),
        ("margins = { lean", "margins = { leen", '[late] margins: "leen" is no trait further up'),
        ("sure = 0.999", "sure = 0", "[new] sure: 0 is no share above 0"),
        ("typical = [2.0, 11.0]", "typical = [11.0, 2.0]", "[lean] typical"),
        ("six_position = 0.4 }", "six_position = 0.9 }", "[lean] systematic"),
        ("most_clipped = 0.02", "most_clipped = 2", "[lean] most_clipped"),
        ('low_trust = "not_spoken_of"', 'low_trust = "maybe"', "[together] low_trust"),
        ("range = [0.0, 360.0]", "range = [360.0, 0.0]", "[turn] range: expected are two numbers"),
        ("range = [0.0, 360.0]", "range = [0.0, nan]", "[turn] range: expected are two numbers"),
        ("range = [0.0, 360.0]", "range = [0.0, 45.0]", "[turn] range: plausible reaches beyond"),
        ('unit = "deg"', 'unit = "feet"', "[lean] unit"),
        ("floor = 0.5", "floor = 0.5\nflor = 1", "[lean] flor: this field is not known"),
    ],
)
def test_a_spoilt_field_is_named(tmp_path: Path, old: str, new: str, names: str) -> None:
    assert old in OWN
    message = refused(tmp_path, OWN.replace(old, new, 1))
    assert message.startswith("mine.toml, line ")
    assert names in message


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(OWN.replace("floor = 0.5", "floor = []", 1).replace("floor = 4.0", "flor = 4.0", 1))
    catalogue, faults = check_catalogue(path)
    assert catalogue is None
    assert len(faults) == 2
    assert "[lean] floor" in faults[0]
    assert "[turn] floor" in faults[1]


def test_a_line_inside_a_long_text_is_no_field(tmp_path: Path) -> None:
    text = OWN.replace('source = """Typical: groups', 'source = """\nfloor = 9\nTypical: groups', 1)
    text = text.replace("floor = 0.5", "", 1).replace(
        "least_strides = 80\nshare", "least_strides = 80\nfloor = true\nshare", 1
    )
    line = next(i for i, one in enumerate(text.splitlines(), 1) if one == "floor = true")
    assert f"line {line}, [lean] floor" in refused(tmp_path, text)


def test_the_line_is_the_line(tmp_path: Path) -> None:
    spoilt = OWN.replace("floor = 4.0", "floor = []", 1)
    line = next(i for i, text in enumerate(spoilt.splitlines(), 1) if text == "floor = []")
    assert f"line {line}, [turn] floor" in refused(tmp_path, spoilt)


def test_what_is_no_catalogue_is_refused(tmp_path: Path) -> None:
    assert "not TOML" in refused(tmp_path, "[lean\n")
    assert "version" in refused(tmp_path, "[lean]\n")
    assert "no trait" in refused(tmp_path, 'version = "1"\n')
    assert "lean is no trait" in refused(tmp_path, 'version = "1"\nlean = 3\n')
    with pytest.raises(CatalogueError, match="cannot be read"):
        load_catalogue(tmp_path / "nowhere.toml")
