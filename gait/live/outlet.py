"""The numbers of now as a Lab Streaming Layer outlet, for laboratories that record many things at once.

Lives here: the one stream and its channels. The only file that imports pylsl.
Not here: the numbers (view.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gait.errors import MissingExtra
from gait.live.stage import UPDATE_S

#: Channel, key of the number, its part, unit.
CHANNELS = tuple(
    (f"{key}_{part}", key, part, unit)
    for key, unit in (("cadence", "steps/min"), ("lean", "degrees"), ("rotation", "degrees"))
    for part in ("value", "sigma")
)


class Outlet:
    """Sends a sample for each view: numbers and their uncertainty (1 sd), NaN where not known.

    Raises
    ------
    MissingExtra
        If pylsl or its library is not installed.
    """

    def __init__(self) -> None:
        try:
            import pylsl
        except (ImportError, RuntimeError) as error:
            raise MissingExtra(
                "The Lab Streaming Layer needs one more package: pip install 'gait-traits[lsl]'"
            ) from error
        info = pylsl.StreamInfo("gait", "Gait", len(CHANNELS), 1.0 / UPDATE_S, "float32", "gait-live")
        channels = info.desc().append_child("channels")
        for label, _, _, unit in CHANNELS:
            channel = channels.append_child("channel")
            channel.append_child_value("label", label)
            channel.append_child_value("unit", unit)
        self._outlet = pylsl.StreamOutlet(info)

    def show(self, said: Mapping[str, Any]) -> None:
        """Send a view."""
        self._outlet.push_sample(sample_of(said))


def sample_of(said: Mapping[str, Any]) -> list[float]:
    """A view's numbers in the order of the channels."""
    values = (said["now"][key].get(part) for _, key, part, _ in CHANNELS)
    return [float("nan") if value is None else float(value) for value in values]
