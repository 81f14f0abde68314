"""How fast and how sure the bridge is; prints figures, asserts none.

python tests/speed/bench_bridge.py                      decoder speed, host's load, 10^6 damages
python tests/speed/bench_bridge.py --kills 200          kill -9 of `gait record` at 200 random moments (4 min)
python tests/speed/bench_bridge.py --fuzz 120           every decoder for so many seconds
"""

from __future__ import annotations

import argparse
import gc
import os
import random
import subprocess
import sys
import tempfile
import time
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY))

from firmware_bridge import frames  # noqa: E402
from firmware_bridge.capture import read  # noqa: E402
from firmware_bridge.decoder import Decoder, decode_arrays, decode_loop  # noqa: E402
from firmware_bridge.dialects.detect import WIRES, decoder_of, detect  # noqa: E402
from firmware_bridge.events import Chip, Data, Status  # noqa: E402
from firmware_bridge.virtual_sensor import VirtualSensor  # noqa: E402
from gait.commands import simulate  # noqa: E402
from tests.bridge.made import counts, plain  # noqa: E402

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(REPOSITORY)}


def bytes_of(rows: NDArray[np.int16], per_frame: int, *, marks: bool) -> bytes:
    """What a port says of these samples at 200 Hz, a STATUS each second; with ``marks`` what a capture holds: ten more a second."""
    n = len(rows) // per_frame
    out = [frames.encode_info(Chip(per_frame=per_frame))]
    for i in range(n):
        at = i * per_frame
        out.append(frames.encode_data(at, 5000 * at & 0xFFFFFFFF, 0, rows[at : at + per_frame].tolist()))
        if marks and at % 20 < per_frame:
            out.append(frames.encode_mark(10**18 + at))
        if at % 200 < per_frame:
            out.append(frames.encode_status(Status(5000 * at & 0xFFFFFFFF, 0, at)))
    return b"".join(out)


def capture_like(n: int, per_frame: int) -> bytes:
    """A capture of n DATA frames whose samples have zeros and ends of the range more often than any runner's."""
    return bytes_of(counts(n * per_frame), per_frame, marks=True)


def frames_a_second(data: bytes, chunk: int, samples: int) -> float:
    """Whole frames, whatever they are, in a second of CPU, until samples are arrays; best of three."""
    whole = sum(bool(frame) for frame in data.split(b"\0"))
    took = []
    for _ in range(3):
        machine, begin, got = Decoder(), time.process_time(), 0
        for at in range(0, len(data), chunk):
            for event in machine.feed(data[at : at + chunk]):
                if isinstance(event, Data):
                    got += len(event.counts)
        took.append(time.process_time() - begin)
        assert got == samples
    return whole / min(took)


def speed() -> None:
    """As a port brings the bytes, and as a file does."""
    print("decoder, frames in a second of CPU (best of 3)")
    for per_frame in (1, 4):
        n = 200_000 // per_frame * per_frame
        runner = np.resize(sensor_counts(200.0, seconds=100.0), (n, 6))
        for what, rows in (("a runner's", runner), ("the hardest", counts(n))):
            port, file = (bytes_of(rows, per_frame, marks=marks) for marks in (False, True))
            said = [f"file {frames_a_second(file, len(file), n) / 1e6:.2f} M"]
            for chunk in (65536, 4096, 512, 64):
                said.append(f"{chunk} B at a time {frames_a_second(port, chunk, n) / 1e6:.2f} M")
            print(f"  {per_frame} a frame, {what} bytes: {', '.join(said)}")


def sensor_counts(rate_hz: float, seconds: float) -> NDArray[np.int16]:
    """A made-up runner's samples, as `gait simulate` plays them."""
    return simulate._readings(argparse.Namespace(seed=1, seconds=seconds), rate_hz)


def load(seconds: float = 15.0) -> None:
    """CPU of `gait record` at 1 kHz, start and end taken off."""
    import resource

    spent = []
    with tempfile.TemporaryDirectory() as folder, VirtualSensor(counts(20_000), Chip(divider=0)) as sensor:
        for length in (1.0, 1.0 + seconds):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            words = [
                "record",
                sensor.path,
                "-o",
                f"{folder}/{length}.gaitcap",
                "--seconds",
                str(length),
                "--no-csv",
                "--quiet",
            ]
            subprocess.run([sys.executable, "-m", "gait", *words], env=ENVIRONMENT, check=True)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    print(f"gait record at 1 kHz, 1 sample a frame: {100 * (spent[1] - spent[0]) / seconds:.1f} % of a core")


