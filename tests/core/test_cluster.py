"""The private cluster with real servers: lifetimes, kills, places, roles."""

import os
import pwd
import signal
import stat
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from gis_service.core import binaries, host, pgconf
from gis_service.core.cluster import Cluster, InUse, NoPlace, NotOurs
from gis_service.core.postmaster import DiskFull, DoesNotStart, NoPostgres
from gis_service.core.provision import APP, OWNER, READER, connect, provision

ROOT = Path(__file__).parents[2]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


def wait_until(true: Callable[[], object], within_s: float = 15) -> None:
    until = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.02)


def in_another_process(folder: Path, body: str) -> subprocess.Popen[str]:
    """Python that has `cluster` on the same folder; it says `ready` by itself and is written to by the test."""
    start = f"""
        import sys, time, pathlib
        from gis_service.core.cluster import Cluster
        cluster = Cluster.for_tests(pathlib.Path({str(folder)!r}))
    """
    code = textwrap.dedent(start) + textwrap.dedent(body)
    return subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def finish(process: subprocess.Popen[str]) -> None:
    process.communicate("\n", timeout=60)
    assert process.returncode == 0


def value(cluster: Cluster, query: str, role: str = "gis_admin") -> object:
    with connect(cluster.url(role)) as connection:
        row = connection.execute(query).fetchone()  # type: ignore[arg-type]
        return row and row[0]


def run(cluster: Cluster, order: str, role: str = OWNER) -> None:
    with connect(cluster.url(role)) as connection:
        connection.execute(order)  # type: ignore[arg-type]


# ---- what is inside


def test_the_database_has_postgis_and_operators_that_may_use_their_indexes(running: Cluster) -> None:
    assert value(running, "select postgis_version()")
    assert value(running, "select proleakproof from pg_proc where proname = 'range_contains_elem'") is True
    assert value(running, "select proleakproof from pg_proc where proname = 'geometry_overlaps'") is True


@pytest.mark.parametrize("name", binaries.EXTENSIONS)
def test_every_extension_is_there(running: Cluster, name: str) -> None:
    assert value(running, f"select 1 from pg_extension where extname = '{name}'") == 1


def test_the_owner_owns_the_database_and_the_public_schema(running: Cluster) -> None:
    assert value(running, "select pg_get_userbyid(datdba) from pg_database where datname = 'gis'") == OWNER
    run(running, "create table public.owned(); drop table public.owned")


@pytest.mark.parametrize("role", [APP, READER])
def test_a_web_role_can_become_nobody_else_and_stands_under_row_policies(running: Cluster, role: str) -> None:
    with connect(running.url(role)) as connection:
        for other in {OWNER, APP, READER, "gis_admin"} - {role}:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(f"set role {other}")  # type: ignore[arg-type]
    assert value(running, f"select rolsuper or rolbypassrls from pg_roles where rolname = '{role}'") is False


@pytest.mark.parametrize("role", [APP, READER])
def test_a_web_role_cannot_make_tables(running: Cluster, role: str) -> None:
    with connect(running.url(role)) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("create table mine()")


def test_web_roles_are_limited_and_the_owner_is_not(running: Cluster) -> None:
    assert value(running, "show statement_timeout", APP) == "20s"
    assert value(running, "show idle_in_transaction_session_timeout", READER) == "30s"
    assert value(running, "show max_parallel_workers_per_gather", READER) == "0"
    assert value(running, "show statement_timeout", OWNER) == "0"


def test_it_listens_on_a_closed_socket_and_on_no_port(running: Cluster) -> None:
    assert value(running, "show listen_addresses") == ""
    assert stat.S_IMODE(running.server.socket_dir.stat().st_mode) == 0o700


@as_root
def test_the_server_is_not_root(running: Cluster) -> None:
    assert Path(f"/proc/{running.server.pid}").stat().st_uid != 0


@as_root
def test_another_user_cannot_reach_the_socket(running: Cluster) -> None:
    nobody = pwd.getpwnam("nobody")
    who = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    reach = ["/bin/sh", "-c", f"test -S {running.server.socket_dir}/.s.PGSQL.5432"]
    assert subprocess.run(reach, check=False, cwd="/", **who).returncode != 0  # type: ignore[call-overload]


def test_a_clone_of_the_template_has_what_was_migrated_and_does_not_share_it(running: Cluster) -> None:
    def migrate(url: str) -> None:
        with connect(url) as connection:
            connection.execute("create table parcel(id int); insert into parcel values (1)")

    running.create_template(migrate)
    for name in ("one", "two"):
        running.clone(name)
    with connect(running.url(OWNER, "one")) as connection:
        connection.execute("insert into parcel values (2)")
    with connect(running.url(OWNER, "two")) as connection:
        assert connection.execute("select count(*) from parcel").fetchone() == (1,)
    for name in ("one", "two", "gis_template"):
        running.drop(name)


