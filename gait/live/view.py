"""What there is to show, in words and numbers: one mapping for the page, the terminal and other programs alike.

Lives here: View, which says a Scene; the steadiness of the numbers shown. Remembers what it showed last.
Not here: what is there (listening.py), the sentences (report/words_<language>.toml), how it looks (page/, terminal.py).
"""

from __future__ import annotations

import math
from pathlib import PurePath
from typing import Any

import numpy as np

from gait.live.listening import MOTION_HZ, NO_AXIS_DEG, STAND_S, Band, Look
from gait.live.session import State
from gait.live.stage import Scene
from gait.report.telling import PLACES
from gait.report.words import NOT_SAID, load_words
from gait.rotations import Floats

#: Name and version of the mapping.
SCHEMA = "gait.live/1"

#: A number shown moves when it is this far from what is shown. [units]  Chosen: a value that lingers half-way between
#: two whole numbers would flicker at 0.5.
MOVES = 0.65

#: Clipping beyond this is said. [share of the running]  Chosen: one landing in fifty.
CLIPPED = 0.02

#: Things that happened are said for so long. [s]  Chosen: long enough to look up from the treadmill.
SAID_FOR_S = 30.0


class View:
    """Says scenes.

    Parameters
    ----------
    language : str
    """

    def __init__(self, language: str = "en") -> None:
        self._words = load_words(language)
        self._shown: dict[str, int] = {}
        self._run = -1

    def say(self, scene: Scene) -> dict[str, Any]:
        """A scene as plain data; the layout is in docs/live_inside.md."""
        if scene.number != self._run:
            self._run, self._shown = scene.number, {}
        state, look = scene.state, scene.state.look if scene.state else None
        phase = _phase(scene)
        return {
            "schema": SCHEMA,
            "run": scene.number,
            "phase": phase,
            "title": self._title(scene, phase),
            "line": self._line(scene, phase),
            "progress": round(min(1.0, look.still_s / STAND_S), 2) if look and phase == "stand" else None,
            "clock": _clock(state.passed_s if state else 0.0),
            "t": _number(look.t if look else None, 3),
            "newest_ms": state.newest_ns // 1_000_000 if state and state.newest_ns else None,
            "speed": state.speed if state else 1.0,
            "connection": self._connection(scene),
            "recording": self._recording(scene),
            "known": self._known(look) if look else [],
            "now": {key: self._amount(key, look.now.get(key) if look else None) for key in ORDER},
            "minute": _minute(look),
            "moving": _moving(look),
            "traits": self._traits(look),
            "strides": look.steady if look else 0,
            "happened": self._happened(state),
            "moments": [round(m, 1) for m in state.moments] if state else [],
            "report": scene.finished is not None,
            "summary": scene.finished.summary if scene.finished else None,
        }

    # ------------------------------------------------------------ sentences

    def _title(self, scene: Scene, phase: str) -> str:
        """The one large line; of a finished run what its page begins with."""
        if scene.finished is not None and phase == "finished":
            return _paragraph(scene.finished.summary, 0)
        return self._words.say(f"live.phase.{phase}_title")

    def _line(self, scene: Scene, phase: str) -> str:
        """The one calm line: what happened last, or what there is to know now."""
        words, state = self._words, scene.state
        if scene.why:
            return scene.why
        if scene.finished is not None and phase == "finished":
            return _paragraph(scene.finished.summary, 1)
        if state is not None and scene.doing == "running":
            if state.why:
                return state.why
            recent = [h for h in state.happened if state.passed_s - h.at_s < SAID_FOR_S]
            if recent:
                return words.say(f"live.happened.{recent[-1].key}", **recent[-1].values)
            if state.look and state.look.not_trunk:
                return words.say("story.no_trunk")
            if state.look and state.look.clipped_share > CLIPPED:
                return words.say("story.clipped")
        return words.say(f"live.phase.{phase}_line")

    def _connection(self, scene: Scene) -> dict[str, Any]:
        state = scene.state
        kind = state.connection if state and scene.doing == "running" else "closed" if state else "none"
        return {
            "state": kind,
            "text": self._words.say(f"live.connection.{kind}"),
            "sensor": state.sensor if state else "",
            "rate_hz": _number(state.rate_hz if state else None, 1),
            "samples": state.samples if state else 0,
            "lost": state.lost if state else 0,
        }

    def _recording(self, scene: Scene) -> dict[str, Any]:
        state, words = scene.state, self._words
        on = scene.doing == "running" and state is not None
        key = "idle"
        if on and state is not None:
            key = "playing" if state.connection == "replay" else "recording"
        elif scene.doing in ("finishing", "finished", "failed") and state is not None and state.written:
            key = "saved"
        return {
            "on": on,
            "text": words.say(f"live.{key}"),
            "file": PurePath(state.file).name if state else "",
            "bytes": state.written if state else 0,
        }

    def _known(self, look: Look) -> list[str]:
        """What the sensor knows by now of how it is worn."""
        words, m = self._words, look.mounting
        if look.phase in ("waiting", "stand") or m is None:
            return []
        standing = look.standing.span if look.standing else m.standing
        out = [
            words.say("live.known.no_up")
            if standing is None
            else words.say("live.known.up", duration=words.duration(standing[1] - standing[0]))
        ]
        if look.phase == "set_off":
            return out
        if m.sign_known and m.forward_sigma_deg < NO_AXIS_DEG:
            out.append(words.say("live.known.forward", n=words.amount(math.ceil(m.forward_sigma_deg), "deg")))
        else:
            out.append(words.say("live.known.no_forward"))
        if look.learnt:
            named = m.placement != "unknown"
            out.append(words.say("live.known.feet" if named else "live.known.no_feet"))
        return out

    def _amount(self, key: str, band: Band | None) -> dict[str, Any]:
        """A number with its band, steady enough to be read while running."""
        words = self._words
        label = words.say(f"live.number.{key}")
        if band is None:
            self._shown.pop(key, None)
            return {
                "label": label,
                "shown": words.say("live.number.none"),
                "value": None,
                "band": "",
                "word": "",
            }
        shown = self._shown.get(key)
        if shown is None or abs(band.value - shown) > MOVES:
            shown = round(band.value)
        if shown == NOT_SAID:
            # On the list of what is never said; what is measured is known to one step no better.
            shown += 1 if band.value >= NOT_SAID else -1
        self._shown[key] = shown
        unit = "none" if key == "cadence" else "deg"
        low, high = (words.amount(_said(v), unit) for v in (band.low, band.high))
        word = words.say("live.number.across") if key == "rotation" else ""
        if key == "lean":
            word = words.say(f"live.number.{'upright' if shown == 0 else 'forward' if shown > 0 else 'back'}")
        return {
            "label": label,
            "shown": words.amount(abs(shown) if key == "lean" else shown, unit),
            "word": word,
            "band": words.say("live.number.band", low=low, high=high),
            "known": words.say(
                "live.number.known", n=f"±{words.amount(max(1, math.ceil(1.645 * band.sigma)), unit)}"
            ),
            "value": _number(band.value, 2),
            "low": _number(band.low, 2),
            "high": _number(band.high, 2),
            "sigma": _number(band.sigma, 2),
            "n": band.n,
        }

    def _traits(self, look: Look | None) -> list[dict[str, Any]]:
        if look is None or look.mounting is None:
            return []
        place = PLACES[look.mounting.placement]
        return [
            {
                "key": told.trait.rule.key,
                "title": self._words.trait(told.trait.rule.key, place, "title"),
                "since_s": round(told.since_s, 1),
            }
            for told in look.told
        ]

    def _happened(self, state: State | None) -> list[dict[str, Any]]:
        if state is None:
            return []
        return [
            {"clock": _clock(h.at_s), "text": self._words.say(f"live.happened.{h.key}", **h.values)}
            for h in state.happened
        ]


