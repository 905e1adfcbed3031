import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from gis_service.core.cluster import Cluster


def enterable_folder() -> Path:
    """A short folder that another user can enter (pytest's own is closed and deep)."""
    folder = Path(tempfile.mkdtemp(prefix="gis-test-", dir="/tmp"))
    folder.chmod(0o755)
    return folder


@pytest.fixture
def scratch() -> Iterator[Path]:
    folder = enterable_folder()
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def running() -> Iterator[Cluster]:
    """One quick cluster for the tests that only look at it."""
    folder = enterable_folder()
    made = Cluster.for_tests(folder)
    made.start(owner=True)
    yield made
    made.remove()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def stopped_home() -> Iterator[Path]:
    """The folder of a cluster that was made, prepared and stopped: copied in a tenth of the time of making one."""
    folder = enterable_folder()
    with Cluster.for_tests(folder).running() as made:
        home = made.home
    yield home
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def cluster(scratch: Path, stopped_home: Path) -> Iterator[Cluster]:
    """A quick cluster of the test's own, made and stopped."""
    subprocess.run(["cp", "-a", str(stopped_home), str(scratch / "pg")], check=True)
    made = Cluster.for_tests(scratch)
    yield made
    made.server.shut_down()
    made.remove()
