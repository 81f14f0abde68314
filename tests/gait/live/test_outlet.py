"""The numbers of now as channels."""

from __future__ import annotations

import math

import pytest

from gait.live.listening import Band, Look
from gait.live.outlet import CHANNELS, Outlet, sample_of
from gait.live.session import State
from gait.live.stage import Scene
from gait.live.view import View

SAID = View().say(
    Scene(
        1,
        "running",
        State(Look(1.0, "running", now={"lean": Band(4.25, 3, 5, 1.1, 14)}), 1.0, "connected", ""),
    )
)


def test_what_is_known_has_its_number_and_the_rest_has_none() -> None:
    names = [name for name, *_ in CHANNELS]
    sample = dict(zip(names, sample_of(SAID), strict=True))
    assert (sample["lean_value"], sample["lean_sigma"]) == (4.25, 1.1)
    assert all(math.isnan(value) for name, value in sample.items() if not name.startswith("lean"))


def test_it_is_sent() -> None:
    pylsl = pytest.importorskip("pylsl")
    outlet = Outlet()
    outlet.show(SAID)
    info = outlet._outlet.get_info()
    assert (info.name(), info.type(), info.channel_count()) == ("gait", "Gait", len(CHANNELS))
    assert info.nominal_srate() == 2.0
    assert pylsl.cf_float32 == info.channel_format()
