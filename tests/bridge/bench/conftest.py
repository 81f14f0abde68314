"""The bench, built once; readings to play; skipped in one line where its tools are missing."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from firmware_bridge.bench import build, run
from tests.conftest import EVERYTHING_IS_HERE


@pytest.fixture(scope="session")
def builds() -> Path | None:
    """Where built sketches are kept: the user's cache, so that the next run has them."""
    if lacking := build.missing_tools():
        if EVERYTHING_IS_HERE:
            pytest.fail(lacking)
        pytest.skip(lacking)
    return None


@pytest.fixture(scope="session")
def uno(builds: Path | None) -> build.Built:
    return build.build(build.UNO, builds)


@pytest.fixture(scope="session")
def swings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty seconds of movement in which no two samples are alike, well within the ranges."""
    path = tmp_path_factory.mktemp("readings") / "swings.csv"
    t = [0.01 * i for i in range(2001)]
    acc = [(30 * math.sin(9 * s), 20 * math.cos(17 * s), 9.81 + 60 * math.sin(16 * s)) for s in t]
    gyr = [(5 * math.sin(3 * s), 8 * math.cos(5 * s), 12 * math.sin(8 * s)) for s in t]
    run.write_readings(path, t, acc, gyr)
    return path
