"""What the traits claim over many runs whose truth is known: false claims, and what is found.

    python -m tests.accuracy.study [--seeds 1000] [--first 0] [--quick] [--keep FILE] [--histories 1000]

Runs are simulated whole, one for all traits, and analysed as any recording; each is kept as its summary, so that another
catalogue is tried on the same runs without simulating them again (--keep FILE, then --catalogue FILE). Floors and rules
were set on the even seeds; the odd ones are reported.

Lives here: the counts and their tables. One process; a thousand runs take about twenty minutes of a core.
Not here: the runs (study_runs.py), histories of many runs (study_histories.py).
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gait.traits.evidence import Evidence
from gait.traits.rule import Bound, Catalogue
from gait.traits.rules import load_catalogue
from gait.traits.trait import Trait, judge_heard
from tests.accuracy.study_histories import history_table
from tests.accuracy.study_runs import TRAITS, Run, length_of, make_run

#: Of the runs in which a trait is absent, at most so many may claim it; of those that clear twice, so many find it.
#: Source: the acceptance of the traits.
MOST_FALSE, LEAST_FOUND = 4, 0.95

#: Longer running than this is simulated after the short runs, which carry most traits. [s]
LONG = 900.0

#: Runs of the quick version.  Chosen: three minutes of a core.
QUICK = 120


@dataclass(frozen=True)
class Outcome:
    """One trait in one run.

    Attributes
    ----------
    key, state : str
    absent : bool
        Some bound is truly missed by the level drawn: the trait is not there.
    below : bool
        Some bound is truly missed, be it by a hair.
    beyond_u, beyond_bound : bool
        All bounds are truly cleared by twice the total standard uncertainty; by twice the bound's own half width.
    """

    key: str
    state: str
    absent: bool
    below: bool
    beyond_u: bool
    beyond_bound: bool


def outcomes(run: Run, catalogue: Catalogue) -> list[Outcome]:
    """What the catalogue makes of a run, beside the truth."""
    out: list[Outcome] = []
    for trait in judge_heard(run.heard, catalogue):
        key = trait.rule.key
        if key not in TRAITS:
            continue
        if key == "settle":
            out.append(_settle(run, trait))
        elif key == "late":
            out += _late(run, trait)
        else:
            out.append(_bounds(run, trait))
    # What rests on another trait cannot be found without it.
    by_key = {o.key: o for o in out}
    for rule in catalogue.rules:
        if rule.after in by_key and rule.key in by_key:
            first, one = by_key[rule.after], by_key[rule.key]
            out[out.index(one)] = replace(
                one,
                beyond_u=one.beyond_u and first.beyond_u,
                beyond_bound=one.beyond_bound and first.beyond_bound,
            )
    return out


def _bounds(run: Run, trait: Trait) -> Outcome:
    """A trait whose truth is that of its bounds."""
    pairs = list(zip(trait.rule.bounds, (trait.evidence, *trait.also), strict=True))
    below = any(_margin(bound, run.truth) < 0 for bound, _ in pairs) or _share_missed(run, trait)
    absent = run.levels[trait.rule.key] == "absent" and below
    far = [_far(bound, evidence, run.truth) for bound, evidence in pairs]
    clear = not below and run.levels[trait.rule.key] != "absent"
    return Outcome(
        trait.rule.key,
        trait.state,
        absent,
        below,
        clear and all(u >= 2.0 for u, _ in far),
        clear and all(b >= 2.0 for _, b in far),
    )


def _share_missed(run: Run, trait: Trait) -> bool:
    """Whether truly fewer strides show it one by one than the rule asks for."""
    share = {"lean": "lean_share", "turn": "turn_share", "spring": "flight_share"}.get(trait.rule.key)
    return (
        share is not None
        and trait.rule.share is not None
        and run.truth.get(share, 0.0) < trait.rule.share.least
    )


def _margin(bound: Bound, truth: dict[str, float]) -> float:
    """How far the truth clears a bound; 0 where the study has no truth of it."""
    if bound.measure not in truth:
        return 0.0
    value = truth[bound.measure]
    over = [] if bound.floor is None else [value - bound.floor]
    over += [] if bound.ceiling is None else [bound.ceiling - value]
    return min(over)


def _far(bound: Bound, evidence: Evidence, truth: dict[str, float]) -> tuple[float, float]:
    """By how many total standard uncertainties, and by how many half widths, the truth clears a bound."""
    if bound.measure not in truth or evidence.value is None or evidence.low is None or evidence.high is None:
        # Without a truth of its own (the lateral share, the drop of settling) what was read stands for it.
        return (9.0, 9.0) if evidence.low is None or bound.floor is None else _read(bound, evidence)
    width = max(evidence.value - evidence.low, evidence.high - evidence.value)
    margin = _margin(bound, truth)
    return margin / (width / 1.645), margin / width


def _read(bound: Bound, evidence: Evidence) -> tuple[float, float]:
    assert evidence.value is not None
    assert evidence.low is not None
    assert bound.floor is not None
    width = evidence.value - evidence.low
    return (evidence.value - bound.floor) / (width / 1.645), (evidence.value - bound.floor) / width


def _settle(run: Run, trait: Trait) -> Outcome:
    """Settling is as it was drawn: not at all, a little, clearly; how far it clears its floor has no truth but its reading."""
    by = run.made["settle_by"]
    # What settles is the turn and the roll: they have to be there, and to stay.
    moves = run.levels["turn"] == "clear" or run.levels["shift"] == "clear"
    clear = by >= 0.5 and moves and run.made["fade_by"] == 0.0
    u, bound = _far(trait.rule.bounds[0], trait.evidence, run.truth)
    return Outcome("settle", trait.state, by == 0.0, by == 0.0, clear and u >= 2.0, clear and bound >= 2.0)


def _late(run: Run, trait: Trait) -> Iterator[Outcome]:
    """One outcome for each trait that was looked at."""
    for about, evidence in zip(trait.about, trait.also, strict=False):
        margin = trait.rule.margins[about.key]
        true = abs(run.truth[evidence.measure])
        assert evidence.value is not None
        assert evidence.low is not None
        width = evidence.value - evidence.low
        yield Outcome(
            "late",
            "seen" if about.seen else "not_spoken_of",
            true > 1.25 * margin,
            true > margin,
            margin - true >= 2 * width / 1.645,
            margin - true >= 2 * width,
        )


def table(runs: Sequence[Run], catalogue: Catalogue) -> str:
    """False claims and what was found, by trait."""
    heads = [
        "trait", "runs that could hear it", "absent", "claimed falsely", "below its floor by a hair", "claimed",
        "clear by twice u", "found", "clear by twice the bound", "found",
    ]  # fmt: skip
    every = [o for run in runs for o in outcomes(run, catalogue)]
    rows = []
    for key in TRAITS:
        mine = [o for o in every if o.key == key and o.state != "could_not_listen"]
        absent = [o for o in mine if o.absent]
        hair = [o for o in mine if o.below and not o.absent]
        u, bound = [o for o in mine if o.beyond_u], [o for o in mine if o.beyond_bound]
        rows.append([
            key, len(mine), len(absent), _claimed(absent), len(hair), _claimed(hair), len(u), _found(u), len(bound), _found(bound),
        ])  # fmt: skip
    lines = ["| " + " | ".join(map(str, row)) + " |" for row in [heads, ["---"] * len(heads), *rows]]
    return "\n".join(lines)


def _claimed(some: Sequence[Outcome]) -> str:
    return str(sum(o.state == "seen" for o in some))


def _found(some: Sequence[Outcome]) -> str:
    return f"{100.0 * sum(o.state == 'seen' for o in some) / len(some):.1f} %" if some else "-"


def read_runs(path: Path) -> list[Run]:
    """Runs that were kept."""
    with path.open(encoding="utf-8") as lines:
        return [Run.from_dict(json.loads(line)) for line in lines]


def make_runs(seeds: Iterable[int], path: Path | None, minutes: float = math.inf) -> list[Run]:
    """Simulate runs, and keep each as it comes; short ones first, until the time is over."""
    runs: list[Run] = []
    began = time.monotonic()
    seeds = sorted(seeds, key=lambda seed: (length_of(seed) >= LONG, seed))
    with path.open("a", encoding="utf-8") if path is not None else open("/dev/null", "w") as out:  # noqa: PTH123
        for n, seed in enumerate(seeds, 1):
            if time.monotonic() - began > 60.0 * minutes:
                break
            run = make_run(seed)
            out.write(json.dumps(run.as_dict()) + "\n")
            runs.append(run)
            if n % 50 == 0:
                print(f"{n} runs, {(time.monotonic() - began) / 60:.1f} min", file=sys.stderr, flush=True)
    return runs


def main() -> int:
    """Make or read runs, and print the tables."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.accuracy.study", description=(__doc__ or "").split("\n", 1)[0]
    )
    parser.add_argument("--seeds", type=int, default=1000, metavar="N", help="how many runs [1000]")
    parser.add_argument("--first", type=int, default=0, metavar="SEED", help="the first of them [0]")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} runs and fewer histories, in minutes")
    parser.add_argument(
        "--minutes", type=float, default=math.inf, metavar="M", help="simulate no longer [no end]"
    )
    parser.add_argument(
        "--keep", type=Path, metavar="FILE", help="keep the runs there, and use those that are"
    )
    parser.add_argument("--catalogue", type=Path, metavar="FILE", help="judge by this catalogue")
    parser.add_argument(
        "--histories", type=int, default=1000, metavar="N", help="histories of 20 runs [1000]"
    )
    parser.add_argument(
        "--set", choices=("tuned", "held-out", "all"), default="all", help="even or odd seeds [both]"
    )
    args = parser.parse_args()
    seeds = range(args.first, args.first + (QUICK if args.quick else args.seeds))
    kept = read_runs(args.keep) if args.keep is not None and args.keep.exists() else []
    there = {run.seed for run in kept}
    runs = [r for r in kept if r.seed in seeds] + make_runs(
        (s for s in seeds if s not in there), args.keep, args.minutes
    )
    catalogue = load_catalogue(args.catalogue)
    print(f"Catalogue {catalogue.version}, {len(runs)} runs.")
    for half, title in (("tuned", "Even seeds, on which rules were set"), ("held-out", "Odd seeds")):
        mine = [run for run in runs if run.seed % 2 == (half == "held-out")]
        if args.set in (half, "all") and mine:
            print(f"\n## {title}, {len(mine)} runs\n\n{table(mine, catalogue)}")
    if args.set == "all":
        print(f"\n## All, {len(runs)} runs\n\n{table(runs, catalogue)}")
    histories = min(args.histories, 100) if args.quick else args.histories
    print(
        f"\n## Histories of 20 runs of a runner in whom nothing changes\n\n{history_table(catalogue, histories)}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
