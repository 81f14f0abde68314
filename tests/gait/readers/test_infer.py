"""Units nobody said: found when one reading is possible, refused otherwise, never wrong.

Truth: the same recording in units we choose. Real and motion-capture recordings where they are here.
"""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

from gait.errors import ReadError
from gait.readers import infer, read, read_with_units
from gait.readers.words import Units, mps2, radps, seconds
from gait.rotations import Floats
from tests.gait.readers.made import lines, table

TIMES = ("s", "ms", "us", "ns")
ACCS = ("mps2", "g", "mg", "raw:2g", "raw:4g", "raw:8g", "raw:16g")
GYRS = ("radps", "dps", "raw:250dps", "raw:500dps", "raw:1000dps", "raw:2000dps")


def in_units(
    made: tuple[Floats, Floats, Floats], units: tuple[str, str, str]
) -> tuple[Floats, Floats, Floats]:
    """What a logger would have written, counts rounded and clipped."""
    time, acc, gyr = units
    values = [made[0] / seconds(time), made[1] / mps2(acc), made[2] / radps(gyr)]
    for i, word in ((1, acc), (2, gyr)):
        if word.startswith("raw"):
            values[i] = np.clip(np.round(values[i]), -32768, 32767)
    return values[0], values[1], values[2]


def found(made: tuple[Floats, Floats, Floats], units: tuple[str, str, str]) -> Units | None:
    try:
        return infer.settle(*in_units(made, units), Units(), "run.csv")[0]
    except ReadError:
        return None


@pytest.mark.parametrize("units", list(itertools.product(TIMES, ACCS, GYRS)), ids=",".join)
def test_someone_who_bends_over_tells_all_units(units: tuple[str, str, str]) -> None:
    assert found(table(), units) == Units(*units)


def test_who_stays_upright_leaves_counts_of_turning_open() -> None:
    made = table(bend_deg=1.0)
    assert found(made, ("s", "g", "dps")) == Units("s", "g", "dps")
    assert found(made, ("s", "g", "radps")) == Units("s", "g", "radps")
    with pytest.raises(ReadError, match=r"raw:2000dps \(or 250, 500, 1000\)"):
        infer.settle(*in_units(made, ("s", "raw:4g", "raw:500dps")), Units(), "run.csv")


def test_gravity_taken_out_is_refused() -> None:
    t, acc, gyr = table()
    with pytest.raises(ReadError, match="gravity is not in it"):
        infer.settle(
            t, acc - acc / np.linalg.norm(acc, axis=1, keepdims=True) * 9.80665, gyr, Units(), "run.csv"
        )


def test_acceleration_without_gravity_does_not_pass_for_g() -> None:
    """Its mean in the sensor's axes is some tenths of m/s², which read as g would be a mean of 1 g."""
    t, acc, gyr = table(bend_deg=1.0)
    with pytest.raises(ReadError, match=r"gravity"):
        infer.settle(t, acc - [0.0, 0.0, 9.80665 - 1.0], gyr, Units(), "run.csv")


def test_gyroscope_and_accelerometer_swapped_is_refused() -> None:
    t, acc, gyr = table()
    with pytest.raises(ReadError, match="other columns"):
        infer.settle(t, gyr, acc, Units(), "run.csv")


def test_a_gyroscope_that_was_off_is_refused() -> None:
    t, acc, gyr = table()
    with pytest.raises(ReadError, match="the same in every row"):
        infer.settle(t, acc, 0 * gyr, Units(), "run.csv")


def test_a_row_counter_is_no_clock() -> None:
    t, acc, gyr = table()
    with pytest.raises(ReadError, match="counting rows"):
        infer.settle(np.arange(len(t), dtype=float), acc, gyr, Units(), "run.csv")


@pytest.mark.parametrize("step", [0.3, 250.0 * 0.001, 3e5, 1e10])
def test_a_clock_no_sensor_has_is_refused(step: float) -> None:
    t, acc, gyr = table()
    with pytest.raises(ReadError, match=r"in no unit is between 10 and 2000 rows"):
        infer.settle(np.arange(len(t)) * step, acc, gyr, Units(), "run.csv")


def test_a_stated_rate_chooses_the_unit_of_the_clock() -> None:
    t, acc, gyr = table()
    slow = t * 25  # 4 Hz
    assert (
        infer.settle(slow * 1000, acc, gyr, Units(acc="mps2", gyr="radps"), "x", rate_hz=4.0)[0].time == "ms"
    )
    with pytest.raises(ReadError, match="the stated 90 rows"):
        infer.settle(t, acc, gyr, Units(), "x", rate_hz=90.0)


def test_a_header_that_contradicts_gravity_is_refused(tmp_path: Path) -> None:
    """A user had renamed a column of rad/s to deg/s."""
    path = tmp_path / "edited.csv"
    path.write_text(lines(*table(), "t (s),ax (m/s2),ay (m/s2),az (m/s2),gx (deg/s),gy (deg/s),gz (deg/s)"))
    with pytest.raises(
        ReadError, match="header says that its turning is in dps, and how it turns fits radps alone"
    ):
        read(path)
    (note,) = read(path, units="s,mps2,radps").notes
    assert "The header says turning in dps; the file was read as s,mps2,radps, as asked" in note
    with pytest.raises(ReadError, match=r"--units s,mps2,radps"):
        read(path, units="s,mps2,dps")


OWN = "t_s,ax_mps2,ay_mps2,az_mps2,gx_radps,gy_radps,gz_radps"


