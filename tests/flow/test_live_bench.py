"""The real sketch on a simulated chip drives the live page, at true speed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import gait
from tests.conftest import missing
from tests.flow.live_browser import page_of
from tests.flow.test_bridge_cli import ENVIRONMENT, PATIENCE
from tests.flow.test_live import LATE_MS, live

pytest.importorskip("pty")


@pytest.mark.bench
@pytest.mark.slow
@pytest.mark.parametrize(
    "seconds", [pytest.param(5, id="moments"), pytest.param(60, id="a-minute", marks=pytest.mark.speed)]
)
def test_the_real_sketch_drives_the_page(tmp_path: Path, seconds: int) -> None:
    if shutil.which("avr-gcc") is None:
        missing("avr-gcc")
    path = tmp_path / "run.gaitcap"
    sketch = subprocess.Popen(
        [sys.executable, "-m", "gait", "simulate", "--bench", "--seconds", "90"],
        cwd=tmp_path, env=ENVIRONMENT, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        assert sketch.stdout is not None
        port = sketch.stdout.readline().strip()
        assert os.path.exists(port)  # noqa: PTH110
        with (
            live(tmp_path, port, "-o", str(path), "--placement", "sternum") as run,
            page_of(run.address) as page,
        ):
            page.wait_for_selector("body[data-phase=set_off]", timeout=30_000)
            page.wait_for_selector("article[data-key=lean]:not([data-empty])", timeout=30_000)
            page.wait_for_timeout(1000 * seconds)
            for key in ("cadence", "lean", "rotation"):
                assert page.get_attribute(f"article[data-key={key}]", "data-empty") is None
            assert "Recording" in page.inner_text("#recording")
            assert np.median(page.evaluate("Figure.lateness")) < LATE_MS
            last = run.views[-1]
            assert last["connection"]["lost"] == 0
            assert run.end()[0] == 0
    finally:
        sketch.send_signal(signal.SIGTERM)
        try:
            sketch.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            sketch.kill()
            sketch.wait()
    analysis = gait.analyze(gait.read(path), placement="sternum")
    cadence = analysis.measures["cadence"].value
    assert cadence is not None
    assert last["now"]["cadence"]["value"] == pytest.approx(cadence, abs=5.0)
    assert len(analysis.measures.strides) >= seconds
