"""``gait traits``: what a page may speak of, and whether a coach's own file says so in order.

Lives here: the flags, and a rule in plain words.
Not here: the grammar of the file (traits/), what a run shows.
"""

from __future__ import annotations

import argparse
import sys
import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

from gait.commands.command import DONE, FAILED, UsageError, a_path, check_parent, tell

if TYPE_CHECKING:
    from gait.traits.rule import Bound, Catalogue, TraitRule

PURPOSE = """\
List the traits a page may speak of: what each rests on, and what has to be there before it is named.
Nothing else is ever said of a run.

The list is a file that can be changed: words, floors, shares, how many strides it takes. A changed one is
checked with --check and used with `gait analyze RUN --catalogue my.toml`.
"""

EPILOG = """\
exit status
  0  listed, written, or checked and in order
  1  the file is not in order; every fault is said with its line
  2  the command was used in a wrong way

examples
  gait traits
  gait traits --write my.toml
  gait traits --check my.toml
"""

#: Width of the list. [characters]
COLUMNS = 88

#: What a gate asks of the recording.
NEEDS = {
    "trunk": "a sensor on the trunk",
    "standing": "5 s of quiet standing",
    "sign": "forward told from backward",
}

#: What is counted, in words.
COUNTED = {
    "strides": "steady strides",
    "starts": "starts out of quiet standing",
    "windows": "parts of the run of half a minute",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags and manual page."""
    parser.description, parser.epilog = PURPOSE, EPILOG
    one = parser.add_mutually_exclusive_group()
    one.add_argument(
        "--check", metavar="FILE", type=a_path, help="say what is wrong with a changed catalogue"
    )
    one.add_argument(
        "--write", metavar="FILE", type=a_path, help="write gait's own catalogue there, to be changed"
    )
    one.add_argument(
        "--catalogue", metavar="FILE", type=a_path, help="list this catalogue instead of gait's own"
    )


def run(args: argparse.Namespace) -> int:
    """Do it."""
    from gait.traits.rules import OWN_CATALOGUE, check_catalogue, load_catalogue

    if args.check is not None:
        catalogue, faults = check_catalogue(args.check)
        for fault in faults:
            print(f"gait: {fault}", file=sys.stderr)
        if catalogue is None:
            return FAILED
        tell(f"{args.check.name}: version {catalogue.version}, {len(catalogue.rules)} traits, all in order.")
        return DONE
    if args.write is not None:
        if args.write.exists():
            raise UsageError(f"{args.write} is there already; give a name that is not.")
        check_parent(args.write)
        args.write.write_bytes(OWN_CATALOGUE.read_bytes())
        tell(f"{args.write}: change it, then: gait traits --check {args.write}")
        return DONE
    tell("\n".join(listing(load_catalogue(args.catalogue))))
    return DONE


def listing(catalogue: Catalogue) -> Iterator[str]:
    """The catalogue in plain words, line by line."""
    yield f"Catalogue {catalogue.version}: {len(catalogue.rules)} traits. A trait is named when it is there, and never missed when it is not."
    for rule in catalogue.rules:
        yield ""
        yield f"{rule.title}  ({rule.key})"
        yield textwrap.fill(
            " ".join(in_words(rule, catalogue)), COLUMNS, initial_indent="  ", subsequent_indent="  "
        )


def in_words(rule: TraitRule, catalogue: Catalogue) -> Iterator[str]:
    """A rule, sentence by sentence."""
    if rule.kind == "run":
        yield "Named when " + "; and ".join(_cleared(bound) for bound in rule.bounds) + "."
        if rule.share is not None:
            of = f"{_name(rule.share.measure)} above {_amount(rule.share.above, _unit(rule, catalogue))}"
            yield f"At least {rule.share.least:.0%} of the strides show it one by one: {of}."
    elif rule.kind == "own":
        yield (
            f"Named when {_name(rule.measure)} surely lies above {rule.of_runs:.0%} of the runner's own earlier runs, of "
            f"which it takes {rule.runs}."
        )
    elif rule.kind == "late":
        within = ", ".join(
            f'"{catalogue[key].title}" within {_amount(margin, catalogue[key].unit)}'
            for key, margin in rule.margins.items()
        )
        yield (
            "Named when the last fifth of the strides is shown to be like the middle two fifths, for a trait that was "
            f"seen: {within}."
        )
    elif rule.kind == "new":
        yield (
            f"Named when a trait is seen in two runs running and was in none of at least {rule.runs} before that could "
            "hear it; once is a first glimpse. What it rests on has to have moved, too."
        )
    else:
        yield f"Named when a trait was seen in at least {rule.of_runs:.0%} of at least {rule.runs} runs that could hear it."
    takes = [f"{rule.least} {COUNTED[rule.counts]}"] if rule.kind in ("run", "own") else []
    takes += [f"{rule.least_minutes:g} minutes of running"] if rule.least_minutes else []
    takes += [NEEDS[gate] for gate in rule.needs]
    takes += [f'"{catalogue[rule.after].title}" to be seen'] if rule.after else []
    if takes:
        yield f"It takes {', '.join(takes)}."


def _cleared(bound: Bound) -> str:
    """What one bound asks for."""
    name, unit = _name(bound.measure), bound.unit
    if bound.floor is not None and bound.ceiling is not None:
        return f"{name} surely lies between {_amount(bound.floor, unit)} and {_amount(bound.ceiling, unit)}"
    if bound.floor is not None:
        return f"{name} surely lies above {_amount(bound.floor, unit)}"
    assert bound.ceiling is not None, "a bound has one of them"
    return f"{name} surely lies below {_amount(bound.ceiling, unit)}"


def _name(measure: str) -> str:
    from gait.report.words import load_words

    name = load_words().say(f"measure.{measure}.name")
    return name[:1].lower() + name[1:]


def _unit(rule: TraitRule, catalogue: Catalogue) -> str:
    """Unit of the measure that the share looks at, where any rule says it."""
    assert rule.share is not None, "asked for rules with a share"
    of = rule.share.measure
    units = {bound.measure: bound.unit for r in catalogue.rules for bound in r.bounds}
    return units.get(of, "ms" if of.endswith("_time") else "")


def _amount(value: float, unit: str) -> str:
    from gait.traits.evidence import UNIT_SIGNS

    return f"{value:g}{UNIT_SIGNS[unit]}"
