"""Finding: what people type leads to what they mean, why is said, and nothing outside a scope comes out."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import mapping
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from gis_service.access.actor import EVERYTHING
from gis_service.access.rules import Role
from gis_service.core import db
from gis_service.core.db import Scope
from gis_service.parcels.models import ParcelAlias, ParcelDocument
from gis_service.parcels.search import jobs, likeness, queries, words
from gis_service.parcels.search.models import KINDS
from tests.conftest import CloneServices, Person
from tests.factories import a_document, a_parcel, a_unit, an_area, land
from tests.live import work_off

SignIn = Callable[..., Person]
HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)
TYPED = st.text(st.one_of(HAN, st.sampled_from("ABcd019-_· ((，。％ＡＢ９ｘ/〔〕㎡")), max_size=20)


@pytest.fixture
def town(services: CloneServices) -> dict[str, int]:
    """Parcels as people name them, in two areas, one of them struck off."""
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        north, south = an_area(session, name="北围", code="BW"), an_area(session, name="后环", code="HH")
        unit = a_unit(session, name="格力建设投资有限公司", short_name="格力建投")
        made = {
            "xingu": a_parcel(session, shape=land(0), parcel_no="BW-0001", parcel_name="格创·芯谷二期地块", area_id=north.id),
            "huan": a_parcel(session, shape=land(1), parcel_no="HH-0012", parcel_name="后环TJ-03-12地块", area_id=south.id),
            "road": a_parcel(session, shape=land(2), parcel_no="BW-0120", location_text="科技大道北侧、朝阳路以东", area_id=north.id),
            "bounds": a_parcel(session, shape=land(3), parcel_no="HH-0200", bounds_east="至鸡山排洪渠", area_id=south.id),
            "units": a_parcel(session, shape=land(4), parcel_no="BW-0300", parcel_name="TJ-03东地块", area_id=north.id, custodian_unit_id=unit.id),
            "gone": a_parcel(session, shape=land(5), parcel_no="BW-00012", parcel_name="北围旧地块", area_id=north.id, retired_on="2026-01-01"),
        }  # fmt: skip
        session.add(ParcelAlias(parcel_id=made["huan"].id, kind="former_no", value="老编号-7781"))
        paper = a_document(session, doc_no="珠高新土〔2026〕31号", title="关于下发收储计划的通知")
        session.add(ParcelDocument(parcel_id=made["road"].id, document_id=paper.id))
        session.flush()
        ids = {name: parcel.id for name, parcel in made.items()}
        ids |= {"north": north.id, "south": south.id, "unit": unit.id}
    jobs.fill_all(services.sessions)
    return ids


@pytest.fixture
def officer(town: dict[str, int], sign_in: SignIn) -> Person:
    return sign_in(Role.LAND_OFFICER)


def hits(person: Person, q: str, **more: Any) -> list[dict[str, Any]]:
    answer = person.get("/api/v1/search", params={"q": q, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def parcels(person: Person, q: str) -> list[str]:
    return [hit["label"] for hit in hits(person, q) if hit["kind"] == "parcel"]


def shown(hit: dict[str, Any]) -> str:
    """The part of the value that is shown in bold."""
    return "".join(hit["value"][start:end] for start, end in hit["marks"])


@pytest.mark.parametrize(
    ("typed", "number", "field", "how", "bold"),
    [
        ("BW-0001", "BW-0001", "parcel_no", "exact", "BW-0001"),
        ("bw0001", "BW-0001", "parcel_no", "exact", "BW-0001"),
        ("ＢＷ－０００１", "BW-0001", "parcel_no", "exact", "BW-0001"),
        ("hh-00", "HH-0012", "parcel_no", "prefix", "HH-00"),
        ("7781", "HH-0012", "alias", "within", "7781"),
        ("芯谷", "BW-0001", "parcel_name", "within", "芯谷"),
        ("格创芯谷", "BW-0001", "parcel_name", "prefix", "格创·芯谷"),
        ("gcxg", "BW-0001", "parcel_name", "initials", "格创·芯谷"),
        ("gechuangxingu", "BW-0001", "parcel_name", "pinyin", "格创·芯谷"),
        ("格创新谷", "BW-0001", "parcel_name", "pinyin", "格创·芯谷"),
        ("gechaungxingu", "BW-0001", "parcel_name", "fuzzy", "格创·芯谷"),
        ("格创大谷", "BW-0001", "parcel_name", "fuzzy", "格创·芯谷"),
        ("格芯创谷", "BW-0001", "parcel_name", "fuzzy", "格创·芯谷"),
        ("后还tj", "HH-0012", "parcel_name", "pinyin", "后环TJ"),
        ("hou huan tj", "HH-0012", "parcel_name", "pinyin", "后环TJ"),
        ("後環TJ", "HH-0012", "parcel_name", "pinyin", "后环TJ"),
        ("tj0312", "HH-0012", "parcel_name", "within", "TJ-03-12"),
        ("科技大到", "BW-0120", "location_text", "pinyin", "科技大道"),
        ("chaoyanglu", "BW-0120", "location_text", "pinyin", "朝阳路"),
        ("排洪渠", "HH-0200", "bounds", "within", "排洪渠"),
        ("HB-0200", "HH-0200", "parcel_no", "fuzzy", None),
    ],
)
def test_what_is_typed_leads_to_the_parcel_and_says_why(
    officer: Person, typed: str, number: str, field: str, how: str, bold: str | None
) -> None:
    first = next(hit for hit in hits(officer, typed) if hit["kind"] == "parcel")
    assert (first["label"], first["field"], first["how"]) == (number, field, how)
    assert bold is None or shown(first) == bold


def test_areas_units_documents_are_found_too(officer: Person) -> None:
    assert next((hit["kind"], hit["label"]) for hit in hits(officer, "bw")) == ("area", "北围")
    assert {(hit["kind"], hit["label"]) for hit in hits(officer, "北围")} >= {("area", "北围")}
    assert ("unit", "格力建设投资有限公司") in {(hit["kind"], hit["label"]) for hit in hits(officer, "geli")}
    assert ("document", "珠高新土〔2026〕31号") in {(hit["kind"], hit["label"]) for hit in hits(officer, "2026 31号")}
    assert {hit["kind"] for hit in hits(officer, "北围", kinds="area")} == {"area"}
    assert officer.get("/api/v1/search", params={"q": "x", "kinds": "moon"}).json()["code"] == "request.bad"


def test_numbers_come_before_names_and_names_before_what_only_sounds_alike(
    officer: Person, services: CloneServices
) -> None:
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        for n, facts in enumerate([
            {"parcel_no": "XG"}, {"parcel_no": "XG-9"}, {"parcel_no": "Z1", "parcel_name": "xg项目"}, {"parcel_no": "Z2", "parcel_name": "新港"},
        ]):  # fmt: skip
            a_parcel(session, shape=land(n, 3), **facts)
    jobs.fill_all(services.sessions)
    assert parcels(officer, "xg")[:4] == ["XG", "XG-9", "Z1", "Z2"]


def test_struck_off_parcels_come_last_and_are_marked(officer: Person) -> None:
    found = [(hit["label"], hit["retired"]) for hit in hits(officer, "BW-0001") if hit["kind"] == "parcel"]
    assert (found[0], found[-1]) == (("BW-0001", False), ("BW-00012", True))


def test_nothing_is_found_where_nothing_is_near(officer: Person) -> None:
    assert hits(officer, "莫须有的东西") == []
    assert hits(officer, "——%_'\\") == []
    assert hits(officer, "") == []


def test_several_words_may_each_find_the_parcel_in_its_own_way(officer: Person) -> None:
    first = hits(officer, "TJ-03 格力")[0]
    assert (first["label"], shown(first)) == ("BW-0300", "TJ-03")
    assert parcels(officer, "北围 格力") == ["BW-0300"], "an area and a unit"
    assert parcels(officer, "芯谷 后环") == []
    assert listed(officer, "TJ-03 格力") == {"BW-0300"}


def listed(person: Person, q: str, **more: Any) -> set[str]:
    page = person.get("/api/v1/parcels", params={"q": q, **more}).json()
    assert page["total"] == len(page["items"])
    return {item["parcel_no"] for item in page["items"]}


def test_the_list_is_filtered_by_the_same_terms(officer: Person, town: dict[str, int]) -> None:
    assert listed(officer, "gcxg") == {"BW-0001"}
    assert listed(officer, "houhuan") == {"HH-0012", "HH-0200"}, "by name, and by the area"
    assert listed(officer, "格力") == {"BW-0300"}, "by the unit"
    assert listed(officer, "〔2026〕31号") == {"BW-0120"}, "by the paper"
    assert listed(officer, "gechaungxingu") == {"BW-0001"}, "mistyped, where nothing else is found"
    assert listed(officer, "BW-00012") == set(), "struck off"
    assert listed(officer, "北围旧") == set()
    assert listed(officer, "芯谷", as_of="2099-01-01") == {"BW-0001"}, "versions are compared as they stand"
    ids = officer.get("/api/v1/search/parcels", params={"q": "bw", "fence_status": "unknown"}).json()
    assert set(ids["ids"]) == {town[name] for name in ("xingu", "road", "units")}
    assert ids["more"] is False


def test_whatever_statement_writes_a_parcel_it_is_found_at_once_and_by_pinyin_after_the_job(
    officer: Person, services: CloneServices, town: dict[str, int]
) -> None:
    with services.engine.begin() as connection:
        db.enter(connection, EVERYTHING)
        connection.execute(
            text("update parcel set parcel_name = '唐家湾站前地块', parcel_no = 'TJ-9' where id = :id"),
            {"id": town["road"]},
        )
    assert parcels(officer, "TJ-9")[0] == "TJ-9"
    assert parcels(officer, "站前") == ["TJ-9"]
    assert parcels(officer, "BW-0120") == [] or "TJ-9" not in parcels(officer, "BW-0120")
    assert parcels(officer, "zhanqian") == []
    with services.sessions.begin() as session:
        services_enqueue(session)
    work_off(services)
    assert parcels(officer, "zhanqian") == ["TJ-9"]


def services_enqueue(session: Any) -> None:
    from gis_service.jobs import queue

    queue.enqueue(session, jobs.TASK)


def test_what_a_person_writes_is_found_by_pinyin_in_the_same_breath(officer: Person) -> None:
    body = {"parcel_no": "NEW-1", "parcel_name": "淇澳岛码头", "geometry": mapping(land(9, 9)), "reason": "x"}
    made = officer.post("/api/v1/parcels", json=body)
    assert parcels(officer, "qiaodao") == ["NEW-1"]
    address, tag = f"/api/v1/parcels/{made.json()['id']}", made.headers["etag"]
    officer.patch(address, json={"parcel_name": "夏湾", "reason": "改名"}, headers={"If-Match": tag})
    assert (parcels(officer, "xiawan"), parcels(officer, "qiaodao")) == (["NEW-1"], [])
    officer.post("/api/v1/documents", json={"kind": "批复", "doc_no": "香洲〔2026〕8号", "title": "选址意见"})
    assert [hit["kind"] for hit in hits(officer, "xuanzhi")] == ["document"]


def test_names_taken_away_are_not_found_any_more(officer: Person, services: CloneServices) -> None:
    with services.engine.begin() as connection:
        db.enter(connection, EVERYTHING)
        connection.execute(text("delete from parcel_alias where value = '老编号-7781'"))
        connection.execute(text("update unit set name = '华发集团' where name like '格力%'"))
    assert parcels(officer, "7781") == []
    assert [hit["label"] for hit in hits(officer, "华发")] == ["华发集团"]


# --- the scope


@pytest.mark.parametrize(
    "typed", ["BW-0001", "格创芯谷", "gcxg", "gechaungxingu", "BW-0300", "bw", "TJ-03 格力", "7781"]
)
def test_nobody_finds_or_counts_a_parcel_outside_their_scope(typed: str, town: dict[str, int], sign_in: SignIn) -> None:
    southerner = sign_in(Role.INSPECTOR, area_id=town["south"])
    keeper = sign_in(Role.UNIT_USER, unit_id=town["unit"])
    guest = sign_in(Role.GUEST)
    assert set(parcels(southerner, typed)) <= {"HH-0012", "HH-0200"}
    assert listed(southerner, typed) <= {"HH-0012", "HH-0200"}
    assert set(parcels(keeper, typed)) | listed(keeper, typed) <= {"BW-0300"}
    assert set(parcels(guest, typed)) | listed(guest, typed) == set()
    for person, own in ((southerner, {town["huan"], town["bounds"]}), (keeper, {town["units"]}), (guest, set())):
        assert set(person.get("/api/v1/search/parcels", params={"q": typed}).json()["ids"]) <= own


def test_what_is_cut_off_is_not_what_the_scope_lets_through(
    services: CloneServices, town: dict[str, int], sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others' parcels take no places among the candidates."""
    monkeypatch.setattr(queries, "CANDIDATES", 3)
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        for n in range(20):
            a_parcel(session, shape=land(n, 5), parcel_no=f"BW-07{n:02}", parcel_name="后环式样", area_id=town["north"])
    jobs.fill_all(services.sessions)
    southerner = sign_in(Role.INSPECTOR, area_id=town["south"])
    assert parcels(southerner, "后环") == ["HH-0012"]
    assert parcels(southerner, "houhaun") == ["HH-0012"]


