"""One row of a catalogue file, checked field by field.

Lives here: the grammar of catalogue.toml, and the line a field stands in (tomllib keeps none).
Not here: the file as a whole (rules.py).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any, NoReturn, cast, get_args

from gait.errors import CatalogueError
from gait.measures.suite import KEYS
from gait.traits.rule import Bound, Counts, Gate, Kind, ShareRule, TraitRule, Unproven

#: Every gate a row may ask for.
GATES: tuple[Gate, ...] = get_args(Gate)

#: Every unit a measure can have.
UNITS = ("deg", "cm", "ms", "spm", "percent", "min", "")

#: Field -> what it counts; a row has one of them.
COUNTED: dict[str, Counts] = {
    "least_strides": "strides",
    "least_starts": "starts",
    "least_windows": "windows",
}

EVERYTHING = (-math.inf, math.inf)


class Row:
    """One table of the file, read field by field; remembers which fields were asked for."""

    def __init__(self, name: str, text: str, key: str, row: object) -> None:
        self.name, self.text, self.key = name, text, key
        self.asked: set[str] = set()
        if not isinstance(row, dict):
            raise CatalogueError(
                f"{name}, line {line_of(text, key)}: {key} is no trait; a trait is a table like [lean]."
            )
        self.row = cast("dict[str, object]", row)
        if not re.fullmatch(r"[a-z][a-z0-9_]*", key):
            self.refuse("", "a trait's key has small letters, digits and _ only")

    def rule(self) -> TraitRule:
        """The whole row."""
        kind = self.words("kind", "run")
        if kind not in get_args(Kind):
            self.refuse("kind", f'"{kind}" is none of {", ".join(get_args(Kind))}')
        common: dict[str, Any] = {
            "key": self.key,
            "title": self.words("title"),
            "kind": cast(Kind, kind),
            "source": self.words("source"),
        }
        if kind in ("run", "own"):
            common |= self.measured(own=kind == "own")
        if kind in ("own", "new", "kept"):
            common["runs"] = int(self.whole("runs"))
        if kind in ("own", "kept"):
            common["of_runs"] = self.part("of_runs")
        if kind == "new":
            common["sure"] = self.part("sure")
        if kind == "late":
            common |= {"least_minutes": self.number("least_minutes"), "margins": self.margins()}
        rule = TraitRule(**common)
        if unknown := sorted(set(self.row) - self.asked):
            self.refuse(unknown[0], "this field is not known; " + ", ".join(sorted(self.asked)) + " are")
        return rule

    def measured(self, *, own: bool) -> dict[str, Any]:
        """Fields of a row that rests on a measure."""
        bound = self.bound("", self.row, own=own)
        counted = [field for field in COUNTED if field in self.row]
        self.asked |= set(COUNTED)
        if len(counted) != 1:
            self.refuse(counted[1] if counted else "least_strides", f"give one of {', '.join(COUNTED)}")
        low_trust = self.words("low_trust", "could_not_listen")
        if low_trust not in get_args(Unproven):
            self.refuse("low_trust", f'"{low_trust}" is neither could_not_listen nor not_spoken_of')
        plausible = self.span("plausible")
        edges = [edge for edge in (bound.floor, bound.ceiling) if edge is not None]
        for edge in edges:
            if not plausible[0] <= edge <= plausible[1]:
                self.refuse("plausible", f"the bound {edge:g} lies outside of it")
        if not bound.range[0] <= plausible[0] < plausible[1] <= bound.range[1]:
            self.refuse("range", "plausible reaches beyond what the measure can be at all")
        return {
            "bound": bound,
            "also": () if own else self.also(),
            "measure": bound.measure,
            "unit": bound.unit,
            "counts": COUNTED[counted[0]],
            "least": int(self.whole(counted[0])),
            "least_minutes": self.number("least_minutes", 0.0),
            "share": None if own else self.share(bound.measure),
            "needs": self.gates(),
            "after": None if own else self.words("after", "") or None,
            "most_clipped": self.part("most_clipped", 1.0, zero=True),
            "low_trust": cast(Unproven, low_trust),
            "typical": self.span("typical"),
            "plausible": plausible,
        }

    def bound(self, field: str, table: Mapping[str, object], *, own: bool = False) -> Bound:
        """A bound out of the row itself, or out of one entry of ``also``."""

        def get(name: str, default: object = None) -> object:
            if not field:
                self.asked.add(name)
            return table.get(name, default)

        measure, unit = get("measure"), get("unit")
        if not isinstance(measure, str) or not measure:
            self.refuse(field or "measure", "a text in quotes is expected" + (" as measure" if field else ""))
        if measure not in KEYS:
            self.refuse(field or "measure", f'"{measure}" is not measured; what is: {", ".join(KEYS)}')
        if unit not in UNITS:
            self.refuse(field or "unit", f'"{unit}" is none of {", ".join(UNITS[:-1])} or ""')
        edges = {} if own else {name: get(name) for name in ("floor", "ceiling")}
        found = {name: self._finite(field or name, v) for name, v in edges.items() if v is not None}
        if not found and not own:
            self.refuse(field or "floor", "give a floor, a ceiling, or both")
        if len(found) == 2 and found["floor"] >= found["ceiling"]:
            self.refuse(
                field or "floor",
                f"the floor {found['floor']:g} is not below the ceiling {found['ceiling']:g}",
            )
        return Bound(
            measure,
            unit,
            found.get("floor"),
            found.get("ceiling"),
            self.systematic(field or "systematic", get("systematic")),
            self.range(field or "range", get("range", list(EVERYTHING))),
        )

    def also(self) -> tuple[Bound, ...]:
        """Further bounds."""
        value = self._get("also", [])
        known = {"measure", "unit", "floor", "ceiling", "systematic", "range"}
        if not isinstance(value, list) or any(not isinstance(v, dict) or not set(v) <= known for v in value):
            self.refuse("also", f"expected is a list of tables with {', '.join(sorted(known))}")
        return tuple(self.bound("also", entry) for entry in value)

    def words(self, field: str, default: str | None = None) -> str:
        """A text that is not empty."""
        value = self._get(field, default)
        if not isinstance(value, str) or (value == "" and default != ""):
            self.refuse(field, "a text in quotes is expected")
        return value

    def number(self, field: str, default: float | None = None) -> float:
        """A finite number of 0 or more; the field has to be there unless there is a default."""
        value = self._finite(field, self._get(field, default))
        if value < 0:
            self.refuse(field, f"{value:g} is below 0")
        return value

    def whole(self, field: str) -> float:
        """A whole number from 1."""
        value = self.number(field)
        if not 1 <= value <= 1e6 or value != int(value):
            self.refuse(field, f"{value:g} is no whole number from 1 to a million")
        return value

    def part(self, field: str, default: float | None = None, *, zero: bool = False) -> float:
        """A share up to 1."""
        value = self.number(field, default)
        if value > 1 or (value == 0 and not zero):
            self.refuse(field, f"{value:g} is no share {'from' if zero else 'above'} 0 to 1")
        return value

    def margins(self) -> dict[str, float]:
        """How far an end may lie from the middle, by trait."""
        value = self._get("margins", None)
        if not isinstance(value, dict) or not value:
            self.refuse("margins", "expected is { trait = number, ... }")
        found = {key: self._finite("margins", number) for key, number in value.items()}
        if any(number <= 0 for number in found.values()):
            self.refuse("margins", "every margin is above 0")
        return found

    def share(self, measure: str) -> ShareRule | None:
        """Strides that have to show it one by one."""
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
        if of not in KEYS:
            self.refuse("share", f'"{of}" is not measured; what is: {", ".join(KEYS)}')
        return ShareRule(of, self._finite("share", value["above"]), least)

    def gates(self) -> tuple[Gate, ...]:
        """What the recording has to hold."""
        value = self._get("needs", [])
        if not isinstance(value, list) or any(g not in GATES for g in value):
            self.refuse("needs", f"expected is a list of {', '.join(GATES)}")
        return tuple(value)

    def span(self, field: str) -> tuple[float, float]:
        """Two numbers, the first below the second."""
        value = self._get(field, None)
        if not isinstance(value, list) or len(value) != 2:
            self.refuse(field, "expected are two numbers, [low, high]")
        low, high = self._finite(field, value[0]), self._finite(field, value[1])
        if low >= high:
            self.refuse(field, f"{low:g} is not below {high:g}")
        return low, high

    def range(self, field: str, value: object) -> tuple[float, float]:
        """What the measure can be at all; inf is allowed, and everything where it is left out."""
        if (
            not isinstance(value, list)
            or len(value) != 2
            or any(isinstance(v, bool) or not isinstance(v, int | float) or math.isnan(v) for v in value)
            or not value[0] < value[1]
        ):
            self.refuse(field, "expected are two numbers, [low, high], inf where there is no end")
        return float(value[0]), float(value[1])

    def systematic(self, field: str, value: object) -> tuple[float, float]:
        """Least uncertainty, without and with a six-position calibration."""
        if not isinstance(value, dict) or set(value) != {"uncalibrated", "six_position"}:
            self.refuse(field, "expected is systematic = { uncalibrated = number, six_position = number }")
        plain = self._finite(field, value["uncalibrated"])
        fine = self._finite(field, value["six_position"])
        if not 0 < fine <= plain:
            self.refuse(field, "both are above 0, and calibration does not make it larger")
        return plain, fine

    def refuse(self, field: str, reason: str) -> NoReturn:
        """Say what is wrong, and where."""
        where = f"[{self.key}] {field}".rstrip()
        raise CatalogueError(f"{self.name}, line {line_of(self.text, self.key, field)}, {where}: {reason}.")

    def _get(self, field: str, default: object) -> object:
        self.asked.add(field)
        return self.row.get(field, default)

    def _finite(self, field: str, value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            self.refuse(field, "a number is expected")
        return float(value)


def line_of(text: str, key: str, field: str = "") -> int:
    """Line of a field in a row, or of the row itself where it is not written.

    A line inside a text of several lines that looks like a field is told from one by leaving such texts out.
    """
    lines = _without_long_texts(text).splitlines()
    own = rf"\s*\[\s*[\"']?{re.escape(key)}[\"']?\s*\]|\s*[\"']?{re.escape(key)}[\"']?\s*="
    start = next((i for i, line in enumerate(lines) if re.match(own, line)), 0)
    for i in range(start + 1, len(lines)):
        if re.match(r"\s*\[[^\[,]*\]\s*(#.*)?$", lines[i]):
            break
        if field and re.match(rf"\s*[\"']?{re.escape(field)}[\"']?\s*=", lines[i]):
            return i + 1
    return start + 1


def _without_long_texts(text: str) -> str:
    """The same lines, with what stands between triple quotes taken out."""
    return re.sub(
        r'"""(?:\\.|[^\\])*?"""|\'\'\'.*?\'\'\'',
        lambda found: '""' + "\n" * found.group().count("\n"),
        text,
        flags=re.DOTALL,
    )
