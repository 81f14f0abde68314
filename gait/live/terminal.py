"""The live view in a terminal.

Lives here: laying the view out in lines of text.
Not here: what is shown (view.py), the page (server.py).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from gait.live.view import ORDER

if TYPE_CHECKING:
    from rich.console import RenderableType

#: Heights of a ribbon's columns.
_BARS = " ▁▂▃▄▅▆▇█"

#: Columns of a ribbon: a second each.
_SECONDS = 60

_HUES = {"cadence": "magenta", "lean": "yellow", "rotation": "cyan"}
_DOTS = {"connected": "green", "replay": "green", "away": "yellow", "silent": "yellow"}


class Terminal:
    """Draws each view over the one before; elsewhere than on a terminal, a line for each new title."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.live import Live

        self._console = Console()
        self._live = Live(console=self._console, auto_refresh=False, screen=self._console.is_terminal)
        self._said = ""

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._console.is_terminal:
            self._live.stop()

    def show(self, said: Mapping[str, Any]) -> None:
        """Draw a view."""
        if self._console.is_terminal:
            self._live.update(layout(said), refresh=True)
        elif (line := f"{said['title']}. {said['line']}".strip()) != self._said:
            self._said = line
            self._console.print(f"{said['clock']}  {line}", markup=False, highlight=False)


def layout(said: Mapping[str, Any]) -> RenderableType:
    """A view as something rich can draw."""
    from rich.columns import Columns
    from rich.console import Group
    from rich.padding import Padding
    from rich.panel import Panel
    from rich.table import Table
    from rich.text import Text

    dot = Text("● ", style=_DOTS.get(said["connection"]["state"], "dim"))
    state = Table.grid(expand=True)
    state.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
    state.add_column(justify="right")
    recording = Text.assemble(
        ("● ", "red" if said["recording"]["on"] else "dim"),
        (said["recording"]["text"], "bold"),
        f" {said['clock']}  ",
        (said["recording"]["file"], "dim"),
    )
    state.add_row(
        Text.assemble(dot, (said["connection"]["text"], "bold"), "  ", (said["connection"]["sensor"], "dim")),
        recording,
    )
    numbers = Table.grid(expand=True, padding=(0, 2))
    for _ in ORDER:
        numbers.add_column(ratio=1)
    now = said["now"]
    numbers.add_row(*(Text(now[key]["label"], style=_HUES[key]) for key in ORDER))
    numbers.add_row(*(Text(f"{now[key]['shown']} {now[key]['word']}", style="bold") for key in ORDER))
    numbers.add_row(
        *(
            Text("  ".join(x for x in (now[key]["band"], now[key].get("known", "")) if x), style="dim")
            for key in ORDER
        )
    )
    ribbons = [
        Text.assemble((f"{now[key]['label']:<6}", _HUES[key]), " ", (ribbon(said["minute"], key), _HUES[key]))
        for key in ("lean", "rotation")
    ]
    line = Text.assemble((said["title"], "bold"), "  ", said["line"])
    if said["progress"] is not None:
        done = round(20 * said["progress"])
        line.append("\n" + "█" * done + "░" * (20 - done))
    parts: list[RenderableType] = [state, Padding(numbers, (1, 0)), *ribbons, Padding(line, (1, 0, 0, 0))]
    parts += [Text(known, style="dim") for known in said["known"]]
    if said["traits"]:
        parts.append(Padding(Columns([Panel.fit(trait["title"]) for trait in said["traits"]]), (1, 0, 0, 0)))
    return Panel(Group(*parts), title="gait live", subtitle="Ctrl-C ends the run", padding=(1, 2))


def ribbon(minute: Mapping[str, Sequence[float | None]], key: str) -> str:
    """A minute of one quantity, a column a second, newest last."""
    pairs = [
        (a, v) for a, v in zip(minute["ago"], minute[key], strict=True) if a is not None and v is not None
    ]
    if not pairs:
        return ""
    values = sorted(v for _, v in pairs)
    low, high = values[len(values) // 20], values[-1 - len(values) // 20]
    reach = max(high - low, 4.0)
    middle = 0.5 * (low + high)
    columns: list[list[float]] = [[] for _ in range(_SECONDS)]
    for ago, value in pairs:
        if 0 <= ago < _SECONDS:
            columns[_SECONDS - 1 - math.floor(ago)].append(value)
    top = len(_BARS) - 1
    return "".join(
        _BARS[min(top, max(1, round(1 + (top - 1) * (sum(c) / len(c) - middle + reach / 2) / reach)))]
        if c
        else " "
        for c in columns
    )
