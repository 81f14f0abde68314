"""The ways in which gait can fail, each one a thing a caller can act on.

Lives here: the exception types.
Not here: their sentences, which are written where the cause is known.
"""


class GaitError(Exception):
    """Root of all errors raised on purpose; ``str(error)`` is one sentence for people."""


class ReadError(GaitError):
    """A file is not a recording that can be read: choose another file, dialect, columns or units."""


class SignalError(GaitError):
    """Samples were read but cannot be analysed as asked."""


class CalibrationError(GaitError):
    """A calibration is missing, unreadable or not of this sensor."""


class CatalogueError(GaitError):
    """The trait catalogue breaks its own rules; the message names the line."""


class HistoryError(GaitError):
    """What is remembered of earlier runs is not there, cannot be reached or was damaged."""


class MissingExtra(GaitError):
    """An optional package is not installed; the message says which extra to install."""
