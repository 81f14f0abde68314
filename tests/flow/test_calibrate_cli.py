"""Calibrating, checking and looking after the computer as a person does it, from the command line."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gait.calibration import store
from gait.calibration.calibration import Calibration
from gait.cli import COMMANDS, main
from gait.readers import write_csv
from gait.synthetic import Course, Runner, Sensor, simulate
from gait.synthetic.handling import handle

#: Made-up sensors play so many times faster than life.
SPEED = 12.0


@pytest.fixture(autouse=True)
def desk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty folder to work in, and nothing kept yet."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(store.VARIABLE, str(tmp_path / "kept"))
    return tmp_path


@pytest.fixture(scope="module")
def sensor() -> Sensor:
    return replace(
        Sensor.mpu6050(np.random.default_rng(4), 100.0),
        drop_share=0.0,
        clock_ppm=0.0,
        jitter_s=0.0,
        start_s=0.0,
    )


def six_rests(sensor: Sensor, path: str, device: str = "kitchen") -> None:
    write_csv(handle(sensor, 4, rest_s=3.6), path, device=device)


def a_run(sensor: Sensor, path: str, device: str = "kitchen") -> None:
    recording, _ = simulate(Runner(), Course(standing_s=7.0, running_s=20.0), sensor, 4)
    write_csv(recording, path, device=device)


def analyzed(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, object]:
    capsys.readouterr()
    assert main(["analyze", "run.csv", "--no-report", "--json", *words]) == 0
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


def test_a_calibration_is_kept_used_by_itself_and_said(
    sensor: Sensor, capsys: pytest.CaptureFixture[str]
) -> None:
    six_rests(sensor, "rests.csv")
    a_run(sensor, "run.csv")
    plain = analyzed(capsys)
    assert plain["calibration"]["six_position"] is False  # type: ignore[index]
    assert plain["calibration"]["sensor"] is None  # type: ignore[index]
    assert main(["calibrate", "rests.csv"]) == 0
    said = capsys.readouterr().out
    assert "6 rests and 5 turns" in said
    assert "by itself for every recording that names this sensor: kitchen" in said
    known = analyzed(capsys)
    assert known["calibration"]["six_position"] is True  # type: ignore[index]
    assert known["calibration"]["sensor"]["device"] == "kitchen"  # type: ignore[index]
    assert any("kitchen" in note for note in known["quality"]["notes"])  # type: ignore[index]
    for key in ("lean", "rotation"):
        sure, unsure = (x["measures"][key]["systematic"] for x in (known, plain))  # type: ignore[index]
        assert sure < unsure
    assert main(["analyze", "run.csv", "--no-report", "--force"]) == 0
    assert "as six rests told them: kitchen" in capsys.readouterr().out
    assert analyzed(capsys, "--calibration", "none")["measures"] == plain["measures"]


def test_another_sensors_recording_does_not_get_it(
    sensor: Sensor, capsys: pytest.CaptureFixture[str]
) -> None:
    six_rests(sensor, "rests.csv", "kitchen")
    a_run(sensor, "run.csv", "attic")
    assert main(["calibrate", "rests.csv", "--out", "kitchen.json"]) == 0
    assert main(["calibrate", "rests.csv"]) == 0
    assert analyzed(capsys)["calibration"]["sensor"] is None  # type: ignore[index]
    assert main(["analyze", "run.csv", "--calibration", "kitchen.json", "--no-report"]) == 1
    assert "'attic', the calibration of 'kitchen'" in capsys.readouterr().err


def test_a_kept_calibration_that_is_broken_is_said_and_stops_nothing(
    sensor: Sensor, capsys: pytest.CaptureFixture[str]
) -> None:
    a_run(sensor, "run.csv")
    path = store.path_of("kitchen")
    path.parent.mkdir(parents=True)
    path.write_text("{")
    assert any("cannot be used" in note for note in analyzed(capsys)["quality"]["notes"])  # type: ignore[index]
    assert main(["doctor"]) == 1
    assert "calibrate again" in capsys.readouterr().out


def test_missing_faces_are_refused_and_taken_when_asked(
    sensor: Sensor, capsys: pytest.CaptureFixture[str]
) -> None:
    recording = handle(sensor, 4, faces=("+z", "+x"), rest_s=3.6)
    write_csv(recording, "two.csv", device="kitchen")
    assert main(["calibrate", "two.csv"]) == 1
    assert "none with -x, +y, -y or -z up" in capsys.readouterr().err
    assert store.find("kitchen") is None
    assert main(["calibrate", "two.csv", "--partial"]) == 0
    assert "stays open" in capsys.readouterr().out
    kept = store.find("kitchen")
    assert kept is not None
    assert not kept.six_position


def test_a_part_does_not_replace_the_whole(sensor: Sensor, capsys: pytest.CaptureFixture[str]) -> None:
    six_rests(sensor, "rests.csv")
    write_csv(handle(sensor, 5, faces=("+z",)), "one.csv", device="kitchen")
    assert main(["calibrate", "rests.csv"]) == 0
    whole = store.find("kitchen")
    assert main(["calibrate", "one.csv", "--partial"]) == 0
    assert "it stays" in capsys.readouterr().out
    kept = store.find("kitchen")
    assert whole is not None
    assert kept is not None
    assert kept.six_position
    np.testing.assert_array_equal(kept.acc_gain, whole.acc_gain)


def test_a_nameless_recording_asks_for_a_name(sensor: Sensor, capsys: pytest.CaptureFixture[str]) -> None:
    recording = replace(handle(sensor, 4, rest_s=3.6), device="")
    write_csv(recording, "rests.csv")
    assert main(["calibrate", "rests.csv"]) == 1
    assert "--device" in capsys.readouterr().err
    assert main(["calibrate", "rests.csv", "--device", "attic"]) == 0
    assert store.find("attic") is not None


def test_a_file_that_is_not_there_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("calibrate", "check"):
        assert main([command, "nobody.gaitcap"]) == 1
        assert "nobody.gaitcap" in capsys.readouterr().err


def test_led_through_six_faces_at_a_port(
    sensor: Sensor, desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("pty")
    from firmware_bridge.events import Chip
    from firmware_bridge.sensor_stream import to_counts
    from firmware_bridge.virtual_sensor import VirtualSensor

    order = ("-y", "+x", "+y", "-x", "+z", "-z")
    recording = handle(sensor, 4, faces=(*order, *order, *order), rest_s=8.0)
    counts = to_counts(recording.samples.acc, recording.samples.gyr)
    with VirtualSensor(counts, Chip(divider=9), speed=SPEED, loop=False) as made_up:
        assert main(["calibrate", made_up.path]) == 0
    said = capsys.readouterr().out.splitlines()
    told = [line for line in said if " is up." in line]
    assert [line[:2] for line in told[:6]] == list(order)
    assert told[0].endswith("Still to come: +x, -x, +y, +z, -z.")
    assert any("All six are seen" in line for line in said)
    (_, kept), *more = store.everything()
    assert not more
    assert isinstance(kept, Calibration)
    given = next(line for line in said if "no name of its own" in line)
    assert kept.device.removeprefix("MPU-6050 ") in given
    assert kept.six_position
    (capture,) = desk.glob("calibration-*.gaitcap")
    assert main(["calibrate", str(capture)]) == 0


def test_a_board_held_in_the_hand_is_told_to_be_laid_down_and_not_too_often(sensor: Sensor) -> None:
    from gait.commands.calibrate import AGAIN_S, _Guide

    said: list[str] = []
    guide = _Guide(said.append)
    recording = handle(sensor, 4, faces=("+z", "+x"), rest_s=8.0, turn_s=1.0, tremor_deg=0.3)
    ends = np.arange(3.0, 7.0, 0.4)
    for end in ends:
        part = replace(recording, samples=recording.samples.between(0.0, end))
        assert not guide.look(part, float(end))
    assert said == ["It wobbles, or is held in the hand: lay it on something that does not move."] * len(said)
    assert 1 <= len(said) <= 1 + (ends[-1] - ends[0]) / AGAIN_S


def test_checked_at_a_port(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("pty")
    from firmware_bridge.events import Chip
    from firmware_bridge.sensor_stream import to_counts
    from firmware_bridge.virtual_sensor import VirtualSensor
    from tests.gait.test_readiness import a_try

    samples = a_try(rate_hz=100.0).samples
    chip = Chip(device_id=b"attic\0\0\0", divider=9)
    with VirtualSensor(to_counts(samples.acc, samples.gyr), chip, speed=2.0, loop=False) as made_up:
        status = main(["check", made_up.path, "--placement", "chest"])
    said = capsys.readouterr().out
    # A machine too busy to read in time loses bytes of the line, and it is said of the link; nothing else is to be said.
    looks = [line.split()[0] for line in said.splitlines() if line.split()[1:2] == ["look"]]
    assert looks in ([], ["link"])
    assert status == len(looks)
    order = [said.index(words) for words in ("Now walk", "Stand still again", "That is all")]
    assert order == sorted(order)
    assert "±16 g, ±2000 °/s" in said
    (capture,) = desk.glob("check-*.gaitcap")
    assert main(["check", str(capture)]) == status
    assert "±16 g, ±2000 °/s" in capsys.readouterr().out


def test_what_is_worth_a_look_makes_the_exit_status(
    sensor: Sensor, capsys: pytest.CaptureFixture[str]
) -> None:
    six_rests(sensor, "rests.csv")
    assert main(["check", "rests.csv"]) == 1
    assert "to look at before you run" in capsys.readouterr().out
    assert main(["check", "rests.csv", "--placement", "knee"]) == 2


def test_a_recording_of_a_second_is_no_try(sensor: Sensor, capsys: pytest.CaptureFixture[str]) -> None:
    recording = handle(sensor, 4)
    write_csv(replace(recording, samples=recording.samples.between(0.0, 1.0)), "short.csv")
    assert main(["check", "short.csv"]) == 1
    assert "shorter than 2 s" in capsys.readouterr().err
    assert main(["calibrate", "short.csv"]) == 1
    assert "no rest in it" in capsys.readouterr().err


def test_the_doctor_finds_nothing_in_the_way_here(capsys: pytest.CaptureFixture[str]) -> None:
    main(["doctor", "--debug"])
    said = capsys.readouterr().out
    for name in ("gait ", "python ", "packages ", "bench ", "this folder ", "kept things ", "calibrations "):
        assert any(line.startswith(name) for line in said.splitlines()), name


def test_the_doctor_does_not_take_a_port_without_a_name_for_a_sensor(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It said "ready" of /dev/ttyS0 where gait record said that no port looks like a sensor's."""
    from firmware_bridge import link, virtual_sensor

    monkeypatch.setattr(link, "ports", lambda: [link.Port("/dev/ttyS0", "", likely=False)])
    monkeypatch.setattr(virtual_sensor, "running", list)
    assert main(["doctor"]) == 0
    said = capsys.readouterr().out
    assert re.search(r"^port +open +/dev/ttyS0: nothing is known of it", said, re.MULTILINE)
    assert re.search(r"^sensor +open ", said, re.MULTILINE)
    assert said.splitlines()[-1] == "Nothing is in the way; no sensor is plugged in."
    assert "[dev]" not in said  # for people who build on gait


