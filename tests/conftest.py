"""What all tests share: where the checking data are, and no silent skip where everything should be there."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

# What whoever runs the tests has kept changes no result, and stays as it is; processes that tests start see this, too.
os.environ["GAIT_CALIBRATIONS"] = str(Path(tempfile.gettempdir()) / "gait-tests-keep-none")
os.environ["GAIT_STORE"] = str(Path(tempfile.gettempdir()) / "gait-tests-keep-none.sqlite")

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


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of recordings to check against; they are no part of the project, so it may be absent."""
    told = os.environ.get("GAIT_SHARED_DATA")
    folder = Path(told) if told else REPOSITORY.parent / "shared" / "data"
    if not (folder / "real").is_dir():
        pytest.skip("the recordings to check against are not here")
    return folder