@pytest.mark.parametrize(
    ("units", "says"),
    [
        ("s,g,radps", r"acceleration is in g, with which gravity would be 9\.\d+ g|would be 10 g"),
        ("s,g,dps", "fits mps2 alone. Leave --units out; the header fits"),
        ("s,mg,radps", "fits mps2 alone"),
        ("s,raw:16g,raw:2000dps", "fits mps2 alone"),
        ("s,mps2,dps", "turning is in dps, and how it turns fits radps alone. Leave --units out"),
        ("ms,mps2,radps", "--units says that its clock is in ms, .* in s there are 100. Leave --units out"),
    ],
)
def test_wrong_units_over_our_own_csv_are_refused(tmp_path: Path, units: str, says: str) -> None:
    """It used to give a page of nonsense and exit status 0."""
    path = tmp_path / "run.csv"
    path.write_text(lines(*table(), OWN))
    with pytest.raises(ReadError, match=says):
        read(path, units=units)
    path.write_text(lines(*table()))  # nor without a header that says units
    with pytest.raises(ReadError, match="Say --units s,mps2,"):
        read(path, units=units)


@pytest.mark.parametrize("units", list(itertools.product(("s", "us"), ACCS, GYRS)), ids=",".join)
def test_right_units_are_believed(units: tuple[str, str, str]) -> None:
    for made in (table(), table(bend_deg=1.0)):
        assert infer.settle(*in_units(made, units), Units(*units), "run.csv", asked=Units(*units))[2] == ()


def test_counts_of_fewer_bits_are_refused_with_their_range(tmp_path: Path) -> None:
    """256 counts a g, as the ADXL345 of SisFall gives, said to be raw:16g: a jog became a walk."""
    path = tmp_path / "bare.txt"
    t, acc, gyr = in_units(table(), ("s", "raw:128g", "raw:2000dps"))
    path.write_text(lines(t, acc, gyr, None, "%.9g"))
    with pytest.raises(
        ReadError, match=r"gravity would be 0\.12\d* g.*256 counts a g, say --units s,raw:128g,raw:2000dps"
    ):
        read(path, units="s,raw:16g,raw:2000dps")
    with pytest.raises(ReadError) as refused:
        read(path)
    assert "raw:128g" in str(refused.value)
    assert "raw:16g" not in str(refused.value)
    assert read(path, units="s,raw:128g,raw:2000dps").notes == ()


def test_a_stated_unit_does_not_bring_gravity_back(tmp_path: Path) -> None:
    t, acc, gyr = table(bend_deg=1.0)
    path = tmp_path / "linear.csv"
    path.write_text(lines(t, acc - [0.0, 0.0, 9.80665], gyr))
    with pytest.raises(ReadError, match="gravity is not in it"):
        read(path, units="s,mps2,radps")


def test_units_and_header_that_differ_with_nothing_to_tell_are_refused(tmp_path: Path) -> None:
    t, _, gyr = table(bend_deg=0.0)
    rng = np.random.default_rng(0)
    path = tmp_path / "still.csv"
    still = 0 * gyr + rng.normal(0, 0.3, gyr.shape)
    acc = np.tile([0.0, 0.0, 9.81], (len(t), 1))
    path.write_text(lines(t, acc, still, OWN.replace("radps", "dps")))
    assert read_with_units(path)[1].gyr == "dps"
    with pytest.raises(ReadError, match="--units says that its turning is in radps and its header says dps"):
        read(path, units="s,mps2,radps")
    assert read(path, units="s,mps2,radps", columns="t,ax,ay,az,gx,gy,gz").notes == ()


@pytest.mark.shared
def test_sisfall_as_published_is_not_read_as_raw_16g(shared_data: Path) -> None:
    for path in sorted(shared_data.glob("real/*.txt.gz")):
        said = {"columns": "ax,ay,az,gx,gy,gz,-,-,-", "rate_hz": 200.0}
        with pytest.raises(ReadError, match="raw:128g"):
            read(path, units="s,raw:16g,raw:2000dps", **said)  # type: ignore[arg-type]
        assert len(read(path, units="s,raw:128g,raw:2000dps", **said).samples) > 10_000  # type: ignore[arg-type]


def test_a_second_file_is_read_like_the_first(tmp_path: Path) -> None:
    """Standing still does not tell the gyroscope's unit; the run does."""
    t, _, gyr = in_units(table(bend_deg=0.0), ("s", "g", "dps"))
    rng = np.random.default_rng(0)
    standing = tmp_path / "standing.csv"
    still = 0 * gyr + rng.normal(0, 0.3, gyr.shape)
    standing.write_text(lines(t, np.tile([0.0, 0.0, 1.0], (len(t), 1)), still))
    with pytest.raises(ReadError, match="moves too little to tell"):
        read(standing)
    assert read_with_units(standing, otherwise=Units("s", "g", "dps"))[1] == Units("s", "g", "dps")


@pytest.mark.shared
def test_real_recordings_in_all_units_are_never_misread(shared_data: Path) -> None:
    right = refused = 0
    for path in sorted([*shared_data.glob("real/*.csv*"), *shared_data.glob("mocap/*.csv")]):
        samples = read(path, units="s,mps2,radps").samples[:6000]
        for units in itertools.product(("s", "us"), ACCS, GYRS):
            got = found((samples.t, samples.acc, samples.gyr), units)
            assert got in (None, Units(*units)), f"{path.name} in {units} was taken for {got}"
            if not units[2].startswith("raw"):
                right, refused = right + (got is not None), refused + (got is None)
            # The right words are believed, whichever they are.
            told = Units(*units)
            infer.settle(*in_units((samples.t, samples.acc, samples.gyr), units), told, "x", asked=told)
    # Three of the twelve are 5 s of standing, which leaves the gyroscope open when it is in °/s.
    assert refused <= 3 * 2 * len(ACCS)
    assert right > 5 * refused