def test_guests_find_what_is_published_and_no_documents(
    services: CloneServices, town: dict[str, int], sign_in: SignIn
) -> None:
    with services.engine.begin() as connection:
        db.enter(connection, EVERYTHING)
        connection.execute(text("update parcel set is_published = true where id = :id"), {"id": town["xingu"]})
    guest = sign_in(Role.GUEST)
    assert parcels(guest, "gcxg") == ["BW-0001"]
    assert hits(guest, "31号", kinds="document") == []


def test_a_parcel_that_changes_hands_changes_the_finder(
    services: CloneServices, town: dict[str, int], sign_in: SignIn
) -> None:
    keeper = sign_in(Role.UNIT_USER, unit_id=town["unit"])
    assert parcels(keeper, "芯谷") == []
    with services.engine.begin() as connection:
        db.enter(connection, EVERYTHING)
        connection.execute(
            text("update parcel set custodian_unit_id = :unit where id = :id"),
            {"unit": town["unit"], "id": town["xingu"]},
        )
    assert parcels(keeper, "芯谷") == ["BW-0001"]


@pytest.fixture
def app_engine(services: CloneServices, town: dict[str, int]) -> Iterator[Engine]:
    return services.engine


def test_the_terms_themselves_are_held_by_a_policy(app_engine: Engine, town: dict[str, int]) -> None:
    ask = "select count(*) from search_term where kind = 'parcel'"
    functions = (
        "select count(*) from search_hits('bw', array['%bw%'], 100) where kind = 'parcel'",
        "select count(*) from search_near(array['%bw0001%'], 100) where kind = 'parcel'",
        "select count(*) from parcels_found('bw', array['%bw%'], '{}')",
    )
    for statement in (ask, *functions):
        with app_engine.begin() as connection:
            assert connection.scalar(text(statement)) == 0
        with app_engine.begin() as connection:
            db.enter(connection, Scope(area_ids=frozenset({town["north"]})))
            assert connection.scalar(text(statement)) > 0
    with app_engine.connect() as connection, pytest.raises(DBAPIError, match="permission denied"):
        connection.execute(text("delete from search_term"))


