"""What all tests share: where the checking data are, and no silent skip where everything should be there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]

#: Set in the automatic checks: a missing tool is then a failure and not a skip.
EVERYTHING_IS_HERE = os.environ.get("GAIT_CI") == "1"


def missing(what: str) -> None:
    """Skip for want of a tool, or fail where it should be there."""
    if EVERYTHING_IS_HERE:
        pytest.fail(f"{what} is missing, and GAIT_CI=1 says that nothing is.")
    pytest.skip(f"{what} is missing")


def pytest_addoption(parser: pytest.Parser) -> None:
    """A switch that takes what is there now for what is expected from now on."""
    parser.addoption(
        "--update-golden", action="store_true", help="write the golden files anew and show what changed"
    )


@pytest.fixture(scope="session")
def update_golden(request: pytest.FixtureRequest) -> bool:
    """Whether golden files are written anew."""
    return bool(request.config.getoption("--update-golden"))


@pytest.fixture(autouse=True)
def no_calibrations(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Calibrations of whoever runs the tests change no result, and theirs stay as they are."""
    monkeypatch.setenv("GAIT_CALIBRATIONS", str(tmp_path_factory.getbasetemp() / "no-calibrations"))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of recordings to check against; they are no part of the project, so it may be absent."""
    told = os.environ.get("GAIT_SHARED_DATA")
    folder = Path(told) if told else REPOSITORY.parent / "shared" / "data"
    if not (folder / "real").is_dir():
        pytest.skip("the recordings to check against are not here")
    return folder
