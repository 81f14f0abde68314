"""What the strides of a live run add up to, one after the other.

Lives here: Ledger, which keeps a row of numbers of every settled stride, and the traits that became clear in them.
Not here: finding strides (pipeline.py), the evidence rule (traits/).

A trait is about the run so far, and the window has forgotten most of it. To analyse the growing capture anew each
minute would be exact and cost seconds and hundreds of megabytes late in a long run. So what every measure says of a
stride is kept when the stride is settled, 180 bytes of it, and the rule is held against all rows: same functions,
same thresholds, a few milliseconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from gait.analysis import Analysis
from gait.bouts import SHORTEST_PAUSE
from gait.measures import pairing, rhythm, togetherness
from gait.measures.measure import Measures, measured, nothing
from gait.rotations import Floats
from gait.strides import Strides
from gait.torso import Cycles
from gait.traits.rules import Catalogue, load_catalogue
from gait.traits.trait import Trait, judge

#: Rows are kept in blocks of this many. [strides]  Chosen: 12 minutes; memory grows by 200 kB at a time.
BLOCK = 1024

#: A stride that begins this much before the last one ended is the same one again. [s]
#: Chosen: a quarter of the shortest stride; from window to window contacts move by a millisecond.
OVERLAP_S = 0.1

#: The rule is asked this often. [s]  Chosen: a dozen strides later.
ASK_EVERY_S = 5.0

#: A trait is told once it was clear at every asking for so long. [s]  Chosen: the rule allows a false claim in 1 % of
#: runs when it is asked once; asked every 5 s it would find its one lucky moment sooner or later.
CLEAR_FOR_S = 30.0

OF_THE_WHOLE = "It is told of a whole run, when it has ended."

_TIMES = ("start", "middle", "stop", "toe_off_first", "toe_off_second")
_SIDES = ("", "left", "right", "A", "B")


@dataclass(frozen=True)
class Told:
    """A trait that became clear, and when. [s]"""

    trait: Trait
    since_s: float


class Ledger:
    """Remembers every settled stride of a live run, each once.

    Parameters
    ----------
    catalogue : Catalogue, optional
    """

    def __init__(self, catalogue: Catalogue | None = None) -> None:
        self._catalogue = catalogue or load_catalogue()
        self._keys: tuple[str, ...] = ()
        self._blocks: list[Floats] = []
        self._count = 0
        self._latest: Analysis | None = None
        self._clipped = 0.0
        self._looks = 0
        self._asked = -np.inf
        self._clear_since: dict[str, float] = {}
        self._told: dict[str, Told] = {}

    def __len__(self) -> int:
        return self._count

    @property
    def last_start(self) -> float | None:
        """When the last stride opened. [s]."""
        return float(self._row(self._count - 1)[0]) if self._count else None

    def take(self, found: Analysis) -> int:
        """Keep the strides of a window that are settled and new; how many there were.

        Parameters
        ----------
        found : Analysis
            Of a trailing window, with its waveforms.
        """
        strides = found.measures.strides
        if found.view is None or found.settled is None or not strides.regular.any():
            return 0
        self._latest = found
        self._looks += 1
        self._clipped += found.quality.clipped_share
        if not self._keys:
            self._keys = tuple(key for key, m in found.measures.items() if len(m.per_stride))
        t0, t1 = found.settled
        after = float(self._row(self._count - 1)[2]) - OVERLAP_S if self._count else -np.inf
        new = np.flatnonzero((strides.start >= max(t0, after)) & (strides.stop <= t1))
        if len(new) == 0:
            return 0
        phase = togetherness.turn_phase(found.view)
        columns = [getattr(strides, name) for name in _TIMES]
        columns += [np.array([_SIDES.index(str(s)) for s in strides.side]), phase, strides.regular]
        columns += [found.measures[key].per_stride for key in self._keys]
        for row in np.stack([np.asarray(c, float)[new] for c in columns], axis=1):
            self._append(row)
        return len(new)

    def rows(self, since_s: float = -np.inf) -> dict[str, Floats]:
        """Columns by name of the strides that opened at or after a time: "start" to "regular", and each measure's."""
        table = self._table()
        table = table[np.searchsorted(table[:, 0], since_s) :] if len(table) else table
        names = (*_TIMES, "side", "phase", "regular", *self._keys)
        return {name: table[:, i] for i, name in enumerate(names)} if self._count else {}

    def measures(self) -> Measures | None:
        """Every measure over the run so far, None before the first stride."""
        if self._latest is None or self._latest.view is None or not self._count:
            return None
        rows = self.rows()
        strides = self._strides(rows)
        again = Cycles(strides, {}, rows["step_regularity"], rows["stride_regularity"])
        view = replace(self._latest.view, strides=strides, cycles=again)
        by_key = {}
        for key, m in self._latest.measures.items():
            if key == "step_likeness":
                by_key[key] = pairing.step_likeness(view)
            elif key not in self._keys:
                # Starts, parts of the run and its end are told when the run is looked at whole.
                by_key[key] = nothing(key, m.unit, np.zeros(0), (OF_THE_WHOLE,))
            elif key == "stride_time_cv":
                by_key[key] = rhythm.stride_time_cv(view)
            elif key == "togetherness":
                by_key[key] = togetherness.of_phase(rows["phase"], rows["rotation"], view)
            else:
                by_key[key] = measured(
                    key,
                    m.unit,
                    rows[key],
                    strides.regular,
                    systematic=m.systematic,
                    column=m.column,
                    trust=m.trust if m.value is not None else 0.0,
                    why=tuple(w for w in m.why if not w.startswith("Too few strides")),
                )
        return Measures(strides, by_key, {})

    def traits(self, now_s: float) -> Mapping[str, Told]:
        """Traits that became clear in the run so far, by key, in the order in which they did.

        One that is told stays: only evidence for the contrary, a bound that has crossed to the other side, takes it
        back, and that is no noise.
        """
        if now_s - self._asked < ASK_EVERY_S or self._latest is None:
            return self._told
        self._asked = now_s
        measures = self.measures()
        if measures is None:
            return self._told
        quality = replace(self._latest.quality, clipped_share=self._clipped / self._looks)
        for trait in judge(
            measures, self._latest.mounting, quality, self._catalogue, six_position=self._latest.six_position
        ):
            key = trait.rule.key
            if trait.state == "seen":
                since = self._clear_since.setdefault(key, now_s)
                if key in self._told:
                    self._told[key] = replace(self._told[key], trait=trait)
                elif now_s - since >= CLEAR_FOR_S:
                    self._told[key] = Told(trait, now_s)
            else:
                self._clear_since.pop(key, None)
                if _contrary(trait):
                    self._told.pop(key, None)
        return self._told

    # ------------------------------------------------------------ rows

    def _append(self, row: Floats) -> None:
        at = self._count % BLOCK
        if at == 0:
            self._blocks.append(np.empty((BLOCK, len(row))))
        self._blocks[-1][at] = row
        self._count += 1

    def _row(self, i: int) -> Floats:
        return np.asarray(self._blocks[i // BLOCK][i % BLOCK])

    def _table(self) -> Floats:
        if not self._blocks:
            return np.empty((0, 0))
        whole = np.concatenate(self._blocks) if len(self._blocks) > 1 else self._blocks[0]
        return np.asarray(whole[: self._count])

    @staticmethod
    def _strides(rows: Mapping[str, Floats]) -> Strides:
        pause = np.concatenate([[False], rows["start"][1:] - rows["stop"][:-1] > SHORTEST_PAUSE])
        return Strides(
            **{name: rows[name] for name in _TIMES},
            side=np.array(_SIDES)[rows["side"].astype(int)],
            bout=np.cumsum(pause).astype(np.intp),
            regular=rows["regular"] > 0.5,
        )


def _contrary(trait: Trait) -> bool:
    """Whether the evidence speaks against what was told before."""
    return any(
        (e.floor is not None and e.high is not None and e.high < e.floor)
        or (e.ceiling is not None and e.low is not None and e.low > e.ceiling)
        for e in (trait.evidence, *trait.also)
    )
