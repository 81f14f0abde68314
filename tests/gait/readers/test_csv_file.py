"""Our own CSV: what is written comes back, byte for byte the same each time."""

from __future__ import annotations

import tracemalloc
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from gait.readers import read, write_csv
from gait.recording import Recording, Samples
from tests.gait.readers.made import table

#: Rounding of our own format: 1 us, 10 um/s², 10 urad/s; and 0.24 us between neighbouring numbers at 2e9 s.
T_ROUNDED, VALUE_ROUNDED = 0.5e-6 + 2 * 0.24e-6, 0.51e-5


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    values=hnp.arrays(float, st.tuples(st.integers(10, 60), st.just(6)), elements=st.floats(-190, 190)),
    start=st.floats(0, 2e9),
    packed=st.booleans(),
)
def test_what_is_written_comes_back(tmp_path: Path, values: np.ndarray, start: float, packed: bool) -> None:
    t = start + np.arange(len(values)) * 0.005
    path = tmp_path / ("run.csv.gz" if packed else "run.csv")
    write_csv(Samples(t, values[:, :3], values[:, 3:]), path)
    back = read(path)
    np.testing.assert_allclose(back.samples.t, t, atol=T_ROUNDED, rtol=0)
    np.testing.assert_allclose(back.samples.acc, values[:, :3], atol=VALUE_ROUNDED, rtol=0)
    np.testing.assert_allclose(back.samples.gyr, values[:, 3:], atol=VALUE_ROUNDED, rtol=0)
    assert (back.dialect, back.notes) == ("gait", ())


def test_what_is_known_goes_above_the_table(tmp_path: Path) -> None:
    t, acc, gyr = table(5.0)
    when = datetime(2026, 5, 1, 5, tzinfo=UTC)
    recording = Recording(Samples(t, acc, gyr), 100.0, device="no. 7", placement="waist", started_at=when)
    write_csv(recording, tmp_path / "run.csv", said={"runner": "made up"})
    text = (tmp_path / "run.csv").read_text()
    assert "# runner: made up\n" in text
    assert "\nt_s,ax_mps2,ay_mps2,az_mps2,gx_radps,gy_radps,gz_radps\n" in text
    back = read(tmp_path / "run.csv")
    assert (back.device, back.placement, back.started_at) == ("no. 7", "waist", when)


def test_packing_is_the_same_each_time(tmp_path: Path) -> None:
    samples = Samples(*table(5.0))
    for name in ("a.csv.gz", "b.csv.gz"):
        write_csv(samples, tmp_path / name)
    assert (tmp_path / "a.csv.gz").read_bytes() == (tmp_path / "b.csv.gz").read_bytes()


@pytest.mark.speed
def test_an_hour_at_100_hz_is_read_in_a_quarter_of_a_second(tmp_path: Path) -> None:
    seconds, peak = _read_hours(tmp_path, 1)
    print(f"\nread 1 h at 100 Hz: {seconds:.3f} s, {peak:.0f} MB")
    assert seconds < 0.25


@pytest.mark.speed
def test_ten_hours_are_read_in_three_seconds(tmp_path: Path) -> None:
    seconds, peak = _read_hours(tmp_path, 10)
    print(f"\nread 10 h at 100 Hz: {seconds:.3f} s, {peak:.0f} MB")
    assert seconds < 3.0
    assert peak < 600


def _read_hours(folder: Path, hours: int) -> tuple[float, float]:
    """Seconds and MB that reading takes."""
    _, acc, gyr = table(360.0)
    path = folder / "run.csv"
    n = 360_000 * hours
    with path.open("w") as out:
        out.write("t_s,ax_mps2,ay_mps2,az_mps2,gx_radps,gy_radps,gz_radps\n")
        rows = [",".join(f"{v:.5f}" for v in row) + "\n" for row in np.column_stack([acc, gyr])]
        out.writelines(f"{i / 100:.2f},{rows[i % len(rows)]}" for i in range(n))
    read(path, stop_s=1.0)
    start = perf_counter()
    recording = read(path)
    took = perf_counter() - start
    assert len(recording.samples) == n
    del recording
    tracemalloc.start()
    read(path)
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    return took, peak
