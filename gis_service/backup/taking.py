"""Take a copy: the database with the log that belongs to it, then the files it names."""

import json
import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from psycopg import Connection

from gis_service.backup.errors import CopyFailed
from gis_service.backup.shelf import Backup, Shelf
from gis_service.core import clock
from gis_service.core.cluster import Cluster
from gis_service.core.provision import ADMIN
from gis_service.files.store import FileStore, sha256_of

Say = Callable[[str], None]

FACTS = """
    select json_build_object(
        'revision', (select version_num from alembic_version),
        'audit_head', (select encode(hash, 'hex') from audit_seal order by id desc limit 1))"""
GROWING = """
    select table_name from information_schema.tables t
     where table_schema = 'public' and table_type = 'BASE TABLE' and not has_table_privilege('gis_app', format('public.%I', table_name), 'delete')
       and has_table_privilege('gis_app', format('public.%I', table_name), 'select') order by 1"""
"""Tables whose rows the service may not delete: after a restore they hold no fewer than before."""


def take(cluster: Cluster, shelf: Shelf, store: FileStore, *, var_dir: Path, say: Say = lambda _line: None) -> Backup:
    """A whole copy of the running private database, of the files and of the certificates.

    Raises `CopyFailed`. The database goes first: a file is stored before it is named, so that files may be too many
    afterwards, never too few.
    """
    began = clock.now()
    with cluster.admin() as connection:
        facts = facts_of(connection)
    folder = shelf.begin(began)
    try:
        say("复制数据库 · copying the database")
        _copy_database(cluster, folder / "data")
        ended = clock.now()
        say("复制文件 · copying the files")
        with cluster.admin() as connection:
            facts["files"] = keep_files(connection, store, shelf)
        _keep_certificates(var_dir / "tls", shelf.root / "tls")
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    facts |= {"began_at": began.isoformat(), "ended_at": ended.isoformat(), "system_id": cluster.server.system_id}
    facts |= {"bytes": sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())}
    _write(folder / "backup.json", facts)
    return Backup(folder, facts)


def facts_of(connection: Connection) -> dict[str, Any]:
    """What a restored copy is held against: schema, head of the audit chain, rows of tables that only grow."""
    known = connection.execute(FACTS).fetchone() or ({},)
    return {**known[0], "rows": {table: rows_of(connection, table) for (table,) in connection.execute(GROWING)}}


def rows_of(connection: Connection, table: str) -> int:
    from psycopg import sql

    row = connection.execute(sql.SQL("select count(*) from {}").format(sql.Identifier("public", table))).fetchone()
    return int(row[0]) if row else 0


def _copy_database(cluster: Cluster, to: Path) -> None:
    """With its own log, and checked against its manifest of SHA-256 sums."""
    where = ["-h", str(cluster.server.socket_dir), "-p", str(cluster.server.port), "-U", ADMIN, "-w"]
    how = ["-D", str(to), "-F", "plain", "-X", "stream", "-c", "fast", "--manifest-checksums=SHA256"]
    run(cluster, "pg_basebackup", *where, *how)
    run(cluster, "pg_verifybackup", "-q", str(to))


def run(cluster: Cluster, program: str, *arguments: str) -> str:
    """A program of the server's own version; raises `CopyFailed` with its last words."""
    command = [cluster.server.find_binaries().program(program), *arguments]
    environment = {"PATH": os.defpath, "LC_ALL": "C.UTF-8"}  # nothing of ours: a PGPORT would mislead it
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = (done.stderr.strip() or done.stdout.strip() or f"exit {done.returncode}").splitlines()[-1]
        raise CopyFailed(program=program, said=said)
    return done.stdout


def keep_files(connection: Connection, store: FileStore, shelf: Shelf, since: datetime | None = None) -> dict[str, Any]:
    """Copy the stored files that the shelf lacks (of those stored since then, if said); what was found, with the hashes of
    those that are missing or are not what their name says."""
    rows = connection.execute(
        "select sha256, size_bytes from stored_file where %(since)s::timestamptz is null or stored_at >= %(since)s",
        {"since": since},
    ).fetchall()
    faults = [sha256 for sha256, size in rows if not bring(store, shelf.files, sha256, size)]
    return {"count": len(rows), "bytes": sum(size for _, size in rows), "faults": faults}


def bring(source: FileStore, to: FileStore, sha256: str, size: int) -> bool:
    """Have a stored file in `to` as well, whole and proved; whether it is there now."""
    there = to.path(sha256)
    if there.is_file() and there.stat().st_size == size:
        return True
    return _copied(source.path(sha256), there, sha256)


def _copied(source: Path, to: Path, sha256: str) -> bool:
    """Whole and proved, or not at all."""
    if not source.is_file():
        return False
    to.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = to.with_name(f".{to.name}.{os.getpid()}-{threading.get_ident()}.part")  # several may copy at once
    try:
        shutil.copyfile(source, aside)
        if sha256_of(aside) != sha256:
            return False
        with aside.open("rb") as copy:
            os.fsync(copy.fileno())
        aside.replace(to)
    finally:
        aside.unlink(missing_ok=True)
    return True


def _keep_certificates(source: Path, to: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, to, dirs_exist_ok=True)
        to.chmod(0o700)


def _write(path: Path, facts: dict[str, Any]) -> None:
    with path.open("w", encoding="utf-8") as note:
        json.dump(facts, note, ensure_ascii=False, indent=1)
        note.flush()
        os.fsync(note.fileno())


def prune(cluster: Cluster, shelf: Shelf, keep: int) -> list[str]:
    """Remove all but the newest copies, and the log from before the oldest of these; the names removed."""
    old, kept = shelf.backups()[:-keep], shelf.backups()[-keep:]
    for backup in old:
        shelf.drop(backup)
    _shorten_log(cluster, shelf, kept)
    return [backup.name for backup in old]


def _shorten_log(cluster: Cluster, shelf: Shelf, kept: Iterable[Backup]) -> None:
    """Only of our own data: copies of others with their log stay as they are."""
    ours = [backup for backup in kept if backup.facts["system_id"] == cluster.server.system_id]
    folder = shelf.wal(cluster.server.system_id)
    if ours and folder.is_dir():
        run(cluster, "pg_archivecleanup", "-x", ".gz", str(folder), ours[0].first_log)
