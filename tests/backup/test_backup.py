"""Copies and restores with real servers: to the end of the log, to a moment, after the loss of everything, and what is refused."""

import json
import shutil
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from gis_service.backup import nightly, taking
from gis_service.backup.drill import drill
from gis_service.backup.errors import CopyFailed, NoBackup, NotReached, TooEarly
from gis_service.backup.keeping import files_kept
from gis_service.backup.proving import prove
from gis_service.backup.restoring import restore
from gis_service.backup.shelf import Shelf
from gis_service.cli import app
from gis_service.core import clock
from gis_service.core.cluster import InUse
from gis_service.services import NotPrivate, Services
from gis_service.settings import Settings
from tests.backup.conftest import Origin, archive_all, stored
from tests.test_serve import until

Elsewhere = Callable[..., Services]
ARCHIVED = set(range(20))


def acts(services: Services) -> set[int]:
    with services.sessions() as session:
        return set(session.scalars(text("select subject::int from audit_entry where action = 'test.write'")))


def copied(source: Path, to: Path) -> None:
    """With owners and rights, as an administrator moves it to another disk."""
    to.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cp", "-a", str(source), str(to)], check=True)


def brought(origin: Origin, services: Services, **how: object) -> set[int]:
    """Restore the copy there; the acts that are then known."""
    restore(services.private(), origin.backup, origin.shelf, services.store, **how)  # type: ignore[arg-type]
    return acts(services)


def test_after_the_loss_of_everything_all_that_was_archived_is_there(origin: Origin, elsewhere: Elsewhere) -> None:
    there = elsewhere()
    done = restore(there.private(), origin.backup, origin.shelf, there.store)
    assert acts(there) == ARCHIVED
    assert (done.files, done.missing, done.aside) == (2, [], None)
    assert {there.store.path(one).read_bytes() for one in origin.files} == {b"%PDF-1.4 before", b"%PDF-1.4 after"}
    proofs = prove(there, there.private(), origin.backup.facts, done.missing)
    assert [proof for proof in proofs if not proof.good] == []
    with there.sessions.begin() as session:  # and it is a database to work with
        session.execute(text("insert into deployment values ('restored', 'yes')"))


def test_at_a_moment_what_was_acknowledged_by_then_and_nothing_later(origin: Origin, elsewhere: Elsewhere) -> None:
    moment = origin.acknowledged[14]
    found = brought(origin, elsewhere(), to=moment)
    assert found == origin.until(moment) == set(range(15))


def test_where_the_old_data_still_lie_nothing_acknowledged_is_lost(origin: Origin, elsewhere: Elsewhere) -> None:
    there = elsewhere()
    copied(origin.services.private().home, there.private().home)
    done = restore(there.private(), origin.backup, origin.shelf, there.store)
    assert acts(there) == set(origin.acknowledged) == set(range(25))
    assert done.aside is not None
    assert (done.aside / "PG_VERSION").exists()


def test_a_moment_after_the_end_of_the_log_is_refused_and_changes_nothing(origin: Origin, elsewhere: Elsewhere) -> None:
    there = elsewhere()
    with pytest.raises(NotReached):
        brought(origin, there, to=clock.now() + timedelta(hours=1))
    assert there.private().server.state == "absent"
    with pytest.raises(TooEarly):
        origin.shelf.newest(before=origin.acknowledged[0])
    assert origin.shelf.newest(before=origin.acknowledged[14]) == origin.backup


def test_after_a_restore_that_went_too_far_back_the_first_history_can_still_be_reached(
    origin: Origin, elsewhere: Elsewhere
) -> None:
    shelf = Shelf(origin.folder / "again")
    copied(origin.shelf.root, shelf.root)
    there = elsewhere(shelf.root)
    restore(there.private(), shelf.backups()[0], shelf, there.store, to=origin.acknowledged[11])
    assert acts(there) == set(range(12))
    archive_all(there.private())
    there.close()
    there.private().stop()
    later = elsewhere()
    restore(later.private(), shelf.backups()[0], shelf, later.store, to=origin.acknowledged[16], timeline="1")
    assert acts(later) == set(range(17))


def test_nobody_restores_over_a_database_at_work(origin: Origin, elsewhere: Elsewhere) -> None:
    there = elsewhere()
    there.private().start(owner=False)
    with pytest.raises(InUse):
        brought(origin, there)
    there.private().release()


