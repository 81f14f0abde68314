"""What can be checked in C on the desk: frame.h with the golden vectors, the modelled chip with its datasheet."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from firmware_bridge.bench import build
from tests.conftest import REPOSITORY, missing

pytestmark = pytest.mark.bench


def made(program: str, into: Path) -> Path:
    """A program of the bench's Makefile, with every warning an error and undefined behaviour caught."""
    for tool in ("cc", "make"):
        if not shutil.which(tool):
            missing(tool)
    flags = "CFLAGS=-O1 -Werror -fsanitize=undefined -fno-sanitize-recover"
    done = subprocess.run(
        ["make", "-s", "-C", build.HERE, f"OUT={into}", into / program, flags], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return into / program


def test_frame_h_holds_the_golden_vectors(tmp_path: Path) -> None:
    vectors = REPOSITORY / "tests" / "golden" / "frame_vectors.txt"
    done = subprocess.run([made("vectors_test", tmp_path), vectors], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    held = int(done.stdout.split()[0])
    frames = [line for line in vectors.read_text().splitlines() if line.count("|") == 3 and line[0] != "#"]
    assert held >= len(frames)


def test_the_model_does_what_the_datasheet_says(tmp_path: Path) -> None:
    done = subprocess.run([made("model_test", tmp_path)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
