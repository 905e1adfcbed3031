"""文号: the next number of a series, taken in the caller's transaction."""

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gis_service.papers.models import PaperNumber


def next_number(session: Session, *, district_code: str, unit_code: str, prefix: str, series: str, year: int) -> str:
    """The next number of the series, such as 「珠高新移函〔2026〕12号」.

    The row of the series stays locked until the transaction ends: a second taker waits, and a number given back by a rollback is
    the next one's. Numbers count by district, unit, series and year; `prefix` is only written.
    """
    key = {"district_code": district_code, "unit_code": unit_code, "series": series, "year": year}
    taken = (
        insert(PaperNumber)
        .values(**key, last=1)
        .on_conflict_do_update(constraint="pk_paper_number", set_={"last": PaperNumber.last + 1})
        .returning(PaperNumber.last)
    )
    return f"{prefix}{series}〔{year}〕{session.scalar(taken)}号"