def damages(trials: int, per_frame: int) -> None:
    """One to three wrong bytes within three neighbouring frames: false samples, and frames lost that were not touched."""
    rng = np.random.default_rng(1)
    false, lost, begin = 0, 0, time.perf_counter()
    batch = 20_000
    for done in range(0, trials, batch):
        n = min(batch, trials - done)
        rows = counts(3 * n * per_frame, seed=done + 1).reshape(3 * n, per_frame, 6)
        data = bytearray()
        starts = np.empty(3 * n + 1, np.int64)
        for i in range(3 * n):
            starts[i] = len(data)
            data += frames.encode_data(i & 0xFFFF, i + 1, 0, rows[i].tolist())
            if i % 3 == 2:
                data += b"\0"
        starts[-1] = len(data)
        touched = np.zeros(3 * n, bool)
        for k in range(n):
            a, b = int(starts[3 * k]), int(starts[3 * k + 3]) - 1
            for at in rng.integers(a, b, rng.integers(1, 4)).tolist():
                data[at] ^= int(rng.integers(1, 256))
                i = int(np.searchsorted(starts, at, side="right")) - 1
                touched[i] = True
                if at == starts[i + 1] - 1 - (
                    i % 3 == 2
                ):  # the zero behind it: the next frame stands on it, too
                    touched[min(i + 1, 3 * n - 1)] = True
        found = np.zeros(3 * n, bool)
        for event in decode_arrays(bytes(data)):
            if isinstance(event, Data):
                first = np.cumsum(event.n, dtype=np.int64) - event.n
                at = event.tick - 1
                known = (at >= 0) & (at < 3 * n)
                at = np.where(known, at, 0)
                right = known & (event.n == per_frame) & (event.seq == at & 0xFFFF) & (event.status == 0)
                place = np.minimum(first[:, None] + np.arange(per_frame), len(event.counts) - 1)
                right &= (event.counts[place] == rows[at]).all(axis=(1, 2))
                false += int((~right).sum())
                found[at[right]] = True
        lost += int((~found & ~touched).sum())
    print(
        f"{trials} times 1-3 wrong bytes within three frames of {per_frame}: {false} false samples, {lost} untouched frames lost "
        f"({time.perf_counter() - begin:.0f} s)"
    )


def fuzz(seconds: float) -> None:
    """Golden streams cut, joined and spoilt, into every decoder: no exception, no growth; both ways of our own agree."""
    golden = [
        p.read_bytes()
        for pattern in ("witmotion*", "ximu3*", "text*")
        for p in sorted((REPOSITORY / "tests/golden").glob(pattern))
    ]
    golden.append(capture_like(50, 1))
    dice = random.Random(2)
    stop, fed, rounds = time.monotonic() + seconds, 0, 0
    machines = {wire: decoder_of(wire) for wire in WIRES}
    tracemalloc.start()
    highest = 0
    while time.monotonic() < stop:
        parts = []
        for _ in range(dice.randrange(1, 12)):
            source = dice.choice(golden)
            a = dice.randrange(len(source))
            part = bytearray(source[a : a + dice.randrange(1, 400)])
            for _ in range(dice.randrange(4)):
                part[dice.randrange(len(part))] = dice.choice(
                    (0, 10, 0x55, 0x61, 0xC9, 0xDB, 0xFF, dice.randrange(256))
                )
            parts.append(bytes(part) if dice.random() < 0.9 else dice.randbytes(dice.randrange(2000)))
        data = b"".join(parts)
        for machine in machines.values():
            for at in range(0, len(data), chunk := dice.randrange(1, 600)):
                machine.feed(data[at : at + chunk])
        assert plain(decode_arrays(data + b"\0")) == plain(decode_loop(data + b"\0"))
        detect(data)
        fed += len(data)
        rounds += 1
        if rounds % 200 == 0:
            del data, parts, part
            gc.collect()
            highest = max(highest, tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    print(
        f"fuzzed {len(machines)} decoders and the detection for {seconds:.0f} s, {fed / 1e6:.1f} MB each: no exception; at most {highest / 1e3:.0f} kB held in all"
    )


def kill_once(seed: int) -> tuple[float, int]:
    """Seconds sent before the kill, and whole samples in the capture; -1 when they do not follow each other."""
    with tempfile.TemporaryDirectory() as folder, VirtualSensor(counts(20_000)) as sensor:
        path = Path(folder) / "run.gaitcap"
        words = [sys.executable, "-m", "gait", "record", sensor.path, "-o", str(path), "--quiet"]
        process = subprocess.Popen(words, env=ENVIRONMENT)
        while not path.exists():
            time.sleep(0.02)
        time.sleep(random.Random(seed).uniform(0.0, 6.0))
        sent_s = sensor.played_s
        process.kill()
        process.wait()
        kept = [int(s) for e in read(path, Decoder()) if isinstance(e, Data) for s in e.seq]
    return sent_s, len(kept) if kept == list(range(len(kept))) else -1


def kills(count: int) -> None:
    """kill -9 at random moments."""
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(kill_once, range(count)))
    missing = [sent_s - kept / 200.0 for sent_s, kept in done]
    bad = sum(kept < 0 or missed > 1.0 for (_, kept), missed in zip(done, missing, strict=True))
    print(
        f"{count} kills at 0 to 6 s, 200 Hz: {bad} lost more than the last second; the most that was missing: {max(missing) * 1e3:.0f} ms"
    )


def main() -> None:
    """What was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--fuzz", type=float, default=0.0)
    parser.add_argument("--damages", type=int, default=1_000_000)
    args = parser.parse_args()
    if args.kills or args.fuzz:
        if args.kills:
            kills(args.kills)
        if args.fuzz:
            fuzz(args.fuzz)
        return
    speed()
    load()
    damages(args.damages, 1)
    damages(args.damages // 4, 4)


if __name__ == "__main__":
    main()
