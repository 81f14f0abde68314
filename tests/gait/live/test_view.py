"""What is said: every phase in clean words, numbers that stand still, plain data."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

import gait.live
from gait.facing import Mounting
from gait.live.listening import Band, Look, Phase
from gait.live.session import Connection, Happened, State
from gait.live.stage import Doing, Finished, Scene
from gait.live.terminal import layout, ribbon
from gait.live.view import View
from gait.report.words import load_words
from tests.gait.live.made import listened

PAGE = Path(next(iter(gait.live.__path__))) / "page"


def texts(value: object) -> list[str]:
    """Every sentence in plain data."""
    if isinstance(value, dict):
        return [t for v in value.values() for t in texts(v)]
    if isinstance(value, list):
        return [t for v in value for t in texts(v)]
    return [value] if isinstance(value, str) else []


def scenes() -> list[Scene]:
    """All there can be, more or less."""
    mounting = Mounting(np.array([1.0, 0.0, 0.0, 0.0]), (0.0, 6.0), 4.0, True, "sternum")
    vague = replace(mounting, standing=None, sign_known=False, placement="unknown")
    bands = {"cadence": Band(179.8, 176.0, 183.0, 0.4, 14), "lean": Band(-1.2, -2.0, 0.3, 1.1, 14)}
    looks: list[Look | None] = [None]
    for phase in get_args(Phase):
        for m in (mounting, vague, None):
            looks.append(Look(12.0, phase, 3.0, m, m is not None, now=bands if m else {}))
    looks.append(Look(12.0, "running", not_trunk="x", mounting=mounting))
    looks.append(Look(12.0, "running", clipped_share=0.2, mounting=mounting))
    happened = tuple(Happened(1.0, key, {"away": 3}) for key in ("unplugged", "plugged", "reset", "damaged"))
    out = []
    for look in looks:
        for connection in get_args(Connection):
            state = State(look, 12.0, connection, "MPU-6050", "a.gaitcap")
            out += [
                Scene(
                    1,
                    doing,
                    state,
                    Finished(b"", "It was\nthere.\n\nHeard in 90.") if doing == "finished" else None,
                )
                for doing in get_args(Doing)
            ]
            out += [Scene(1, "running", replace(state, happened=(h,))) for h in happened]
    return [*out, *(Scene(0, doing, None) for doing in get_args(Doing))]


def test_everything_that_can_be_said_is_plain_data_in_clean_words() -> None:
    words, view = load_words(), View()
    for scene in scenes():
        said = view.say(scene)
        assert json.loads(json.dumps(said, allow_nan=False)) == said
        said["recording"]["file"] = ""
        for text in texts(said):
            assert words.forbidden_in(text) == [], text
        assert said["title"]


def test_the_page_itself_has_clean_words() -> None:
    words = load_words()
    for path in PAGE.glob("*.*"):
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".html":
            text = re.sub(r"<[^>]*>", " ", re.sub(r'(?:aria-label|title)="([^"]*)"', r">\1<", text))
        elif path.suffix == ".js":
            text = " ".join(
                re.findall(r'"([^"\n]*)"|`([^`]*)`', text)[i][j]
                for i in range(len(re.findall(r'"([^"\n]*)"|`([^`]*)`', text)))
                for j in (0, 1)
            )
            text = re.sub(r"\$\{[^}]*\}", " ", text)
        else:
            continue
        assert words.forbidden_in(text) == [], path.name


def test_the_page_fetches_nothing_from_elsewhere() -> None:
    for path in PAGE.glob("*.*"):
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?://|//cdn|@import|url\((?!#)", text), path.name


def test_a_number_between_two_does_not_flicker() -> None:
    view, shown = View(), []
    for value in (6.2, 6.45, 6.55, 6.6, 6.4, 6.55, 6.7, 6.6, 6.45, 6.36, 6.34, 6.3):
        look = Look(1.0, "running", now={"lean": Band(value, 5.0, 7.0, 1.0, 14)})
        shown.append(view.say(Scene(1, "running", State(look, 1.0, "connected", "")))["now"]["lean"]["shown"])
    assert shown == ["6°"] * 6 + ["7°"] * 4 + ["6°"] * 2
    look = Look(1.0, "running", now={"lean": Band(6.55, 5.0, 7.0, 1.0, 14)})
    assert View().say(Scene(1, "running", State(look, 1.0, "connected", "")))["now"]["lean"]["shown"] == "7°"


@pytest.mark.parametrize(
    ("value", "shown", "word"), [(4.2, "4°", "forward"), (-2.2, "2°", "back"), (0.1, "0°", "upright")]
)
def test_lean_has_a_direction_in_words(value: float, shown: str, word: str) -> None:
    look = Look(1.0, "running", now={"lean": Band(value, value - 1, value + 1, 1.0, 14)})
    said = View().say(Scene(1, "running", State(look, 1.0, "connected", "")))["now"]["lean"]
    assert (said["shown"], said["word"]) == (shown, word)


def test_what_happened_is_said_for_a_while_and_then_the_run_again() -> None:
    look = Look(1.0, "running")
    state = State(look, 20.0, "connected", "", happened=(Happened(15.0, "plugged", {"away": 4}),))
    view = View()
    assert "back after 4 s" in view.say(Scene(1, "running", state))["line"]
    assert view.say(Scene(1, "running", replace(state, passed_s=60.0)))["line"] == ""
    assert view.say(Scene(1, "running", replace(state, connection="away")))["phase"] == "away"


def test_the_terminal_shows_what_the_page_shows() -> None:
    from rich.console import Console

    _, looks = listened()
    said = View().say(Scene(1, "running", State(looks[-1], 60.0, "connected", "MPU-6050", "a.gaitcap")))
    console = Console(width=100, record=True, file=io.StringIO())
    console.print(layout(said))
    text = console.export_text()
    for wanted in (
        "Sensor connected",
        "Recording",
        "Steps a minute",
        said["now"]["lean"]["shown"],
        "a.gaitcap",
        "Turn",
    ):
        assert wanted in text, wanted
    drawn = ribbon(said["minute"], "lean")
    assert len(drawn) == 60
    assert len(drawn.strip()) > 40
    assert set(drawn) <= set(" ▁▂▃▄▅▆▇█")
    assert ribbon({"ago": [], "lean": []}, "lean") == ""
