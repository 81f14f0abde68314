"""Which wire a stream of bytes is.

Lives here: `detect`, which proposes; `decoder_of`, a wire's decoder by name; what bytes at a wrong speed look like.
Not here: the wires.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from firmware_bridge.decoder import Decoder, Feed
from firmware_bridge.dialects.text import TextDecoder
from firmware_bridge.dialects.witmotion import BleDecoder, WitDecoder
from firmware_bridge.dialects.ximu3 import XimuDecoder
from firmware_bridge.errors import BridgeError
from firmware_bridge.events import Damage, Data, Event, Info, Mark, Note, Status
from firmware_bridge.marks import Marked, Unmarker

#: Wires by name, ours first.
WIRES: Mapping[str, Callable[[], Feed]] = {
    "gait": Decoder,
    "ximu3": XimuDecoder,
    "witmotion": WitDecoder,
    "witmotion-ble": BleDecoder,
    "text": TextDecoder,
}

#: What a capture's marks stand behind, so that none tears a frame; None where there is no such byte.
BOUNDARIES: Mapping[str, bytes | None] = {
    "gait": b"\0",
    "text": b"\n",
    "ximu3": b"\n",
    "witmotion": None,
    "witmotion-ble": None,
}

#: Whole frames or lines that make a wire credible. Chosen: a CRC or a sum that fits by chance once is not believed.
FEWEST_SAMPLES = 3

#: At most this share of the bytes may be damage. Chosen: a line joined in the middle, noise, and half of it lost.
MOST_DAMAGE = 0.6

#: A text line has hardly any other byte. Chosen: with 1 % of damaged bytes it is still text.
LEAST_PRINTABLE = 0.9

#: Fewer bytes do not tell that the speed is wrong. [B]  Chosen.
FEWEST_BYTES = 64

_PRINTABLE = frozenset(b"\t\r\n" + bytes(range(0x20, 0x7F)))


@dataclass(frozen=True)
class Found:
    """A wire and how it was recognised.

    Attributes
    ----------
    wire : str
        Key of WIRES; "" when none fits.
    samples : int
        Samples among the bytes looked at.
    marked : bool
        There are marks of a recorder, so it is a capture.
    why : str
        A sentence when none fits: what the bytes look like.
    """

    wire: str
    samples: int = 0
    marked: bool = False
    why: str = ""


def decoder_of(
    wire: str,
    *,
    columns: Sequence[str] | None = None,
    units: Mapping[str, float] | None = None,
    marked: bool = True,
) -> Feed:
    """The decoder of a wire; with ``marked`` it also takes a capture's marks.

    Raises
    ------
    BridgeError
        If there is no such wire.
    """
    if wire not in WIRES:
        raise BridgeError(f"{wire!r} is no wire; known are {', '.join(WIRES)}.", reason="foreign")
    inner = TextDecoder(columns, units) if wire == "text" else WIRES[wire]()
    return inner if wire == "gait" or not marked else Marked(inner)


def detect(head: bytes) -> Found:
    """Propose the wire of these bytes, the beginning of a file or what a port said.

    Parameters
    ----------
    head : bytes
        Some kilobytes.
    """
    own = Decoder().feed(head)
    marked = any(isinstance(event, Mark | Note) for event in own)
    bare = head
    if marked or b"\0" in head:
        unmarker = Unmarker()
        parts = [*unmarker.feed(head), *unmarker.close()]
        notes = {part.key: part.value for part in parts if isinstance(part, Note)}
        marked = len([part for part in parts if not isinstance(part, bytes)]) > 0
        bare = b"".join(part for part in parts if isinstance(part, bytes))
        if marked and notes.get("wire", "") in WIRES:
            return Found(notes["wire"], _samples(decoder_of(notes["wire"]).feed(head)), True)
    frames = sum(isinstance(event, Info | Status) for event in own) + _samples(own)
    if frames >= FEWEST_SAMPLES or (marked and frames):
        return Found("gait", _samples(own), marked)
    for wire in ("ximu3", "witmotion", "witmotion-ble"):
        events = WIRES[wire]().feed(bare)
        if _samples(events) >= FEWEST_SAMPLES and _damaged(events) <= MOST_DAMAGE * len(bare):
            return Found(wire, _samples(events), marked)
    if bare and sum(byte in _PRINTABLE for byte in bare) >= LEAST_PRINTABLE * len(bare):
        events = TextDecoder().feed(bare)
        if _samples(events) >= FEWEST_SAMPLES:
            return Found("text", _samples(events), marked)
        return Found(
            "", 0, marked, "There is text, but no lines with six or seven numbers or with named axes."
        )
    return Found("", 0, marked, _why_none(bare))


def notes_in(head: bytes) -> dict[str, str]:
    """What the recorder wrote at the head of a capture."""
    return {part.key: part.value for part in Unmarker().feed(head) if isinstance(part, Note)}


def _why_none(data: bytes) -> str:
    if len(data) < FEWEST_BYTES:
        return "Nothing was heard." if not data else f"Only {len(data)} bytes were heard."
    high = sum(byte not in _PRINTABLE for byte in data) / len(data)
    return (
        f"{len(data)} bytes came and none make sense ({high:.0%} of them are no text): the speed is probably a wrong one. "
        "Say the sketch's own with --baud, for example --baud 9600."
    )


def _samples(events: Sequence[Event]) -> int:
    return sum(int(event.n.sum()) for event in events if isinstance(event, Data))


def _damaged(events: Sequence[Event]) -> int:
    return sum(event.count for event in events if isinstance(event, Damage))
