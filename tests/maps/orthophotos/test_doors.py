"""Pictures are sent, made ready, seen as tiles by whoever works there, and withdrawn; nothing of them is lost."""

import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from geoalchemy2.shape import from_shape
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from typer.testing import CliRunner

from gis_service.access.actor import EVERYTHING
from gis_service.access.rules import Role
from gis_service.core import clock, db
from gis_service.core.srid import STORAGE_SRID
from gis_service.maps.orthophotos import jobs, making
from gis_service.maps.orthophotos.operations import TASK
from gis_service.worker import tasks
from tests.conftest import CloneServices, Person
from tests.factories import a_parcel, a_unit, an_area, land
from tests.maps.orthophotos.conftest import ROOT, SignIn, done, send, work_off
from tests.maps.orthophotos.making import place, spots, write


def a_tile(found: dict[str, Any], back: int = 0) -> str:
    """The tile with the mark in the middle."""
    zoom = found["max_zoom"] - back
    spot = spots(4547, zoom)[1]
    return str(found["tiles"]).format(z=zoom, x=int(spot.x // 256), y=int(spot.y // 256))


def test_a_picture_is_made_ready_and_says_what_it_shows(app: FastAPI, officer: Person, tmp_path: Path) -> None:
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        an_area(session, name="北围", geom=from_shape(land(0, 0, 0.02), srid=STORAGE_SRID))
        an_area(session, name="别处", geom=from_shape(land(60, 60), srid=STORAGE_SRID))
    path = write(tmp_path / "北围 0.3m.tif")
    sent = send(officer, path).json()
    assert (sent["state"], sent["tiles"]) == ("queued", None)
    assert TASK in tasks(app.state.services)
    tasks(app.state.services)[TASK](orthophoto_id=sent["id"])
    found = officer.get(f"{ROOT}/{sent['id']}").json()
    assert (found["state"], found["areas"], found["crs"], found["failure"]) == ("ready", ["北围"], 4547, None)
    assert (found["taken_on"], found["resolution_m"], found["inside_only"]) == ("2026-10-01", 0.3, True)
    assert found["box"] == pytest.approx([113.52, 22.3924, 113.5218, 22.394], abs=2e-4)
    tasks(app.state.services)[TASK](orthophoto_id=sent["id"])  # a second call changes nothing
    assert officer.get(f"{ROOT}/{sent['id']}").json() == found
    assert officer.get(f"{ROOT}/{sent['id']}/content").content == path.read_bytes()


def test_the_list_is_paged_newest_first(app: FastAPI, officer: Person, tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif")
    ids = [send(officer, path, title=f"第 {n} 幅").json()["id"] for n in range(3)]
    first = officer.get(ROOT, params={"limit": 2}).json()
    assert ([each["id"] for each in first["items"]], first["next"]) == (ids[:0:-1], ids[1])
    rest = officer.get(ROOT, params={"limit": 2, "after": first["next"]}).json()
    assert ([each["id"] for each in rest["items"]], rest["next"]) == (ids[:1], None)


def test_tiles_have_a_tag_and_bounds(officer: Person, ready: dict[str, Any]) -> None:
    address = a_tile(ready)
    found = officer.get(address)
    assert (found.status_code, found.headers["content-type"], found.content[8:12]) == (200, "image/webp", b"WEBP")
    assert found.headers["cache-control"].startswith("private")
    again = officer.get(address, headers={"If-None-Match": found.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert officer.get(address, headers={"If-None-Match": '"other"'}).status_code == 200
    assert officer.get(address, params={"f": "png"}).content.startswith(b"\x89PNG")
    assert officer.get(address, params={"f": "gif"}).status_code in (400, 422)
    assert officer.get(a_tile(ready, back=2)).status_code == 200
    zoom, root = ready["max_zoom"], f"{ROOT}/{ready['id']}/tiles"
    assert officer.get(f"{root}/{zoom}/1/1").status_code == 204
    for z, x, y in ((zoom + 1, 1, 1), (ready["min_zoom"] - 1, 0, 0), (zoom, 2**zoom, 0), (zoom, -1, 0)):
        refused = officer.get(f"{root}/{z}/{x}/{y}")
        assert (refused.status_code, refused.json()["code"]) == (404, "orthophoto.no_tile")


def test_who_works_on_the_ground_sees_the_picture_and_nobody_else(
    app: FastAPI, sign_in: SignIn, ready: dict[str, Any]
) -> None:
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        here = an_area(session, geom=from_shape(land(0, 0, 0.01), srid=STORAGE_SRID)).id
        far = an_area(session, geom=from_shape(land(60, 60), srid=STORAGE_SRID)).id
        caring, other = a_unit(session).id, a_unit(session).id
        a_parcel(session, shape=land(0, 2), area_id=here, custodian_unit_id=caring)
        a_parcel(session, shape=land(60, 60), area_id=far, custodian_unit_id=other)
    one, address = f"{ROOT}/{ready['id']}", a_tile(ready)
    for person, sees in (
        (sign_in(Role.LEADER), True), (sign_in(Role.INSPECTOR, area_id=here), True), (sign_in(Role.INSPECTOR, area_id=far), False),
        (sign_in(Role.UNIT_USER, unit_id=caring), True), (sign_in(Role.UNIT_USER, unit_id=other), False),
    ):  # fmt: skip
        status = 200 if sees else 404
        answers = [person.get(each).status_code for each in (one, address, f"{one}/content")]
        assert answers == [status] * 3
        assert len(person.get(ROOT).json()["items"]) == sees
    for role in (Role.GUEST, Role.SYSTEM_ADMIN, Role.AUDITOR):
        assert [sign_in(role).get(each).status_code for each in (ROOT, one, address)] == [403] * 3
    for role in (Role.INSPECTOR, Role.LEADER):
        assert sign_in(role).post(f"{one}/withdraw", json={"reason": "试"}).status_code == 403
    # an officer of another area can neither see nor withdraw it
    refused = sign_in(Role.LAND_OFFICER, area_id=far).post(f"{one}/withdraw", json={"reason": "试"})
    assert refused.status_code == 404


def test_what_is_withdrawn_is_gone_from_the_map_and_kept(app: FastAPI, officer: Person, ready: dict[str, Any]) -> None:
    one, address = f"{ROOT}/{ready['id']}", a_tile(ready)
    tag = officer.get(address).headers["etag"]
    told = officer.post(f"{one}/withdraw", json={"reason": "坐标有误"}).json()
    assert (told["state"], told["withdrawn_reason"], told["tiles"]) == ("withdrawn", "坐标有误", None)
    assert officer.get(address, headers={"If-None-Match": tag}).status_code == 404
    assert officer.get(ROOT).json()["items"] == []
    assert [each["id"] for each in officer.get(ROOT, params={"withdrawn": True}).json()["items"]] == [ready["id"]]
    twice = officer.post(f"{one}/withdraw", json={"reason": "再撤"})
    assert (twice.status_code, twice.json()["code"]) == (409, "orthophoto.ended")
    assert officer.get(f"{one}/content").status_code == 200
    with app.state.services.engine.connect() as connection:
        db.enter(connection, EVERYTHING)
        with pytest.raises(ProgrammingError, match="permission denied"):
            connection.execute(text("delete from orthophoto"))


def test_refused_at_the_door_before_anything_is_kept(app: FastAPI, officer: Person, tmp_path: Path) -> None:
    good = write(tmp_path / "好.tif")
    vrt = tmp_path / "假.tif"
    vrt.write_text('<VRTDataset rasterXSize="9" rasterYSize="9"><SRS>EPSG:4547</SRS></VRTDataset>')
    tomorrow = str(clock.today().replace(year=clock.today().year + 1))
    for path, more, code in (
        (good, {"cleared": "false"}, "orthophoto.not_cleared"), (vrt, {}, "orthophoto.not_a_tiff"),
        (good, {"taken_on": tomorrow}, "orthophoto.day"), (good, {"world": b"1\n2\n"}, "orthophoto.world_file"),
    ):  # fmt: skip
        refused = send(officer, path, **more)
        assert (refused.status_code, refused.json()["code"]) == (422, code)
        assert len(refused.json()["title_zh"]) > 10
    app.state.settings = app.state.settings.model_copy(update={"orthophoto_max_mb": 1})
    large = tmp_path / "大.tif"
    large.write_bytes(good.read_bytes() + bytes(3 << 20))
    assert send(officer, large).status_code == 413
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        counts = [session.scalar(text(f"select count(*) from {table}")) for table in ("orthophoto", "stored_file")]
    assert counts == [0, 0]


def test_a_failed_picture_is_worked_on_again_with_another_system(app: FastAPI, officer: Person, tmp_path: Path) -> None:
    plain = write(tmp_path / "无坐标系.tif", epsg=None)
    told = done(app, officer, plain)
    assert (told["state"], told["failure"]["code"]) == ("failed", "orthophoto.no_crs")
    assert officer.post(f"{ROOT}/{told['id']}/again", json={"crs": 4547}).json()["state"] == "queued"
    work_off(app, told["id"])
    found = officer.get(f"{ROOT}/{told['id']}").json()
    assert (found["state"], found["crs"]) == ("ready", 4547)
    over = officer.post(f"{ROOT}/{told['id']}/again", json={})
    assert (over.status_code, over.json()["code"]) == (409, "orthophoto.ended")


def test_a_plain_tiff_with_its_world_file_is_placed(app: FastAPI, officer: Person, tmp_path: Path) -> None:
    plain = write(tmp_path / "plain.tif", epsg=None, transform=None)
    t = place()
    world = f"{t.a}\n0\n0\n{t.e}\n{t.c + t.a / 2}\n{t.f + t.e / 2}\n".encode()
    found = done(app, officer, plain, world, crs="4547")
    assert (found["state"], found["box"][0]) == ("ready", pytest.approx(113.52, abs=1e-5))


def test_a_child_that_is_killed_ends_as_failed_and_may_be_tried_again(
    app: FastAPI, officer: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the kernel does when memory is short."""
    sent = send(officer, write(tmp_path / "a.tif")).json()
    started: list[int] = []
    popen = subprocess.Popen

    def start(*args: Any, **more: Any) -> Any:
        child = popen(*args, **more)
        started.append(child.pid)
        os.kill(child.pid, signal.SIGKILL)
        return child

    monkeypatch.setattr(subprocess, "Popen", start)
    work_off(app, sent["id"])
    monkeypatch.undo()
    assert started
    told = officer.get(f"{ROOT}/{sent['id']}").json()
    assert (told["state"], told["failure"]["code"]) == ("failed", "orthophoto.broken")
    officer.post(f"{ROOT}/{sent['id']}/again", json={})
    work_off(app, sent["id"])
    assert officer.get(f"{ROOT}/{sent['id']}").json()["state"] == "ready"


def test_a_worker_that_dies_leaves_it_queued_for_the_next_and_one_that_breaks_says_so(
    app: FastAPI, officer: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = send(officer, write(tmp_path / "a.tif")).json()
    monkeypatch.setattr(making, "made", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        work_off(app, sent["id"])
    monkeypatch.undo()
    assert officer.get(f"{ROOT}/{sent['id']}").json()["state"] == "queued"
    app.state.store.path(_original(app)).unlink()
    with pytest.raises(FileNotFoundError):
        work_off(app, sent["id"])
    told = officer.get(f"{ROOT}/{sent['id']}").json()
    assert (told["state"], told["failure"]["code"]) == ("failed", "orthophoto.broken")


def _original(app: FastAPI) -> str:
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        return str(session.scalar(text("select original_sha256 from orthophoto")))


def test_withdrawn_while_it_is_worked_on_stops_the_work(app: FastAPI, officer: Person, tmp_path: Path) -> None:
    sent = send(officer, write(tmp_path / "a.tif")).json()
    officer.post(f"{ROOT}/{sent['id']}/withdraw", json={"reason": "发错了"})
    work_off(app, sent["id"])
    assert officer.get(f"{ROOT}/{sent['id']}").json()["state"] == "withdrawn"
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        kept = jobs.operations.finish(session, sent["id"], {"refused": {}})
    assert not kept


def test_the_command_adds_lists_and_withdraws(
    services: CloneServices, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from contextlib import contextmanager

    import typer

    from gis_service.maps.orthophotos import cli

    @contextmanager
    def opened() -> Any:
        yield services

    group = typer.Typer()
    group.callback()(lambda: None)
    cli.install(group, opened)
    run = CliRunner().invoke
    path = str(write(tmp_path / "a.tif"))
    added = run(
        group, ["orthophoto", "add", path, "--title", "北围", "--taken-on", "2026-10-01", "--cleared", "--json"]
    )
    assert added.exit_code == 0, added.output
    id_ = json.loads(added.stdout)["id"]
    assert "可用 ready" in run(group, ["orthophoto", "list"]).stdout
    elsewhere = str(write(tmp_path / "b.tif", epsg=4547, transform=place() @ place().translation(2_000_000, 0)))
    refused = run(group, ["orthophoto", "add", elsewhere, "--title", "别处", "--taken-on", "2026-10-01", "--cleared"])
    assert refused.exit_code == 2
    assert "本区之外" in refused.stderr
    gone = run(group, ["orthophoto", "withdraw", str(id_), "--reason", "重飞", "--json"])
    assert json.loads(gone.stdout)["state"] == "withdrawn"
