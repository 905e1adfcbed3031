"""No page shows a column by the name it has in the database."""

import re

import pytest

from gis_service.main import WEB
from gis_service.parcels.models import Parcel

FIELDS = WEB.parent / "src" / "desk" / "parcels" / "fields.ts"
NEVER_SHOWN = {"id", "district_code", "created_at", "created_by"}


@pytest.mark.parametrize(
    "column", [column.name for column in Parcel.__table__.columns if column.name not in NEVER_SHOWN]
)
def test_every_column_has_a_word_on_the_desk(column: str) -> None:
    """A comparison of two versions may name any of them."""
    words = FIELDS.read_text("utf-8")
    assert re.search(rf"(name|writes): '{column}'|\b{column}: '", words)