def test_a_damaged_copy_is_not_restored(origin: Origin, elsewhere: Elsewhere) -> None:
    shelf = Shelf(origin.folder / "damaged")
    copied(origin.shelf.root / "base", shelf.root / "base")
    damaged = shelf.backups()[0]
    victim = max((damaged.data / "base").rglob("*"), key=lambda path: path.stat().st_size)
    whole = bytearray(victim.read_bytes())
    whole[len(whole) // 2] ^= 1
    victim.write_bytes(whole)
    there = elsewhere()
    with pytest.raises(CopyFailed, match="checksum"):
        restore(there.private(), damaged, shelf, there.store)
    assert there.private().server.state == "absent"


def test_copies_begun_within_one_second_have_names_of_their_own_in_their_order(tmp_path: Path) -> None:
    shelf, at = Shelf(tmp_path), clock.now()
    names = [shelf.begin(at).name for _ in range(3)]
    assert names == sorted(set(names))


def test_a_copy_that_did_not_end_is_none(origin: Origin) -> None:
    (origin.folder / "half" / "base" / "20260101T000000Z" / "data").mkdir(parents=True)
    with pytest.raises(NoBackup):
        Shelf(origin.folder / "half").newest()
    with pytest.raises(NoBackup, match="2020"):
        origin.shelf.named("20200101T000000Z")


def test_a_file_is_copied_whole_and_true_or_told(origin: Origin, elsewhere: Elsewhere) -> None:
    """One is gone from both places, one was changed on the disk of the service before it was copied."""
    there = elsewhere()
    shelf = Shelf(origin.folder / "fewer")
    copied(origin.shelf.root, shelf.root)
    gone, changed = origin.files
    shelf.files.path(gone).unlink()
    done = restore(there.private(), origin.backup, shelf, there.store)
    assert done.missing == [gone]
    proofs = {proof.name_en: proof.good for proof in prove(there, there.private(), origin.backup.facts, done.missing)}
    assert proofs["all files there"] is False
    there.store.path(changed).write_bytes(b"%PDF-1.4 AFTER")  # as long as before
    empty = Shelf(origin.folder / "empty")
    with there.private().admin() as connection:
        assert sorted(taking.keep_files(connection, there.store, empty)["faults"]) == sorted(origin.files)
    assert not empty.files.path(changed).exists()


def test_files_lie_in_the_folder_before_the_log_that_names_them(origin: Origin, elsewhere: Elsewhere) -> None:
    """The log is archived at once, files are looked for every five seconds: it waits for them."""
    shelf = Shelf(origin.folder / "kept")
    there = elsewhere(shelf.root)
    restore(there.private(), origin.backup, origin.shelf, there.store)
    with files_kept(there):
        until(shelf.files_kept.exists, "a first look")
        assert all(shelf.files.path(one).exists() for one in origin.files)
        for content in (b"%PDF-1.4 one", b"%PDF-1.4 two"):
            sha256 = stored(there, content)
            archive_all(there.private())
            assert shelf.files.path(sha256).read_bytes() == content
    assert not shelf.files_kept.exists()


def test_a_copy_that_lost_rows_or_whose_trail_was_changed_is_found_out(origin: Origin, elsewhere: Elsewhere) -> None:
    there = elsewhere()
    done = restore(there.private(), origin.backup, origin.shelf, there.store)
    with there.private().admin() as connection:
        connection.execute("alter table audit_entry disable trigger user")
        connection.execute("delete from audit_entry where id in (select id from audit_entry order by id limit 11)")
    proofs = prove(there, there.private(), origin.backup.facts, done.missing)
    bad = {proof.name_en: proof.seen for proof in proofs if not proof.good}
    assert set(bad) == {"tables that only grow hold no less", "the audit chain holds"}
    assert "audit_entry" in bad["tables that only grow hold no less"]


def test_the_drill_proves_a_copy_and_leaves_nothing(origin: Origin) -> None:
    settings = origin.services.settings
    done = drill(settings, origin.shelf)
    assert (done.backup, [proof for proof in done.proofs if not proof.good]) == (origin.backup.name, [])
    assert len(done.proofs) == 7
    assert not (settings.var_dir / "drill").exists()


def test_old_copies_and_the_log_before_them_go_and_the_rest_can_be_restored(
    origin: Origin, elsewhere: Elsewhere
) -> None:
    there = elsewhere(origin.folder / "pruned")
    cluster, shelf = there.private(), Shelf(origin.folder / "pruned")
    restore(cluster, origin.backup, origin.shelf, there.store)
    shutil.rmtree(shelf.root / "base", ignore_errors=True)
    first = taking.take(cluster, shelf, there.store, var_dir=there.settings.var_dir)
    archive_all(cluster)
    log = shelf.wal(cluster.server.system_id)
    oldest = log / f"{first.first_log}.gz"
    assert oldest.exists()
    while len(shelf.backups()) < 3:
        taking.take(cluster, shelf, there.store, var_dir=there.settings.var_dir)
    archive_all(cluster)
    assert taking.prune(cluster, shelf, keep=2) == [first.name]
    assert not oldest.exists()
    assert (log / f"{shelf.backups()[0].first_log}.gz").exists()
    new = elsewhere()
    restore(new.private(), shelf.backups()[0], shelf, new.store)
    assert acts(new) == ARCHIVED


def test_a_night_leaves_its_results_and_tells_of_trouble(origin: Origin, elsewhere: Elsewhere) -> None:
    there = elsewhere(origin.folder / "nights")
    restore(there.private(), origin.backup, origin.shelf, there.store)
    nightly.night(there)
    (there.settings.backup_dir or origin.folder).joinpath("files").rename(origin.folder / "moved")
    there.store.path(origin.files[0]).unlink()
    nightly.night(there)
    with there.sessions() as session:
        runs = session.execute(text("select kind, outcome, detail from backup_run order by id")).all()
    assert [(kind, outcome) for kind, outcome, _ in runs] == [
        ("copy", "good"), ("drill", "good"), ("copy", "bad"), ("drill", "bad"),
    ]  # fmt: skip
    assert runs[2].detail["file_faults"] == [origin.files[0]]


def test_the_commands(origin: Origin, elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch) -> None:
    there = elsewhere()
    monkeypatch.setenv("GIS_VAR_DIR", str(there.settings.var_dir))
    monkeypatch.setenv("GIS_BACKUP_DIR", str(origin.shelf.root))
    run = CliRunner()
    listed = run.invoke(app, ["db", "backups", "--json"])
    assert [one["name"] for one in json.loads(listed.stdout)] == [origin.backup.name]
    moment = f"{origin.acknowledged[12]:%Y-%m-%dT%H:%M:%S.%f%z}"
    done = run.invoke(app, ["db", "restore", "--as-of", moment, "--json"])
    assert (done.exit_code, json.loads(done.stdout)["backup"]) == (0, origin.backup.name), done.output
    there.private().start(owner=False)
    assert acts(there) == set(range(13))
    there.private().release()


def test_somebody_elses_server_is_left_to_them() -> None:
    with pytest.raises(NotPrivate):
        Services(Settings(database_url="postgresql://elsewhere/gis")).private()