# ---- lifetime


def test_starting_stopping_and_starting_again_keeps_the_data(scratch: Path) -> None:
    cluster = Cluster.for_tests(scratch)
    assert cluster.status().state == "absent"
    cluster.start(owner=True)
    run(cluster, "create table kept(id int)")
    assert (cluster.status().state, cluster.status().in_use) == ("ready", True)
    cluster.release()
    assert (cluster.status().state, cluster.status().in_use) == ("stopped", False)
    with cluster.running():
        assert value(cluster, "select count(*) from kept") == 0


def test_data_checksums_and_durable_writes_are_on_unless_for_tests(scratch: Path) -> None:
    durable = Cluster(scratch / "pg")
    with durable.running():
        for name in ("data_checksums", "fsync", "full_page_writes", "synchronous_commit"):
            assert value(durable, f"show {name}") == "on"


def test_own_settings_in_local_conf_win(cluster: Cluster) -> None:
    (cluster.server.data / "local.conf").write_text("work_mem = '7MB'\n")
    with cluster.running():
        assert value(cluster, "show work_mem") == "7MB"


def test_an_interrupted_initdb_is_done_anew(scratch: Path) -> None:
    cluster = Cluster.for_tests(scratch)
    half = cluster.home / "data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("15\n")
    with cluster.running():
        assert value(cluster, "select 1") == 1
    assert not half.exists()


def test_a_command_uses_the_living_server_and_leaves_it_running(cluster: Cluster, scratch: Path) -> None:
    cluster.start(owner=True)
    pid = cluster.server.pid
    with Cluster.for_tests(scratch).running() as other:
        assert other.server.pid == pid
        assert not other.owned
    assert cluster.server.pid == pid


def test_the_last_command_stops_the_shared_server(cluster: Cluster, scratch: Path) -> None:
    other = Cluster.for_tests(scratch)
    cluster.start(owner=False)
    other.start(owner=False)
    cluster.release()
    assert other.status().state == "ready"
    other.release()
    assert other.status().state == "stopped"


def test_a_kept_server_stays_until_it_is_stopped(cluster: Cluster) -> None:
    cluster.start(owner=False, keep=True)
    cluster.release()
    assert (cluster.status().state, cluster.status().kept) == ("ready", True)
    cluster.stop()
    assert (cluster.status().state, cluster.status().kept) == ("stopped", False)


def test_a_server_that_others_use_is_not_stopped(cluster: Cluster, scratch: Path) -> None:
    cluster.start(owner=True)
    with pytest.raises(InUse):
        Cluster.for_tests(scratch).stop()


def test_two_commands_that_start_at_once_share_one_server(cluster: Cluster, scratch: Path) -> None:
    body = "cluster.start(owner=False); print(cluster.server.pid, flush=True); sys.stdin.readline(); cluster.release()"
    both = [in_another_process(scratch, body) for _ in range(2)]
    assert len({said(process) for process in both}) == 1
    for process in both:
        finish(process)
    assert cluster.status().state == "stopped"


# ---- kills


def test_the_server_goes_when_the_service_is_killed(cluster: Cluster, scratch: Path) -> None:
    service = in_another_process(
        scratch, "cluster.start(owner=True); print(cluster.server.pid, flush=True); time.sleep(60)"
    )
    pid = int(said(service))
    service.kill()
    service.communicate()
    wait_until(lambda: not host.is_alive(pid))
    assert "received fast shutdown request" in host.read(cluster.server.log)


def test_a_restart_right_after_the_kill_waits_for_the_old_server_to_go(cluster: Cluster, scratch: Path) -> None:
    service = in_another_process(
        scratch, "cluster.start(owner=True); print(cluster.server.pid, flush=True); time.sleep(60)"
    )
    old = int(said(service))
    service.kill()
    service.communicate()
    cluster.start(owner=True)
    assert cluster.owned
    assert cluster.server.pid != old
    assert value(cluster, "select 1") == 1


def test_committed_rows_survive_a_killed_server(scratch: Path) -> None:
    cluster = Cluster(scratch / "pg")
    cluster.start(owner=True)
    run(cluster, "create table kept as select generate_series(1, 1000)")
    os.kill(cluster.server.pid or 0, signal.SIGKILL)
    wait_until(lambda: not cluster.server.collect())
    cluster.start(owner=True)
    assert value(cluster, "select count(*) from kept") == 1000
    cluster.release()