# --- how texts are read


@given(TYPED)
def test_the_letters_of_a_text_are_letters_and_stay_so(typed: str) -> None:
    assert words.letters(words.letters(typed)) == words.letters(typed)
    assert not set(words.letters(typed)) & set("%_\\ |#")


def test_the_database_reads_letters_as_we_do(services: CloneServices) -> None:
    with services.engine.connect() as connection:

        @given(TYPED)
        def alike(typed: str) -> None:
            assert connection.scalar(text("select search_letters(:t)"), {"t": typed}) == words.letters(typed)

        alike()


@given(st.text(st.one_of(HAN, st.sampled_from("ab01-· ")), min_size=2, max_size=12), st.data())
def test_any_part_of_a_text_is_found_in_its_haystack(value: str, data: st.DataObject) -> None:
    squeezed = words.letters(value)
    start = data.draw(st.integers(0, len(squeezed)))
    part = squeezed[start : data.draw(st.integers(start, len(squeezed)))]
    short = len(part) < words.LEAST_TRIGRAM and not any(map(words.is_han, part))
    if part and not (short and start):
        stack = words.haystack(value)
        assert any(like(pattern, stack) for pattern in words.asked(part).patterns)


def like(pattern: str, stack: str) -> bool:
    return pattern.strip("%") in stack


