"""The service as its unit starts it: by the unit's command, as a user without rights, in a file system that is closed but for its data."""

import os
import shutil
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from gis_service.access import operations as access
from gis_service.access.actor import SERVICE
from gis_service.access.rules import Role
from gis_service.core import host
from gis_service.core.cluster import Cluster
from gis_service.services import Services
from gis_service.settings import Settings
from gis_service.tls import keeping
from tests.conftest import PASSWORD
from tests.deploy import units
from tests.test_serve import free_port, get, processes_with, until

ADDRESS = "https://gis.example.com"
CLOSED = """
set -e
mount --bind "$GIS_VAR_DIR" "$GIS_VAR_DIR"
case "$PYTHON" in /root/*)
    mount -t tmpfs tmpfs /mnt
    mkdir /mnt/python
    mount --bind "$PYTHON" /mnt/python
    mount -t tmpfs -o mode=755 tmpfs /root
    mkdir -p "$PYTHON"
    mount --bind /mnt/python "$PYTHON"
esac
mount -o remount,bind,ro /
mount -t tmpfs -o mode=1777 tmpfs /tmp
exec setpriv --reuid "$ACCOUNT" --regid "$GROUP" --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all "$@"
"""
"""What ProtectSystem, PrivateTmp, NoNewPrivileges, CapabilityBoundingSet and User mean, by hand: systemd is not the first process here. A Python
below /root, which is closed to others, is let in (BindReadOnlyPaths)."""


@dataclass(frozen=True)
class Deployed:
    """A service that runs as deployed, and the certificate that a proxy before it may show."""

    port: int
    state: Path
    certificate: Path
    authority: Path

    def last_address(self) -> str:
        """Where the last sign-in came from, as the audit has it."""
        with Cluster(self.state / "pg").admin() as connection:
            last = "select address from audit_entry where action = 'session.open' order by id desc limit 1"
            (address,) = connection.execute(last).fetchone() or ("",)
        return str(address)

    def trusting(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.authority)


@pytest.fixture(scope="session")
def state() -> Iterator[Path]:
    """The folder of the data: not below /tmp, which is another one for the service; in memory where it can be."""
    place = "/dev/shm" if Path("/dev/shm").is_dir() else "/var/tmp"
    folder = Path(tempfile.mkdtemp(prefix="gis-deployed-", dir=place))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def deployed(state: Path) -> Iterator[Deployed]:
    unit = units.EXAMPLES / "systemd" / "gis-service.service"
    port = free_port()
    variables = {"GIS_PORT": str(port), "GIS_SAMPLE": "false", "GIS_PUBLIC_URL": ADDRESS, "HOME": str(state)}
    with (state / "log").open("wb") as log:
        process = _started(
            units.command(unit, state), units.environment(unit, state) | variables, log=log.fileno(), state=state
        )
        try:
            until(lambda: process.poll() is not None or get(port, "/readyz") == 200, "the service is ready")
            assert process.poll() is None, (state / "log").read_text(errors="replace")
            _somebody(state)
            known = keeping.make(Settings(var_dir=state / "proxy"), ["gis.example.com"], ["127.0.0.1"])
            yield Deployed(port, state, known.server_pem, known.ca_crt)
        finally:
            process.terminate()
            assert process.wait(timeout=60) in (0, -2, 130)
    until(lambda: not processes_with(str(state)), "database and worker end with the service")


def _started(command: list[str], variables: dict[str, str], *, log: int, state: Path) -> subprocess.Popen[bytes]:
    """In a closed file system as `nobody` where we may make one, else as ourselves."""
    environment = {"PATH": os.defpath, "LANG": "C.UTF-8", **variables}
    if os.geteuid() == 0 and _may_close():
        account = host.account_of(65534)
        if not host.can_enter(units.ROOT, account):
            pytest.skip(f"{account.name} cannot enter {units.ROOT}")
        os.chown(state, account.uid, account.gid)
        environment |= {"ACCOUNT": str(account.uid), "GROUP": str(account.gid), "PYTHON": sys.base_prefix}
        command = ["unshare", "--mount", "sh", "-c", CLOSED, "sh", *command]
    return subprocess.Popen(command, env=environment, cwd=units.ROOT, stdout=log, stderr=log)


def _may_close() -> bool:
    """Whether this machine lets us have mounts of our own (a container may not)."""
    tried = subprocess.run(["unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/tmp"], check=False)
    return tried.returncode == 0 and shutil.which("setpriv") is not None


def _somebody(state: Path) -> None:
    """A land officer who need not choose a password first."""
    with closing(Services(Settings(var_dir=state))) as services, services.sessions.begin() as session:
        user = access.create_user(
            session, SERVICE, username="officer", display_name="officer", password=PASSWORD, own_choice=True
        )
        access.grant_role(session, SERVICE, user.id, Role.LAND_OFFICER)
