"""A day of an inspector, from start to end, becomes rows."""

from tests.conftest import Person
from tests.patrols.inbox.conftest import Land
from tests.patrols.inbox.phone import Phone, position


def test_a_day_becomes_rows(ground: Land, inspector: Person, phone: Phone) -> None:
    start = phone.start(weather="晴")
    track = phone.track(points=3)
    visit = phone.visit(ground.parcels[0], photos=2)
    seen = phone.observation(parcel_id=ground.parcels[0], visit=visit["uuid"], photos=1)
    end = phone.end(remark="完")
    phone.send_files(inspector)
    verdicts = phone.send(inspector, start, track, visit, seen, end)
    assert [each["verdict"] for each in verdicts] == ["stored"] * 5, verdicts
    assert [each["sha256"] for each in verdicts] == [each["sha256"] for each in phone.records]
    assert ground.one("select state, weather, remark, area_id, inspector_id from patrol") == (
        "recorded", "晴", "完", ground.area, inspector.user_id,
    )  # fmt: skip
    assert ground.one("select count(*) from field_photo") == 3
    assert ground.one("select distance_m from visit") == 0
    assert ground.one("select severity, area_id, parcel_id from observation") == (
        "high",
        ground.area,
        ground.parcels[0],
    )
    assert ground.one("select st_npoints(geom), jsonb_array_length(fixes) from track_part") == (3, 3)
    tasks = ground.rows("select task_name from jobs.procrastinate_jobs order by 1")
    assert {name for (name,) in tasks} >= {"patrols.follow", "patrols.measure", "patrols.thumbnails"}


def test_the_same_batch_again_changes_nothing(ground: Land, inspector: Person, phone: Phone) -> None:
    sent = [phone.start(), phone.visit(ground.parcels[1]), phone.end()]
    first = phone.send(inspector, *sent)
    again = phone.send(inspector, *sent)
    assert [each["verdict"] for each in again] == ["duplicate"] * 3
    assert [each["row"] for each in again] == [each["row"] for each in first]
    assert ground.one("select count(*) from visit") == 1


def test_what_comes_out_of_order_waits_and_becomes_rows(ground: Land, inspector: Person, phone: Phone) -> None:
    start = phone.start()
    visit = phone.visit(ground.parcels[0], photos=1)
    seen = phone.observation(visit=visit["uuid"])
    assert phone.send(inspector, seen)[0]["reason"]["waits_for"] == [phone.patrol]
    assert phone.send(inspector, visit)[0]["verdict"] == "held"
    phone.send(inspector, start)
    (held,) = phone.send(inspector, visit)
    assert held["reason"]["code"] == "field.waits_for_file"
    phone.send_files(inspector)
    assert [each["verdict"] for each in phone.send(inspector, visit, seen)] == ["duplicate", "duplicate"]


def test_a_finding_without_a_parcel_gets_the_one_it_lies_on(ground: Land, inspector: Person, phone: Phone) -> None:
    sent = [phone.start(), phone.observation(position=position(113.5215, 22.3905))]
    assert phone.send(inspector, *sent)[1]["verdict"] == "stored"
    assert ground.one("select parcel_id from observation") == ground.parcels[1]


def test_the_pack_holds_what_the_phone_needs(ground: Land, inspector: Person) -> None:
    first = inspector.get("/api/v1/field/pack")
    assert first.status_code == 200, first.text
    pack = first.json()
    assert {each["properties"]["id"] for each in pack["parcels"]["features"]} == set(ground.parcels)
    assert [each["id"] for each in pack["areas"]] == [ground.area]
    assert pack["settings"]["track_batch"] == 250
    assert inspector.get("/api/v1/field/pack", headers={"If-None-Match": first.headers["etag"]}).status_code == 304
