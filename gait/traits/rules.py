"""Reads and checks the catalogue.

Lives here: TraitRule and catalogue.toml's grammar.
Not here: applying a rule (trait.py).
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NoReturn, cast

from gait.errors import CatalogueError

Gate = Literal["trunk", "standing", "sign"]
Unproven = Literal["could_not_listen", "not_spoken_of"]

#: Every gate a row may ask for.
GATES: tuple[Gate, ...] = ("trunk", "standing", "sign")

#: Every unit a measure can have.
UNITS = ("deg", "cm", "ms", "spm", "percent", "")

#: The catalogue that comes with gait.
OWN_CATALOGUE = Path(__file__).with_name("catalogue.toml")

#: A catalogue is words and a few numbers; beyond this it is something else. [bytes]  Chosen: 50 times ours.
LARGEST_CATALOGUE = 500_000


@dataclass(frozen=True)
class ShareRule:
    """Strides that have to show a trait one by one.

    Attributes
    ----------
    measure : str
        The measure looked at.
    above : float
        A stride shows it above this, in the measure's unit.
    least : float
        Share of the strides that count which have to, 0 to 1.
    """

    measure: str
    above: float
    least: float


@dataclass(frozen=True)
class TraitRule:
    """One row of the catalogue; the comments of catalogue.toml say what each field does.

    Exactly one of ``floor`` and ``ceiling`` is a number. ``systematic`` holds the least 1 sd that is
    believed, uncalibrated and after a six-position calibration, in ``unit``.
    """

    key: str
    title: str
    measure: str
    unit: str
    floor: float | None
    ceiling: float | None
    least_strides: int
    share: ShareRule | None
    needs: tuple[Gate, ...]
    after: str | None
    most_clipped: float
    low_trust: Unproven
    typical: tuple[float, float]
    plausible: tuple[float, float]
    range: tuple[float, float]
    systematic: tuple[float, float]
    source: str

    @property
    def limit(self) -> float:
        """The floor or the ceiling, whichever it is."""
        limit = self.floor if self.floor is not None else self.ceiling
        assert limit is not None, "load_catalogue sees to one of them"
        return limit


@dataclass(frozen=True)
class Catalogue:
    """All traits that can be spoken of, in the order they are judged."""

    version: str
    rules: tuple[TraitRule, ...]

    def __getitem__(self, key: str) -> TraitRule:
        for rule in self.rules:
            if rule.key == key:
                return rule
        raise KeyError(key)


def load_catalogue(path: Path | None = None) -> Catalogue:
    """Read a catalogue and check every row of it.

    Parameters
    ----------
    path : Path, optional
        A catalogue.toml; the one that comes with gait when left out.

    Returns
    -------
    Catalogue

    Raises
    ------
    CatalogueError
        If the file cannot be read, or a field is missing, unknown, of the wrong type or out of bounds;
        the message names the line, the row and the field.
    """
    path = path or OWN_CATALOGUE
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise CatalogueError(f"{path.name}: the catalogue cannot be read ({error.strerror}).") from error
    if len(raw) > LARGEST_CATALOGUE:
        raise CatalogueError(f"{path.name}: {len(raw)} bytes is no catalogue; at most {LARGEST_CATALOGUE}.")
    try:
        text = raw.decode("utf-8")
        table = tomllib.loads(text)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CatalogueError(f"{path.name}: this is not TOML: {error}.") from error
    return _catalogue(table, text, path.name)


def _catalogue(table: Mapping[str, object], text: str, name: str) -> Catalogue:
    version = table.get("version")
    if not isinstance(version, str) or not version:
        raise CatalogueError(f'{name}: a line like version = "1.0" is missing at the top.')
    rules: list[TraitRule] = []
    for key, row in table.items():
        if key == "version":
            continue
        reader = _Row(name, text, key, row)
        rule = reader.rule()
        if rule.after is not None and rule.after not in [r.key for r in rules]:
            reader.refuse("after", f'"{rule.after}" is no trait further up in the file')
        rules.append(rule)
    if not rules:
        raise CatalogueError(f"{name}: no trait in it; a trait is a table like [lean].")
    return Catalogue(version, tuple(rules))


class _Row:
    """One table of the file, read field by field; remembers which fields were asked for."""

    def __init__(self, name: str, text: str, key: str, row: object) -> None:
        self.name, self.text, self.key = name, text, key
        self.asked: set[str] = set()
        if not isinstance(row, dict):
            raise CatalogueError(
                f"{name}, line {self._line(key)}: {key} is no trait; a trait is a table like [lean]."
            )
        self.row = cast("dict[str, object]", row)
        if not re.fullmatch(r"[a-z][a-z0-9_]*", key):
            self.refuse("", "a trait's key has small letters, digits and _ only")

    def rule(self) -> TraitRule:
        measure = self.words("measure")
        floor, ceiling = self.number_or_none("floor"), self.number_or_none("ceiling")
        if (floor is None) == (ceiling is None):
            self.refuse("floor", "give either a floor or a ceiling")
        unit = self.words("unit", empty=True)
        if unit not in UNITS:
            self.refuse("unit", f'"{unit}" is none of {", ".join(UNITS[:-1])} or ""')
        strides = self.number("least_strides")
        if not 1 <= strides <= 1e6 or strides != int(strides):
            self.refuse("least_strides", f"{strides:g} is no whole number from 1 to a million")
        low_trust = self.words("low_trust", "could_not_listen")
        if low_trust not in ("could_not_listen", "not_spoken_of"):
            self.refuse("low_trust", f'"{low_trust}" is neither could_not_listen nor not_spoken_of')
        clipped = self.number("most_clipped", 1.0)
        if not 0 <= clipped <= 1:
            self.refuse("most_clipped", f"{clipped:g} is no share from 0 to 1")
        rule = TraitRule(
            key=self.key,
            title=self.words("title"),
            measure=measure,
            unit=unit,
            floor=floor,
            ceiling=ceiling,
            least_strides=int(strides),
            share=self.share(measure),
            needs=self.gates(),
            after=self.words("after", "") or None,
            most_clipped=clipped,
            low_trust=cast(Unproven, low_trust),
            typical=self.span("typical"),
            plausible=self.span("plausible"),
            range=self.range(),
            systematic=self.systematic(),
            source=self.words("source"),
        )
        if unknown := sorted(set(self.row) - self.asked):
            self.refuse(unknown[0], "this field is not known; " + ", ".join(sorted(self.asked)) + " are")
        if not rule.plausible[0] <= rule.limit <= rule.plausible[1]:
            self.refuse("plausible", f"the bound {rule.limit:g} lies outside of it")
        if not rule.range[0] <= rule.plausible[0] < rule.plausible[1] <= rule.range[1]:
            self.refuse("range", "plausible reaches beyond what the measure can be at all")
        return rule

    def words(self, field: str, default: str | None = None, *, empty: bool = False) -> str:
        """A text that is not empty."""
        value = self._get(field, default)
        if not isinstance(value, str) or (value == "" and default != "" and not empty):
            self.refuse(field, "a text in quotes is expected")
        return value

    def number(self, field: str, default: float | None = None) -> float:
        """A finite number; the field has to be there unless there is a default."""
        return self._finite(field, self._get(field, default))

    def number_or_none(self, field: str) -> float | None:
        """A finite number, or None where the field is left out."""
        value = self._get(field, None)
        return None if value is None else self._finite(field, value)

    def share(self, measure: str) -> ShareRule | None:
        value = self._get("share", {})
        if value == {}:
            return None
        if not isinstance(value, dict) or not {"above", "least"} <= set(value) <= {
            "above",
            "least",
            "measure",
        }:
            self.refuse("share", "expected is { above = number, least = share } and perhaps a measure")
        least = self._finite("share", value["least"])
        if not 0 < least <= 1:
            self.refuse("share", f"least = {least:g} is no share above 0 and up to 1")
        of = value.get("measure", measure)
        if not isinstance(of, str) or not of:
            self.refuse("share", "measure is a text in quotes")
        return ShareRule(of, self._finite("share", value["above"]), least)

    def gates(self) -> tuple[Gate, ...]:
        value = self._get("needs", [])
        if not isinstance(value, list) or any(g not in GATES for g in value):
            self.refuse("needs", f"expected is a list of {', '.join(GATES)}")
        return tuple(value)

    def span(self, field: str) -> tuple[float, float]:
        value = self._get(field, None)
        if not isinstance(value, list) or len(value) != 2:
            self.refuse(field, "expected are two numbers, [low, high]")
        low, high = self._finite(field, value[0]), self._finite(field, value[1])
        if low >= high:
            self.refuse(field, f"{low:g} is not below {high:g}")
        return low, high

    def range(self) -> tuple[float, float]:
        """What the measure can be at all; inf is allowed, and everything where it is left out."""
        value = self._get("range", [-math.inf, math.inf])
        if (
            not isinstance(value, list)
            or len(value) != 2
            or any(isinstance(v, bool) or not isinstance(v, int | float) or math.isnan(v) for v in value)
            or not value[0] < value[1]
        ):
            self.refuse("range", "expected are two numbers, [low, high], inf where there is no end")
        return float(value[0]), float(value[1])

    def systematic(self) -> tuple[float, float]:
        value = self._get("systematic", None)
        if not isinstance(value, dict) or set(value) != {"uncalibrated", "six_position"}:
            self.refuse("systematic", "expected is { uncalibrated = number, six_position = number }")
        plain = self._finite("systematic", value["uncalibrated"])
        fine = self._finite("systematic", value["six_position"])
        if not 0 < fine <= plain:
            self.refuse("systematic", "both are above 0, and calibration does not make it larger")
        return plain, fine

    def refuse(self, field: str, reason: str) -> NoReturn:
        where = f"[{self.key}] {field}".rstrip()
        raise CatalogueError(f"{self.name}, line {self._line(field)}, {where}: {reason}.")

    def _get(self, field: str, default: object) -> object:
        self.asked.add(field)
        return self.row.get(field, default)

    def _finite(self, field: str, value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            self.refuse(field, "a number is expected")
        return float(value)

    def _line(self, field: str) -> int:
        """Line of a field in this row, or of the row itself where it is not written."""
        lines = self.text.splitlines()
        own = rf"\s*\[\s*\"?{re.escape(self.key)}\"?\s*\]|\s*{re.escape(self.key)}\s*="
        start = next((i for i, line in enumerate(lines) if re.match(own, line)), 0)
        for i in range(start + 1, len(lines)):
            if re.match(r"\s*\[", lines[i]):
                break
            if field and re.match(rf"\s*{re.escape(field)}\s*=", lines[i]):
                return i + 1
        return start + 1
