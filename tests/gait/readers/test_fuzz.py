"""Any bytes are read or refused in one sentence, soon, in bounded memory; nothing in them is run.

The long search: python -m tests.gait.readers.fuzz.
"""

from __future__ import annotations

import gzip
import random
import time
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gait.errors import ReadError
from gait.readers import read
from tests.gait.readers.fuzz import WORDS, mutated, one, seeds
from tests.gait.readers.loggers import SAID

QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@QUICK
@given(data=st.binary(max_size=3000))
def test_any_bytes(tmp_path: Path, data: bytes) -> None:
    one(data, tmp_path / "x.csv", memory=False)


@QUICK
@given(parts=st.lists(st.sampled_from(WORDS) | st.floats().map(lambda x: str(x).encode()), max_size=300))
def test_any_words(tmp_path: Path, parts: list[bytes]) -> None:
    one(b"".join(parts), tmp_path / "x.csv", memory=False)


@pytest.mark.parametrize("logger", [name for name, _ in seeds()])
def test_a_loggers_file_with_its_bytes_changed(tmp_path: Path, logger: str) -> None:
    data = dict(seeds())[logger]
    rng = random.Random(logger)
    for k in range(10):
        one(mutated(data, rng), tmp_path / "x.csv", memory=k == 0, **SAID.get(logger, {}))


HEADER = b"t,ax,ay,az,gx,gy,gz\n"
ROWS = b"".join(b"%.2f,0,0,9.81,0,0,0.%d\n" % (k / 100, k % 7) for k in range(2000))


def zipped(data: bytes, name: str = "run.csv") -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (gzip.compress(HEADER + b"0.01,0,0,9.81,0,0,0\n" * 4_000_000, 1), "packed so tightly"),
        (gzip.compress(bytes(100_000_000), 1), "zero bytes|more than 1024 kB"),
        (zipped(HEADER + b"0,0,0,0,0,0,0\n" * 4_000_000), "would unpack to|packed so tightly"),
        (HEADER + b"1" * 30_000_000, "more than 1024 kB|no rows of numbers"),
        (b"#" * 3_000_000 + b"\n" + HEADER + ROWS, "more than 1024 kB|holds comments|could be in"),
        (HEADER + ROWS + b"x\n" * 250_000, "are rows of numbers"),
        (b"\n" * 20_000_000, "blank lines"),
        (b",".join([b"x"] * 200_000) + b"\n" + ROWS, "a line of .* cells"),
    ],
    ids=[
        "rows packed",
        "zeros packed",
        "zip bomb",
        "one huge line",
        "huge comment",
        "junk below",
        "blank lines",
        "wide header",
    ],
)
def test_files_made_to_hurt(tmp_path: Path, data: bytes, says: str) -> None:
    path = tmp_path / "x.csv"
    assert one(data, path) == "refused"
    with pytest.raises(ReadError, match=says):
        read(path)


@pytest.mark.parametrize("where", ["above", "below", "between"])
def test_forty_megabytes_of_comments_are_passed_over_quickly(tmp_path: Path, where: str) -> None:
    comments = b"# nothing to see here, nothing at all, one more line of it\n" * 690_000
    half = ROWS.find(b"\n", len(ROWS) // 2) + 1
    text = {
        "above": comments + HEADER + ROWS,
        "below": HEADER + ROWS + comments,
        "between": HEADER + ROWS[:half] + comments + ROWS[half:],
    }[where]
    path = tmp_path / "x.csv"
    path.write_bytes(text)
    start = time.process_time()
    assert len(read(path, units="s,mps2,radps").samples) == 2000
    assert time.process_time() - start < 4.0


def test_nothing_in_a_file_is_run(tmp_path: Path) -> None:
    trap = tmp_path / "run"
    words = f"__import__('pathlib').Path({str(trap)!r}).touch()"
    for text in (
        f"t,ax,ay,az,gx,gy,{words}\n" + ROWS.decode(),
        HEADER.decode() + ROWS.decode().replace("9.81", words, 40),
        f"# rate_hz: {words}\n" + HEADER.decode() + ROWS.decode(),
        f"=cmd|' /C calc'!A0,{words}\n" + ROWS.decode(),
    ):
        one(text.encode(), tmp_path / "x.csv", memory=False)
    assert not trap.exists()
