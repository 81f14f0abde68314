"""The catalogue: ours is whole, and a spoilt one is refused with the line, the row and the field."""

from __future__ import annotations

from pathlib import Path

import pytest

from gait.blocks import STRIDES_PER_BLOCK
from gait.errors import CatalogueError
from gait.traits.rules import OWN_CATALOGUE, load_catalogue
from gait.traits.trait import LEAST_BLOCKS

OWN = OWN_CATALOGUE.read_text(encoding="utf-8")


def test_our_catalogue_has_the_first_five_traits() -> None:
    catalogue = load_catalogue()
    assert catalogue.version
    assert [r.key for r in catalogue.rules] == ["lean", "turn", "rhythm", "spring", "together"]


def test_our_bounds_are_those_of_the_design() -> None:
    catalogue = load_catalogue()
    bounds = {r.key: (r.floor, r.ceiling, r.least_strides) for r in catalogue.rules}
    assert bounds == {
        "lean": (0.5, None, 80),
        "turn": (4.0, None, 80),
        "rhythm": (None, 3.0, 250),
        "spring": (3.0, None, 80),
        "together": (0.9, None, 120),
    }
    assert catalogue["lean"].needs == ("trunk", "standing", "sign")
    assert catalogue["together"].after == "turn"
    shares = {r.key: (r.share.measure, r.share.above, r.share.least) for r in catalogue.rules if r.share}
    assert shares == {
        "lean": ("lean", 0.0, 0.8),
        "turn": ("rotation", 4.0, 0.7),
        "spring": ("flight_time", 30.0, 0.9),
    }


def test_what_a_rule_asks_for_is_what_its_words_say() -> None:
    # A newcomer read 60 in the catalogue and "it takes 80" on the page.
    assert all(r.least_strides >= LEAST_BLOCKS * STRIDES_PER_BLOCK for r in load_catalogue().rules)


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
        ("floor = 0.5", "", "[lean] floor: give either a floor or a ceiling"),
        ("floor = 0.5", "floor = 0.5\nceiling = 2", "[lean] floor: give either a floor or a ceiling"),
        ("floor = 0.5", "floor = 60.0", "[lean] plausible"),
        ('measure = "lean"\n', "", "[lean] measure: a text in quotes is expected"),
        ('title = "A little forward"', 'title = ""', "[lean] title"),
        ("least_strides = 80", "least_strides = 80.5", "[lean] least_strides"),
        ("least = 0.80", "least = 80", "[lean] share"),
        ('needs = ["trunk", "standing", "sign"]', 'needs = ["shoes"]', "[lean] needs"),
        ('after = "turn"', 'after = "later"', '[together] after: "later" is no trait further up'),
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
