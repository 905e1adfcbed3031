"""A zip of one sheet with the files of its parcels: read together, attached on acceptance, taken off again with the import."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi import FastAPI
from shapely import to_wkt

from gis_service.access.rules import Role
from gis_service.parcels.imports import jobs
from gis_service.parcels.imports.bundled import notes
from tests.conftest import Person
from tests.examples import TXT_A
from tests.factories import land
from tests.parcels.imports.made import txt
from tests.parcels.imports.test_doors import imported, upload

SignIn = Callable[..., Person]
PDF = b"%PDF-1.7\n%made up\n"
SHEET = "地块编号,地块名称,WKT\n" + "".join(f'BW-000{n},北围{n},"{to_wkt(land(n))}"\n' for n in (1, 2))


@pytest.fixture
def officer(sign_in: SignIn) -> Person:
    return sign_in(Role.LAND_OFFICER)


def zipped(folder: Path, **members: bytes | str) -> Path:
    """A zip with these members, named as they are called in it."""
    path = folder / "资料.zip"
    with zipfile.ZipFile(path, "w") as out:
        for name, content in members.items():
            out.writestr(name, content)
    return path


def files_of(officer: Person, number: str) -> list[str]:
    (parcel,) = officer.get("/api/v1/parcels", params={"parcel_no": number}).json()["items"]
    return sorted(file["name"] for file in officer.get(f"/api/v1/parcels/{parcel['id']}/files").json()["items"])


def test_files_beside_a_sheet_are_attached_when_its_rows_become_parcels(
    app: FastAPI, officer: Person, tmp_path: Path
) -> None:
    path = zipped(
        tmp_path,
        **{
            "台账.csv": SHEET,
            "BW-0001_红线图.pdf": PDF,
            "附件/BW-0002/产权证.pdf": PDF + b"2",
            "附件/BW-00012.pdf": PDF + b"3",
            "附件/BW-0001.exe": b"MZ",
        },
    )
    address = imported(app, officer, path)
    batch = officer.get(address).json()
    assert (batch["state"], batch["counts"]["acceptable"]) == ("staged", 2)
    said = {issue["code"]: issue["message"] for issue in batch["issues"]}
    assert "台账.csv" in said["zip.sheet"]
    assert "3 个附件按编号对上 2 宗地块" in said["files.matched"]
    assert "BW-00012.pdf" in said["files.unmatched"]

    assert officer.post(f"{address}/accept", json={}).status_code == 200
    jobs.attach_files(app.state.sessions, app.state.store, batch["id"])
    assert files_of(officer, "BW-0001") == ["BW-0001_红线图.pdf"]
    assert files_of(officer, "BW-0002") == ["产权证.pdf"]
    told = officer.get(address).json()["counts"]["files"]
    assert (told["attached"], told["refused"], told["no_match"]) == (2, 1, 1)
    assert "BW-0001.exe" in told["reasons"][0]

    jobs.attach_files(app.state.sessions, app.state.store, batch["id"])  # a job that was begun twice
    assert officer.get(address).json()["counts"]["files"]["present"] == 2
    assert files_of(officer, "BW-0001") == ["BW-0001_红线图.pdf"]


def test_files_of_an_import_that_is_taken_back_go_with_it(app: FastAPI, officer: Person, tmp_path: Path) -> None:
    address = imported(app, officer, zipped(tmp_path, **{"台账.csv": SHEET, "BW-0001.pdf": PDF}))
    officer.post(f"{address}/accept", json={})
    batch_id = int(address.rsplit("/", 1)[1])
    jobs.attach_files(app.state.sessions, app.state.store, batch_id)
    undone = officer.post(f"{address}/undo", json={"reason": "发错了"})
    assert undone.json()["state"] == "undone"
    jobs.attach_files(app.state.sessions, app.state.store, batch_id)  # a job that comes late
    again = imported(app, officer, zipped(tmp_path, **{"台账.csv": SHEET}))
    officer.post(f"{again}/accept", json={})
    assert files_of(officer, "BW-0001") == []


def test_two_sheets_side_by_side_are_refused_by_name(app: FastAPI, officer: Person, tmp_path: Path) -> None:
    address = imported(app, officer, zipped(tmp_path, **{"一.csv": SHEET, "二.csv": SHEET}))
    error = officer.get(address).json()["error"]
    assert "一.csv、二.csv" in error["title"]


def test_a_sheet_in_a_folder_is_an_attachment_of_the_one_above(app: FastAPI, officer: Person, tmp_path: Path) -> None:
    address = imported(app, officer, zipped(tmp_path, **{"台账.csv": SHEET, "BW-0001/勘测点.csv": "a,b\n1,2\n"}))
    assert officer.get(address).json()["counts"]["acceptable"] == 2


def test_an_old_workbook_under_a_new_name_is_refused_in_a_zip_too(
    app: FastAPI, officer: Person, tmp_path: Path
) -> None:
    address = imported(app, officer, zipped(tmp_path, **{"台账.xlsx": b"\xd0\xcf\x11\xe0" + b"\0" * 600}))
    error = officer.get(address).json()["error"]
    assert "台账.xlsx" in error["title"]
    assert "旧版 Excel" in error["title"]


def test_nothing_is_said_of_files_that_are_not_there() -> None:
    assert notes([], ["BW-0001"]) == []


def test_other_files_have_no_attachments(app: FastAPI, officer: Person, tmp_path: Path) -> None:
    answer = upload(officer, txt(tmp_path, TXT_A))
    assert "files" not in answer.json()["options"]
