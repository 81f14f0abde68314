"""Save first, understand after: each chunk of a link goes into the capture and comes out as events.

Lives here: `greet`, which finds out who speaks; `record`, the generator that live and `gait record` both listen to.
Not here: ports (link.py), the file (capture.py), what to show of the events.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from firmware_bridge import frames
from firmware_bridge.capture import Capture
from firmware_bridge.decoder import Decoder, Feed
from firmware_bridge.dialects.detect import BOUNDARIES, Found, decoder_of, detect
from firmware_bridge.errors import LinkLost
from firmware_bridge.events import SENDING, Event, Info
from firmware_bridge.link import BAUDS, Chunk, Link

#: Our own sketch is waited for this long at each speed. [s]  Chosen: reset, bootloader and self-test take 2 s.
GREET_S = 4.0

#: Another sensor's wire is believed after this long, when ours has not been heard. [s]  Chosen: a text sketch starts in 2 s.
OTHERS_S = 2.5

#: Bytes kept to tell the wire by. [B]
HEARD_BYTES = 1 << 15

#: Samples that must be understood before another wire is believed. Chosen.
ENOUGH_SAMPLES = 10


@dataclass(frozen=True)
class Greeting:
    """Who speaks.

    Attributes
    ----------
    wire : str
        Key of `dialects.detect.WIRES`.
    info : Info or None
        What it said of itself.
    heard : tuple of Chunk
        Chunks from the first understood one on, to be saved before all others.
    """

    wire: str
    info: Info | None
    heard: tuple[Chunk, ...]


@dataclass(frozen=True)
class Heard:
    """Events of one chunk, when it came, and whether the port was lost or found."""

    events: tuple[Event, ...]
    host_ns: int
    change: str = ""
    size: int = 0


def greet(
    link: Link,
    *,
    wire: str | None = None,
    bauds: Sequence[int] = BAUDS,
    columns: Sequence[str] | None = None,
    units: Mapping[str, float] | None = None,
) -> Greeting:
    """Listen until the sensor is understood, at one speed after another.

    What comes before is left from before the reset, or the bootloader's, and is not kept.

    Raises
    ------
    LinkLost
        If nobody is understood; the sentence says what was heard.
    """
    why = ""
    for baud in bauds if link.has_speed else (link.baud,):
        if baud != link.baud:
            link.set_baud(baud)
        decoder, heard, kept = Decoder(), b"", []
        begin = time.monotonic()
        for chunk in link.chunks(timeout_s=0.1):
            passed = time.monotonic() - begin
            if chunk.data:
                kept.append(chunk)
                heard = (heard + chunk.data)[-HEARD_BYTES:]
                info = next((e for e in decoder.feed(chunk.data) if isinstance(e, Info)), None)
                if info is not None and wire in (None, "gait"):
                    link.greeted()
                    if info.chip is not None and not info.chip.state & SENDING:
                        link.send(frames.command(frames.START))
                    return Greeting("gait", info, (Chunk(_from_info(heard), chunk.host_ns),))
            if passed > OTHERS_S and heard and wire != "gait":
                found = detect(heard)
                if wire is not None and found.wire != wire:
                    events = decoder_of(wire, columns=columns, units=units).feed(heard)
                    if not any(isinstance(e, Info) for e in events):
                        found = Found("", why=f"Bytes come, but none read as {wire}.")
                if found.wire not in ("", "gait") and (found.samples >= ENOUGH_SAMPLES or wire):
                    chosen = wire or found.wire
                    events = decoder_of(chosen, columns=columns, units=units).feed(heard)
                    link.greeted()
                    return Greeting(
                        chosen, next((e for e in events if isinstance(e, Info)), None), tuple(kept)
                    )
                why = found.why or why
            if passed > GREET_S:
                break
            if len(kept) > 4096:
                del kept[:2048]
        if link.ended:
            break
    if not why:
        why = "Nothing was heard: is the sensor powered, and is it the right port?"
    raise LinkLost(f"{link.port}: no sensor was understood. {why}", reason="silent")


def _from_info(heard: bytes) -> bytes:
    """The bytes from the first whole INFO on; what stood before is from another time."""
    at = 0
    for frame in heard.split(b"\0"):
        said = frames.opened(frame)
        if isinstance(said, bytes) and said[0] == frames.INFO and not frames.known(said):
            break
        at += len(frame) + 1
    return heard[at:]


def notes_for(link: Link, greeting: Greeting, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """What the head of a capture says."""
    return {"wire": greeting.wire, "port": link.port, "baud": str(link.baud), **(more or {})}


def boundary_of(wire: str) -> bytes | None:
    """What marks stand behind in a capture of this wire."""
    return BOUNDARIES[wire]


def record(
    link: Link, capture: Capture, decoder: Feed, heard: Sequence[Chunk] = (), *, timeout_s: float = 0.5
) -> Iterator[Heard]:
    """Save each chunk, then yield its events; ends when the link is closed.

    Parameters
    ----------
    link : Link
    capture : Capture
        Stays open; whoever made it closes it.
    decoder : Feed
    heard : sequence of Chunk
        Of the greeting.
    timeout_s : float
        Yield without events when nothing came for so long. [s]
    """
    for chunk in heard:
        yield _saved(chunk, capture, decoder)
    for chunk in link.chunks(timeout_s):
        item = _saved(chunk, capture, decoder)
        if any(isinstance(event, Info) for event in item.events):
            link.greeted()
        yield item


def _saved(chunk: Chunk, capture: Capture, decoder: Feed) -> Heard:
    if chunk.data:
        capture.append(chunk.data, chunk.host_ns)
    return Heard(tuple(decoder.feed(chunk.data)), chunk.host_ns, chunk.change, len(chunk.data))