def test_the_doctor_names_the_group_of_a_port_that_may_not_be_opened(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from firmware_bridge import link
    from gait.commands import doctor

    port = tmp_path / "ttyUSB0"
    port.touch()
    monkeypatch.setattr(link, "ports", lambda: [link.Port(str(port), "CH340", likely=True)])
    monkeypatch.setattr(doctor.os, "access", lambda *_: False)
    monkeypatch.setattr(Path, "group", lambda _: "dialout")
    assert main(["doctor"]) == 1
    assert "sudo usermod -aG dialout $USER, then log out and in again" in capsys.readouterr().out


@pytest.mark.parametrize("shell", ["bash", "zsh", "tcsh"])
def test_the_tab_key_knows_every_command(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("shtab")
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    for command in COMMANDS:
        assert command in script
    if shell == "bash":
        subprocess.run(["bash", "-n"], input=script, text=True, check=True)


def test_without_shtab_the_extra_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "shtab", None)
    assert main(["completion", "bash"]) == 1
    assert "gait-traits[shell]" in capsys.readouterr().err


def test_the_manual_holds_every_command_whole(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["man"]) == 0
    page = capsys.readouterr().out
    assert page.startswith(".TH GAIT 1")
    for command in COMMANDS:
        assert f'.SH "GAIT {command.upper()}"' in page
    requests = {line.split()[0] for line in page.splitlines() if line.startswith((".", "'"))}
    assert requests <= {".TH", ".SH", ".B", ".nf", ".fi"}
