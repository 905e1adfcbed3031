"""A corrected file beside the one before: what became good, came, went, changed, moved."""

from collections.abc import Callable
from pathlib import Path

from fastapi import FastAPI
from shapely.affinity import translate
from sqlalchemy.orm import Session

from gis_service.access.rules import Role
from gis_service.parcels.imports import comparing
from tests.conftest import Person
from tests.factories import land
from tests.parcels.imports.made import feature, geojson, staged
from tests.parcels.imports.test_checks import BOWTIE
from tests.parcels.imports.test_doors import imported


def test_the_same_name_and_sender_make_a_predecessor(session: Session, tmp_path: Path) -> None:
    path = geojson(tmp_path, feature(land(), "A"))
    first = staged(session, path, sender="所")
    assert staged(session, path).previous_batch_id is None
    assert staged(session, path, sender="所").previous_batch_id == first.id


def test_every_kind_of_difference_is_told_at_its_row(session: Session, tmp_path: Path) -> None:
    before = staged(
        session,
        geojson(
            tmp_path, feature(BOWTIE, "FIXED"), feature(land(3), "SAME"), feature(land(4), "GONE"), feature(land(5), "CELL", 备注="a"),
            feature(land(7), "MOVED"),
        ),
    )  # fmt: skip
    now = staged(
        session,
        geojson(
            tmp_path, feature(land(3), "SAME"), feature(land(5), "CELL", 备注="b"), feature(translate(land(7), 1e-5, 0), "MOVED"),
            feature(land(), "FIXED"), feature(land(9), "NEW"),
        ),
    )  # fmt: skip
    counts = comparing.counts(session, before.id, now.id)
    wanted = {"fixed": 1, "new": 1, "gone": 1, "changed": 1, "moved": 2, "same": 1}
    assert {name: counts[name] for name in wanted} == wanted
    found = {one["parcel_no"]: one for one in comparing.page(session, before.id, now.id, after=0, limit=50)}
    assert {number: one["kinds"] for number, one in found.items()} == {
        "CELL": ["changed"], "MOVED": ["moved"], "FIXED": ["fixed", "moved"], "NEW": ["new"], "GONE": ["gone"],
    }  # fmt: skip
    assert found["CELL"]["cells"] == [{"column": "备注", "before": "a", "after": "b"}]
    assert 0.9 < found["MOVED"]["moved_m"] < 1.2
    assert (found["CELL"]["row_before"], found["CELL"]["row"], found["GONE"]["row"]) == (4, 2, None)


def test_rows_without_numbers_are_compared_by_their_place(session: Session, tmp_path: Path) -> None:
    before = staged(session, geojson(tmp_path, feature(land(), None, 备注="a")))
    now = staged(session, geojson(tmp_path, feature(land(), None, 备注="b")))
    (found,) = comparing.page(session, before.id, now.id, after=0, limit=50)
    assert (found["row"], found["kinds"]) == (1, ["changed"])


def test_the_comparison_is_paged_over_http_and_may_name_another_predecessor(
    app: FastAPI, sign_in: Callable[..., Person], tmp_path: Path
) -> None:
    officer = sign_in(Role.LAND_OFFICER)
    first = imported(app, officer, geojson(tmp_path, feature(land(), "A", 备注="a"), feature(land(1), "B", 备注="a")))
    assert officer.get(f"{first}/changes").json()["previous"] is None
    second = imported(app, officer, geojson(tmp_path, feature(land(), "A", 备注="b"), feature(land(1), "B", 备注="b")))
    page = officer.get(f"{second}/changes", params={"limit": 1}).json()
    assert (page["previous"]["id"], page["counts"]["changed"]) == (int(first.rsplit("/", 1)[1]), 2)
    rest = officer.get(f"{second}/changes", params={"limit": 1, "after": page["next"]}).json()
    assert ([one["parcel_no"] for one in rest["items"]], rest["next"]) == (["B"], None)
    chosen = officer.get(f"{first}/changes", params={"previous": int(second.rsplit("/", 1)[1])}).json()
    assert chosen["items"][0]["cells"] == [{"column": "备注", "before": "b", "after": "a"}]
    named = imported(
        app,
        officer,
        geojson(tmp_path, feature(land(), "A"), name="other.geojson"),
        previous_batch_id=page["previous"]["id"].__str__(),
    )
    assert officer.get(named).json()["previous_batch_id"] == page["previous"]["id"]
