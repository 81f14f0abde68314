"""The ways in which the bridge can fail, each with a reason that a program can act on.

Lives here: the exception types.
Not here: their sentences, which are written where the cause is known.
"""

from __future__ import annotations


class BridgeError(Exception):
    """Root of all errors raised on purpose; ``str(error)`` is one sentence for people.

    Attributes
    ----------
    reason : str
        A word for programs: "absent", "busy", "denied", "lost", "silent", "foreign", "full", "unwritable", ...
    """

    def __init__(self, sentence: str, *, reason: str = "") -> None:
        super().__init__(sentence)
        self.reason = reason


class LinkLost(BridgeError):
    """The port cannot be opened, or went away, or nobody answers at its other end."""


class BadFrame(BridgeError):
    """A frame cannot be made or read: a value that does not fit its field."""


class CaptureError(BridgeError):
    """The capture cannot be written or read."""
