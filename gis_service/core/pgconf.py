"""The settings of the private server, sized to the machine (measured recipe: durable, or quick for tests)."""

import shlex
from dataclasses import dataclass
from pathlib import Path

from gis_service.core.provision import ADMIN, ANALYST, DATABASE, ROLES

SOCKET_PORT = 5432
"""Names the socket where the server listens on no port."""
ACCESS, CERTIFICATE = "gis_hba.conf", "gis_door.pem"
"""Files in the data folder: who may enter through the door, and what it shows."""
KEEPING = "gis_archive.sh"
"""In the data folder, too: how a finished piece of the log is kept."""
FILES_KEPT = "files-kept"
"""Beside the folders of archived logs: its time says until when stored files are in the backup folder (backup/keeping.py)."""


@dataclass(frozen=True)
class Door:
    """Where analysts come in from the network; with a certificate (and its key, in one file), encrypted only."""

    address: str
    port: int
    certificate: Path | None = None


def text(
    durable: bool,
    socket_dir: Path,
    memory_bytes: int,
    disk_bytes: int,
    *,
    archive: bool = False,
    door: Door | None = None,
) -> str:
    """The server's settings as `gis.conf`; sizes follow the machine's memory and disk. `archive`: finished pieces of the write-ahead log
    are kept by the script `KEEPING`."""
    folder = str(socket_dir).replace("\\", "\\\\").replace('"', '""').replace("'", "''")
    settings = {
        "listen_addresses": "''",
        "port": str(SOCKET_PORT),
        "unix_socket_directories": f"'\"{folder}\"'",
        "unix_socket_permissions": "0700",
        "max_connections": "60",
        "timezone": "'UTC'",
        "log_timezone": "'UTC'",
        "jit": "off",  # compiling costs more than these queries
        "random_page_cost": "1.1",
        "client_connection_check_interval": "'2s'",  # a query whose client has died ends
    }
    settings |= _durable_settings(memory_bytes, disk_bytes) if durable else TEST_SETTINGS
    settings |= ARCHIVE_SETTINGS if archive else {}
    settings |= _door_settings(door) if door else {}
    return "".join(f"{name} = {value}\n" for name, value in settings.items())


def access(door: Door) -> str:
    """Who may enter, as `pg_hba.conf` has it: all through the socket, whose folder is closed; through the door analysts alone."""
    kind = "hostssl" if door.certificate else "host"
    lines = ["local all all trust", f"host all {','.join((*ROLES, ADMIN))} all reject"]
    lines += [f"{kind} {DATABASE} +{ANALYST} all scram-sha-256", "host all all all reject"]
    return "\n".join(lines) + "\n"


def _door_settings(door: Door) -> dict[str, str]:
    secure = {"ssl": "on", "ssl_cert_file": f"'{CERTIFICATE}'", "ssl_key_file": f"'{CERTIFICATE}'"}
    return {
        "listen_addresses": f"'{door.address}'",
        "port": str(door.port),
        "max_connections": "100",
        "log_connections": "on",
        "log_disconnections": "on",
        "log_line_prefix": "'%m [%p] %q%u@%d %h '",
        **(secure if door.certificate else {}),
    }


def _durable_settings(memory_bytes: int, disk_bytes: int) -> dict[str, str]:
    """fsync, full_page_writes and synchronous_commit stay on, as PostgreSQL has them."""
    mib = 1 << 20
    buffers = min(max(memory_bytes // 8, 64 * mib), 1024 * mib)
    upkeep = min(max(memory_bytes // 32, 64 * mib), 512 * mib)
    wal = min(max(disk_bytes // 20, 512 * mib), 4096 * mib)
    return {
        "shared_buffers": f"{buffers // mib}MB",
        "work_mem": "32MB",
        "maintenance_work_mem": f"{upkeep // mib}MB",
        "max_wal_size": f"{wal // mib}MB",
        "wal_compression": "lz4",
        "logging_collector": "on",  # a week of files, each day's replaced a week later
        "log_directory": "'log'",
        "log_filename": "'postgresql-%a.log'",
        "log_truncate_on_rotation": "on",
        "log_rotation_age": "'1d'",
        "log_rotation_size": "0",
    }


ARCHIVE_SETTINGS = {"archive_mode": "on", "archive_timeout": "'45s'", "archive_command": f"'sh {KEEPING} %p %f'"}
"""A piece is at most 45 s old, so that with all waiting a lost machine takes less than a minute with it."""


def keeping(folder: Path) -> str:
    """The script that keeps a finished piece of the log ($1, called $2) in the folder: a command of the server's may have 1,024 bytes.

    A piece is there whole or not at all, and one that comes twice (after a crash) must be the same. While somebody keeps files, a piece
    waits for those it names, up to 10 s, so that none is missing after a restore.
    """
    here = shlex.quote(str(folder))
    return f"""#!/bin/sh
# Written anew at each start of the server.
to={here}/$2.gz
aside={here}/.$2.part
mark={here}/../{FILES_KEPT}

behind() {{ test "$(find "$mark" -mmin -2 2>/dev/null)" && ! test "$mark" -nt "$1"; }}
tries=0
while test $tries -lt 20 && behind "$1"; do sleep 0.5; tries=$((tries + 1)); done

if test -f "$to"; then
    gzip -dc "$to" | cmp -s - "$1"
else
    gzip -1 -n < "$1" > "$aside" && sync "$aside" && mv "$aside" "$to" && sync {here}
fi
"""


def fetching(folder: Path) -> str:
    """The command that gives back what `keeping` kept in the folder."""
    return f"test -f {_in(folder, '%f.gz')} && gzip -dc {_in(folder, '%f.gz')} > %p"


def _in(folder: Path, name: str) -> str:
    """A path for the shell, with the server's own marks (%f) left to it."""
    return shlex.quote(str(folder).replace("%", "%%")) + "/" + name


def quoted(value: str) -> str:
    """A value of the server's configuration."""
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"


TEST_SETTINGS = {
    "max_connections": "150",  # fifty at once, beside what other tests have not quite closed
    "shared_buffers": "128MB",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
}
