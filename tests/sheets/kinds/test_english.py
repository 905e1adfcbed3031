"""An English sheet has no Chinese words of ours: only names, and those stand in the register."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import text

from gis_service.access.rules import PERMISSIONS
from gis_service.sheets.drawing.items import texts
from gis_service.sheets.gather import Desk
from gis_service.sheets.kinds import KINDS, made

pytestmark = pytest.mark.slow
Desks = Callable[..., Desk]
CHINESE = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]+")
SUBJECTS = {
    "parcel": "BW-0019", "area": "后环", "batch": "YJP2026-0001", "patrol": "1", "patrols": "后环/{first}/{last}",
    "case": "AJ2026-0001",
}  # fmt: skip
NAMES = {
    "parcel": ("parcel_name", "location_text", "bounds_east", "bounds_south", "bounds_west", "bounds_north"),
    "area": ("name",), "unit": ("name",), "ground": ("name",), "land_class": ("name",), "proceeding": ("title", "place_text"),
    "handover_batch": ("title",), "vehicle": ("plate",), "source_site": ("name",), "disposal_site": ("name",), "app_user": ("display_name",),
    "patrol": ("inspector_name",), "patrol_task": ("title",), "field_photo": ("caption",), "survey_point": ("driller", "logged_by"),
    "stratum": ("name", "description"),
}  # fmt: skip


def names(at: Desk) -> list[str]:
    """What the register holds in Chinese, the longest first."""
    found: set[str] = set()
    for table, columns in NAMES.items():
        known = set(
            at.session.scalars(
                text("select column_name from information_schema.columns where table_name = :table"), {"table": table}
            )
        )
        for column in known & set(columns):
            found |= {
                str(each)
                for each in at.session.scalars(
                    text(f"select distinct {column} from {table} where {column} is not null")
                )
            }
    return sorted((each for each in found if CHINESE.search(each)), key=len, reverse=True)


def test_no_chinese_words_of_ours_are_on_an_english_sheet(today: Desks) -> None:
    known = names(today())
    first = today().session.scalar(text("select min(started_at)::date from patrol"))
    for kind in KINDS:
        at = today(may=frozenset(PERMISSIONS), reason="meeting", lang="en")
        for page in made(at, kind, SUBJECTS[KINDS[kind].subject].format(first=first, last=first + timedelta(days=20))):
            for each in texts(page):
                left = each.said
                for name in known:
                    left = left.replace(name, "")
                rest = "".join(CHINESE.findall(left))
                # a long value is broken over two lines, or cut in its middle: then its pieces are in a name
                pieces = [piece for piece in re.split(r"[…]", rest) if piece]
                assert all(
                    any(piece in re.sub(r"\W", "", name) or piece in name for name in known) for piece in pieces
                ), (kind, each.said)