#: The numbers, in the order in which they stand.
ORDER = ("cadence", "lean", "rotation")


def _phase(scene: Scene) -> str:
    """What the page is about."""
    if scene.doing == "finished" and scene.finished is None:
        return "finishing"
    if scene.doing in ("idle", "finishing", "finished", "failed"):
        return scene.doing
    if scene.state is None or scene.state.look is None:
        return "waiting"
    return "away" if scene.state.connection == "away" else scene.state.look.phase


def _paragraph(summary: str, i: int) -> str:
    """A paragraph of a summary as one line."""
    parts = summary.split("\n\n")
    return " ".join(parts[i].split()) if i < len(parts) else ""


def _minute(look: Look | None) -> dict[str, list[float | None]]:
    """Strides of the last minute, seconds before the newest sample first."""
    if look is None or not len(look.minute.get("start", ())):
        return {"ago": [], "cadence": [], "lean": [], "rotation": []}
    ago = look.t - look.minute["start"]
    return {"ago": _row(ago, 2), **{key: _row(look.minute[key], 1) for key in ORDER}}


def _moving(look: Look | None) -> dict[str, Any] | None:
    if look is None or look.moving is None:
        return None
    m = look.moving
    return {
        "t0": _number(float(m.t[0]), 3),
        "hz": MOTION_HZ,
        "lean": _row(m.lean_deg, 1),
        "turn": _row(m.rotation_deg, 1),
        "sway": _row(m.sway_deg, 1),
        "height": _row(m.height_cm, 1),
    }


def _row(values: Floats, digits: int) -> list[float | None]:
    return [_number(float(v), digits) for v in values]


def _number(value: float | None, digits: int) -> float | None:
    """Rounded; None where it is no number."""
    return round(float(value), digits) if value is not None and np.isfinite(value) else None


def _said(value: float) -> int:
    """A whole number, its neighbour where it is never said."""
    return round(value) + (round(value) == NOT_SAID)


def _clock(seconds: float) -> str:
    minutes, s = divmod(int(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{s:02d}" if minutes >= 60 else f"{minutes}:{s:02d}"