def test_a_busy_orphan_of_a_killed_server_is_ended_before_the_restart(cluster: Cluster) -> None:
    cluster.start(owner=True)
    busy = threading.Thread(target=_busy, args=[cluster])
    busy.start()
    wait_until(lambda: value(cluster, "select count(*) from pg_stat_activity where query like 'do %'"))
    os.kill(cluster.server.pid or 0, signal.SIGKILL)
    wait_until(cluster.revive)
    assert value(cluster, "select 1") == 1
    busy.join()


def _busy(cluster: Cluster) -> None:
    """A query that never waits, so that it does not notice by itself that its server is gone."""
    with connect(cluster.url("gis_admin")) as connection, pytest.raises(psycopg.OperationalError):
        connection.execute("do $$ begin loop end loop; end $$")


def test_the_watch_brings_a_died_server_back(cluster: Cluster) -> None:
    cluster.start(owner=True)
    died, stopping, revived = cluster.server.pid or 0, threading.Event(), threading.Event()
    watch = threading.Thread(target=cluster.watch, args=[stopping, revived.set, 0.05])
    watch.start()
    os.kill(died, signal.SIGKILL)
    assert revived.wait(20)
    assert value(cluster, "select 1") == 1
    stopping.set()
    watch.join()
    time.sleep(0.2)  # the thread that started it has ended; the server must not end with it
    assert value(cluster, "select 1") == 1


def test_a_pid_file_that_names_a_stranger_does_not_stop_the_start(cluster: Cluster) -> None:
    """As in a container, where after a restart the same numbers go to other programs."""
    account = cluster.server.account
    stranger = subprocess.Popen(["/bin/sleep", "60"], cwd="/", **account.popen_options())
    pid_file = cluster.server.data / "postmaster.pid"
    pid_file.write_text(f"{stranger.pid}\n{cluster.server.data}\n0\n5432\n/tmp\n\n  0  0\nready\n")
    host.hand_over(pid_file, account)
    assert cluster.status().state == "stopped"
    cluster.start(owner=True)
    assert value(cluster, "select 1") == 1
    stranger.kill()
    stranger.wait()


# ---- places


