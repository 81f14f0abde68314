"""The words of one language, and the words that are never used.

Lives here: reading words_<language>.toml, filling in its sentences, writing numbers, the lint.
Not here: which sentence is said (narrative.py).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from pathlib import Path

#: A round number of strides that is on the list of what is never said (it is a cadence people are told to
#: run at); its neighbours five away are said instead.
NOT_SAID = 180


@dataclass(frozen=True)
class Words:
    """All sentences of one language by dotted key, e.g. "lean.upper.headline".

    Attributes
    ----------
    text : mapping
        Templates by dotted key.
    forbidden, allowed : tuple of str
        What a runner's part never says, and phrases that are let through as a whole.
    endings : str
        Endings a forbidden word may have and still be one, as alternatives of a regular expression.
    numbers : bool
        Whether the runner's part tells numbers. In words-only mode it does not, and where a key has a twin
        that ends in "_words", that is said instead.
    """

    text: Mapping[str, str]
    forbidden: tuple[str, ...]
    allowed: tuple[str, ...]
    endings: str
    numbers: bool = True

    @property
    def language(self) -> str:
        """Language tag, e.g. "en"."""
        return self.text["language.code"]

    def say(self, key: str, **values: object) -> str:
        """The sentence of a key, filled in."""
        twin = f"{key}_words"
        return self.text[twin if not self.numbers and twin in self.text else key].format(**values)

    def trait(self, key: str, place: str, slot: str, **values: object) -> str:
        """A trait's sentence for where the sensor was worn, or the one for anywhere."""
        by_place = f"{key}.{place}.{slot}"
        return self.say(by_place if by_place in self.text else f"{key}.any.{slot}", **values)

    def knows(self, key: str, slot: str = "title") -> bool:
        """Whether there are words for a trait."""
        return any(f"{key}.{place}.{slot}" in self.text for place in ("any", "upper"))

    def listed(self, names: Iterable[str]) -> str:
        """Names one after the other."""
        return self.text["story.list"].join(names)

    def measure(self, key: str, slot: str = "name") -> str:
        """A measure's name or definition ("says"); a name that is not known is its key, a definition ""."""
        if f"measure.{key}.{slot}" in self.text:
            return self.say(f"measure.{key}.{slot}")
        if key.startswith("late_"):
            return self.say(f"measure.late.{slot}", name=self.measure(key.removeprefix("late_")))
        return key if slot == "name" else ""

    def number(self, value: float, decimals: int = 0) -> str:
        """A number as this language writes it."""
        plain = f"{value:,.{decimals}f}"
        swap = {",": self.text["language.thousands"], ".": self.text["language.point"]}
        text = "".join(swap.get(c, c) for c in plain).replace("-", "\N{MINUS SIGN}")
        return text.lstrip("\N{MINUS SIGN}") if not text.strip("\N{MINUS SIGN}0.,") else text

    def amount(self, value: float, unit: str, decimals: int = 0) -> str:
        """A number with its unit."""
        return self.say(f"unit.{unit or 'none'}", n=self.number(value, decimals))

    def day(self, when: date) -> str:
        """A day as this language writes it."""
        return self.say("language.day", day=when.day, month=self.say(f"month.m{when.month}"), year=when.year)

    def duration(self, seconds: float) -> str:
        """How long, in words: seconds up to two minutes, half minutes to ten, then minutes.

        Below 20 s it is exact to the second, beyond it says "about".
        """
        if seconds < 19.5:
            n = max(1, round(seconds))
            return self.say("duration.second" if n == 1 else "duration.seconds", n=n)
        fives = 5 * round(seconds / 5)
        if fives < 120:
            return self.about(self.say("duration.seconds", n=fives))
        if seconds < 585:
            halves = round(seconds / 30)
            key = "duration.half_minutes" if halves % 2 else "duration.minutes"
            return self.about(self.say(key, n=halves // 2))
        minutes = round(seconds / 60)
        if minutes < 100:
            return self.about(self.say("duration.minutes", n=minutes))
        hours, minutes = divmod(5 * round(seconds / 300), 60)
        key = "duration.hours" if minutes else "duration.whole_hours"
        return self.about(self.say(key, h=hours, m=minutes))

    def count(self, n: int) -> str:
        """How many: exact below 20; beyond, about so many tens up to 300, fifties up to 1000, then hundreds."""
        if n < 20:
            return self.number(n)
        step = 10 if n <= 300 else 50 if n <= 1000 else 100
        near = round(n / step) * step
        if near == NOT_SAID:
            near += -5 if n < NOT_SAID else 5
        return self.about(self.number(near))

    def about(self, what: str) -> str:
        """An amount that is rounded."""
        return self.say("about", what=what)

    def forbidden_in(self, text: str) -> list[str]:
        """The forbidden words found in a text, empty when it is clean."""
        for phrase in self.allowed:
            text = re.sub(re.escape(phrase), " ", text, flags=re.IGNORECASE)
        return [m.group(0) for m in self._forbidden.finditer(text)]

    @cached_property
    def _forbidden(self) -> re.Pattern[str]:
        words = "|".join(re.escape(w).replace(r"\ ", r"\s+") for w in self.forbidden)
        return re.compile(rf"\b(?:{words})(?:{self.endings})?\b", re.IGNORECASE)


def languages() -> tuple[str, ...]:
    """Tags of the languages that come with gait, English first."""
    found = sorted(p.stem.removeprefix("words_") for p in Path(__file__).parent.glob("words_*.toml"))
    return ("en", *(tag for tag in found if tag != "en"))


@cache
def load_words(language: str = "en", *, numbers: bool = True) -> Words:
    """The words of a language that comes with gait.

    Parameters
    ----------
    language : str
        One of ``languages()``.
    numbers : bool
        False for words-only mode.
    """
    path = Path(__file__).with_name(f"words_{language}.toml")
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    lint = table.pop("lint")
    text = dict(_flat(table, ""))
    return Words(text, tuple(lint["forbidden"]), tuple(lint["allowed"]), lint["endings"], numbers)


def _flat(table: Mapping[str, object], prefix: str) -> list[tuple[str, str]]:
    """Nested tables as pairs of dotted key and text."""
    pairs: list[tuple[str, str]] = []
    for key, value in table.items():
        if isinstance(value, dict):
            pairs += _flat(value, f"{prefix}{key}.")
        else:
            pairs.append((prefix + key, str(value)))
    return pairs