@given(st.text(HAN, min_size=1, max_size=10))
def test_each_letter_has_a_reading(value: str) -> None:
    read = words.readings(words.letters(value))
    assert len(read) == len(words.letters(value))
    assert all(1 <= len(each) <= words.MOST_READINGS for each in read)


LATIN = st.text(st.sampled_from("abcde"), max_size=7)


@given(LATIN.filter(bool), LATIN)
def test_the_distance_is_that_of_the_best_part(word: str, stack: str) -> None:
    measured = int(likeness.distances(word, [stack, "zzz"])[0][0])
    parts = {stack[i:j] for i in range(len(stack) + 1) for j in range(i, len(stack) + 1)}
    assert measured == min(mistakes(word, part) for part in parts)
    start, end = likeness.span(word, stack)
    assert mistakes(word, stack[start:end]) == measured


def mistakes(a: str, b: str) -> int:
    """Optimal string alignment, as the textbooks have it."""
    d = [[i + j if i * j == 0 else 0 for j in range(len(b) + 1)] for i in range(len(a) + 1)]
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            d[i][j] = min(d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1]))
            if i > 1 and j > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]:
                d[i][j] = min(d[i][j], d[i - 2][j - 2] + 1)
    return d[-1][-1]


def test_kinds_are_those_of_the_table() -> None:
    assert set(queries.SUBJECTS) == set(KINDS)
