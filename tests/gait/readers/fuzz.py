"""Bytes at random through every reader, by coverage where atheris is installed, else by mutation alone.

    python -m tests.gait.readers.fuzz [--seconds 60] [--logger NAME]

Each input must be read or refused with a ReadError, within LONGEST_S a MB, and within MOST_MB + MOST_TIMES its size of
memory. Seeds are every logger's format, whole, torn and damaged.

Lives here: the long search. test_fuzz.py runs a short one in the suite.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
import tracemalloc
import warnings
import zipfile
from functools import cache
from io import BytesIO
from pathlib import Path
from types import FunctionType

from gait.errors import GaitError
from gait.readers import read
from gait.recording import Samples
from tests.gait.readers.loggers import LOGGERS, SAID
from tests.gait.readers.made import table

#: Bounds on one input: [s/MB], [MB], [1].  Source: the acceptance of the readers.
LONGEST_S, MOST_MB, MOST_TIMES = 5.0, 64.0, 20.0

#: What atheris' own arrays and an import on the way may add to a single run. [s]
GRACE_S = 0.5

WORDS = (
    b"nan", b"inf", b"-inf", b"1e308", b"1e-320", b",", b";", b"\t", b"\n", b"\r", b"\r\n", b"\x00", b'"', b"#", b"%", b"//",
    b"sep=;", b"sep=,", b"\xff\xfe", b"\xef\xbb\xbf", b"PK\x03\x04", b"\x1f\x8b\x08", b"time", b"ax", b"gyr_x", b"(deg/s)",
    b"2026-05-01T07:00:00.000", b"23:59:59.999", b"4294967295", b"18446744073709551616", b"-0", b"0x50", b"__import__('os')",
)  # fmt: skip


@cache
def seeds() -> list[tuple[str, bytes]]:
    """Small files of every logger; exports of several files as zips."""
    t, acc, gyr = table(3.0)
    made = Samples(t, acc, gyr)
    out = []
    for name, maker in LOGGERS.items():
        files = maker(made)
        if len(files) == 1:
            (text,) = files.values()
            out.append((name, text.encode()))
        else:
            packed = BytesIO()
            with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
                for file, text in files.items():
                    archive.writestr(file, text)
            out.append((name, packed.getvalue()))
    return out


def one(data: bytes, path: Path, *, memory: bool = True, **said: object) -> str:
    """Read these bytes; a word for how it ended.

    Raises
    ------
    AssertionError
        If it took too long or too much memory; any other exception is what the readers must not raise.
    """
    path.write_bytes(data)
    mb = len(data) / 1e6
    if memory:
        tracemalloc.start()
    start, said_so = time.process_time(), ""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            read(path, **said)  # type: ignore[arg-type]
        word = "read"
    except GaitError as error:
        word, said_so = "refused", str(error)
    took = time.process_time() - start
    assert "\n" not in said_so, repr(said_so)
    assert len(said_so) < 1500, said_so
    if memory:
        peak = tracemalloc.get_traced_memory()[1] / 1e6
        tracemalloc.stop()
        assert peak < MOST_MB + MOST_TIMES * mb, f"{peak:.0f} MB for a file of {mb:.3f} MB"
    assert took < LONGEST_S * max(mb, 0.1) + GRACE_S, f"{took:.1f} s for {mb:.3f} MB"
    return word


def mutated(data: bytes, rng: random.Random) -> bytes:
    """Bytes flipped, cut, doubled, put in, moved."""
    out = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 4, 16))):
        a = rng.randrange(len(out) + 1)
        b = min(a + rng.choice((1, 1, 4, 40, 400, 4000)), len(out))
        how = rng.randrange(6)
        if how == 0 and a < len(out):
            out[a] ^= 1 << rng.randrange(8)
        elif how == 1:
            del out[a:b]
        elif how == 2:
            out[a:a] = out[a:b] * rng.choice((1, 2, 20))
        elif how == 3:
            out[a:a] = rng.choice(WORDS) * rng.choice((1, 1, 3, 200))
        elif how == 4:
            out[a:b] = rng.choice(WORDS)
        else:
            out = out[:a] if rng.random() < 0.3 else out
        if len(out) > 400_000:
            del out[400_000:]
    return bytes(out)


def by_mutation(seconds: float, logger: str | None, seed: int = 0) -> dict[str, int]:
    """Mutate seeds for a time."""
    rng = random.Random(seed)
    chosen = [(name, data) for name, data in seeds() if logger in (None, name)]
    counts = {"read": 0, "refused": 0}
    until = time.monotonic() + seconds
    with tempfile.TemporaryDirectory() as folder:
        while time.monotonic() < until:
            name, data = rng.choice(chosen)
            changed = mutated(data, rng)
            try:
                counts[one(changed, Path(folder) / "x.csv", **SAID.get(name, {}))] += 1
            except BaseException:
                kept = Path(tempfile.gettempdir()) / f"gait-fuzz-{name}.bin"
                kept.write_bytes(changed)
                print(f"{name}: kept as {kept}", file=sys.stderr)
                raise
    return counts


def by_coverage(seconds: float, logger: str | None) -> None:
    """Let atheris look for new ways through the readers."""
    import atheris  # type: ignore[import-not-found]

    # The readers alone: the whole of numpy and pandas would take minutes.
    for name, module in list(sys.modules.items()):
        if name.startswith("gait.readers."):
            for value in vars(module).values():
                if isinstance(value, FunctionType) and value.__module__ == name:
                    atheris.instrument_func(value)
    folder = tempfile.mkdtemp()
    corpus = Path(folder) / "corpus"
    corpus.mkdir()
    for name, data in seeds():
        if logger in (None, name):
            (corpus / name).write_bytes(data[:6000])
    path = Path(folder) / "x.csv"
    atheris.Setup(
        [
            sys.argv[0],
            str(corpus),
            f"-max_total_time={int(seconds)}",
            "-max_len=12000",
            "-timeout=25",
            "-rss_limit_mb=3000",
        ],
        lambda data: one(data, path, memory=False) and None,
    )
    atheris.Fuzz()


def main() -> int:
    parser = argparse.ArgumentParser(description="Bytes at random through every reader.")
    parser.add_argument("--seconds", type=float, default=60.0, help="for each of the two ways")
    parser.add_argument("--logger")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--coverage", action="store_true", help="with atheris, which ends the process")
    args = parser.parse_args()
    if args.coverage:
        by_coverage(args.seconds, args.logger)
        return 0
    print(by_mutation(args.seconds, args.logger, args.seed))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
