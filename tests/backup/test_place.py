"""Where the backup folder lies is told, before the disk that holds both is lost."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from gis_service import doctor
from gis_service.access.rules import Role
from gis_service.backup.place import Place, place_of
from gis_service.main import create_app
from gis_service.settings import Settings
from tests.conftest import CloneServices, Person

MEMORY = Path("/dev/shm")
"""Another file system than that of the tests, on every Linux."""


@pytest.fixture
def other_disk(tmp_path: Path) -> Path:
    if not MEMORY.is_dir() or MEMORY.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("no second file system is mounted here")
    return MEMORY / "gis-no-such-folder"


def listed(device: int, kind: str, path: Path) -> Path:
    """A table of mounts in which the device is of that kind."""
    line = f"36 35 {os.major(device)}:{os.minor(device)} / /mnt rw,noatime master:1 - {kind} server:/share rw\n"
    path.write_text(f"22 1 254:7 / / rw - ext4 /dev/root rw\n{line}")
    return path


def test_a_folder_beside_the_data_is_told_from_one_on_another_disk_or_machine(tmp_path: Path, other_disk: Path) -> None:
    data = tmp_path / "var"
    assert place_of(tmp_path / "backups" / "not yet there", data) is Place.SAME
    assert place_of(other_disk, data) is Place.OTHER
    device = MEMORY.stat().st_dev
    for kind, place in (("nfs4", Place.ELSEWHERE), ("cifs", Place.ELSEWHERE), ("xfs", Place.OTHER)):
        assert place_of(other_disk, data, listed(device, kind, tmp_path / "mounts")) is place
    assert place_of(other_disk, data, tmp_path / "no table of mounts") is Place.OTHER


def test_the_page_of_backups_says_where_the_folder_lies(
    services: CloneServices, sign_in: Callable[..., Person], tmp_path: Path, other_disk: Path
) -> None:
    def told(folder: Path | None) -> str | None:
        chosen = services.settings.model_copy(update={"backup_dir": folder})
        person = sign_in(Role.SYSTEM_ADMIN, on=create_app(chosen, services))
        place: str | None = person.get("/api/v1/backups").json()["place"]
        return place

    assert [told(folder) for folder in (tmp_path / "b", other_disk, None)] == ["same", "other", None]


def test_the_doctor_warns_of_a_backup_on_the_disk_of_the_data(tmp_path: Path, other_disk: Path) -> None:
    def found(folder: Path | None) -> doctor.Finding:
        return doctor._backups(Settings(environment="test", var_dir=tmp_path, backup_dir=folder))

    assert not found(tmp_path / "b").good
    assert "同一块磁盘" in found(tmp_path / "b").zh
    assert found(other_disk).good
    assert found(None).good, "whether there are backups is for the deployment to say"
    assert "GIS_BACKUP_DIR" in found(None).en