@as_root
def test_a_project_in_a_closed_folder_has_its_cluster_elsewhere(
    tmp_path: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed, lines = tmp_path / "var" / "pg", list[str]()
    tmp_path.chmod(0o700)
    monkeypatch.setattr("gis_service.core.cluster.SYSTEM_HOME", scratch)
    cluster = Cluster(closed, say=lines.append)
    with cluster.running():
        assert cluster.home.parent == scratch
    assert Cluster(closed).home == cluster.home
    assert len([line for line in lines if str(cluster.home) in line]) == 1


@as_root
def test_no_place_at_all_is_said_with_the_folders_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tmp_path.chmod(0o700)
    monkeypatch.setattr("gis_service.core.cluster.SYSTEM_HOME", tmp_path / "system")
    with pytest.raises(NoPlace, match="system"):
        Cluster(tmp_path / "pg").start(owner=True)


@as_root
def test_root_in_a_users_project_runs_the_server_as_that_user(scratch: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    os.chown(scratch, nobody.pw_uid, nobody.pw_gid)
    with Cluster(scratch / "var" / "pg").running() as cluster:
        assert Path(f"/proc/{cluster.server.pid}").stat().st_uid == nobody.pw_uid


@as_root
def test_an_ordinary_user_is_told_whose_the_data_are(cluster: Cluster, scratch: Path) -> None:
    nobody, owner = pwd.getpwnam("nobody"), cluster.server.account.name
    pid = os.fork()
    if pid == 0:
        os.setgroups([])
        os.setgid(nobody.pw_gid)
        os.setuid(nobody.pw_uid)
        try:
            Cluster(scratch / "pg").start(owner=False)
        except NotOurs as refusal:
            os._exit(0 if refusal.facts["owner"] == owner else 2)
        os._exit(1)
    assert os.waitpid(pid, 0)[1] == 0


def test_a_folder_too_deep_for_a_socket_has_it_elsewhere(scratch: Path) -> None:
    deep = scratch / ("深" * 20) / ("长" * 20)
    deep.mkdir(parents=True)
    with Cluster(deep / "pg", durable=False).running() as cluster:
        assert len(os.fsencode(cluster.server.socket_dir)) < 60
        assert value(cluster, "select 1") == 1
        cluster.server.socket_dir.chmod(0o711)
        other = cluster.server.socket_dir
    with cluster.running():  # not closed any more: somebody meddled with it
        assert cluster.server.socket_dir != other
    for folder in (other, cluster.server.socket_dir):
        folder.rmdir()


def test_quotes_commas_and_blanks_in_the_path_do_no_harm(scratch: Path) -> None:
    odd = scratch / 'it\'s, a "place"'
    odd.mkdir()
    with Cluster(odd / "pg", durable=False).running() as cluster:
        assert value(cluster, "select 1") == 1
    cluster.remove()


# ---- sentences


def test_without_a_usable_postgres_it_says_what_to_run(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "installed", list)
    with pytest.raises(NoPostgres, match="make setup"):
        cluster.start(owner=True)
    assert cluster.status().in_use is False


def test_data_of_another_version_ask_for_that_version(cluster: Cluster) -> None:
    (cluster.server.data / "PG_VERSION").write_text("12\n")
    with pytest.raises(NoPostgres, match="12"):
        cluster.server.find_binaries()


def test_a_wrong_setting_is_named_when_the_server_does_not_start(cluster: Cluster) -> None:
    (cluster.server.data / "local.conf").write_text("shared_buffers = 'plenty'\n")
    with pytest.raises(DoesNotStart, match="configuration file"):
        cluster.start(owner=True)


@as_root
def test_a_full_disk_is_said_in_one_sentence(scratch: Path) -> None:
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", str(scratch)], check=False)
    if mounted.returncode != 0:
        pytest.skip("this machine lets nobody mount")
    try:
        scratch.chmod(0o755)
        with pytest.raises(DiskFull, match="free space"):
            Cluster(scratch / "pg").start(owner=True)
    finally:
        subprocess.run(["umount", str(scratch)], check=True)


# ---- settings and finding


def test_memory_and_disk_set_the_sizes() -> None:
    gib = 1 << 30
    small = pgconf.text(True, Path("/run/x"), memory_bytes=2 * gib, disk_bytes=20 * gib)
    large = pgconf.text(True, Path("/run/x"), memory_bytes=256 * gib, disk_bytes=4000 * gib)
    assert "shared_buffers = 256MB" in small
    assert "shared_buffers = 1024MB" in large
    assert "max_wal_size = 1024MB" in small
    assert "max_wal_size = 4096MB" in large


def test_a_server_without_postgis_or_too_old_is_not_found(tmp_path: Path) -> None:
    for major, names in ((14, binaries.EXTENSIONS), (15, binaries.EXTENSIONS), (16, ["pg_trgm"])):
        programs = tmp_path / f"usr/lib/postgresql/{major}/bin"
        extensions = tmp_path / f"usr/share/postgresql/{major}/extension"
        programs.mkdir(parents=True)
        extensions.mkdir(parents=True)
        (programs / "postgres").touch(mode=0o755)
        for name in names:
            (extensions / f"{name}.control").touch()
    assert [found.major for found in binaries.installed(tmp_path)] == [15]


# ---- a server that belongs to somebody else


def foreign(cluster: Cluster, *orders: str) -> str:
    """A bare database and a user of it, as an administrator hands them out; the user's URL."""
    with cluster.admin("postgres") as connection:
        connection.execute("create database foreign_gis")
        connection.execute("drop role if exists clerk")
        for role in (OWNER, APP, READER):
            connection.execute(f"drop role if exists {role}")  # type: ignore[arg-type]
        connection.execute("create role clerk login")
        for order in orders:
            connection.execute(order)  # type: ignore[arg-type]
    return cluster.url("clerk", "foreign_gis")


@pytest.fixture
def stranger(cluster: Cluster) -> Cluster:
    """A server that knows nothing of us but its superuser's name."""
    cluster.start(owner=True)
    with cluster.admin("postgres") as connection:
        connection.execute("drop database gis with (force)")
    return cluster


def test_a_user_without_rights_gets_every_order_its_administrator_must_run(stranger: Cluster) -> None:
    todo = provision(foreign(stranger))
    orders = [line.split(": ", 1)[1].rsplit("  (", 1)[0] for line in todo]
    with stranger.admin("foreign_gis") as connection:
        for order in orders:
            connection.execute(order)  # type: ignore[arg-type]
    assert provision(stranger.url("clerk", "foreign_gis")) == []
    assert value_at(stranger, "select proleakproof from pg_proc where proname = 'geometry_overlaps'") is True


def test_a_superuser_has_nothing_left_to_do(stranger: Cluster) -> None:
    assert provision(foreign(stranger, "alter role clerk superuser")) == []


def test_a_role_above_row_policies_is_not_accepted(stranger: Cluster) -> None:
    todo = provision(foreign(stranger, "create role gis_app bypassrls", "grant gis_app to clerk"))
    assert any('alter role "gis_app" nosuperuser nobypassrls' in line for line in todo)


def value_at(cluster: Cluster, query: str) -> object:
    with connect(cluster.url("clerk", "foreign_gis")) as connection:
        row = connection.execute(query).fetchone()  # type: ignore[arg-type]
        return row and row[0]
