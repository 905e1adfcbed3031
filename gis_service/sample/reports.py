"""The sample's monthly reports: two months that are closed, with notes that officers wrote for them."""

from datetime import date

from sqlalchemy import select

from gis_service.access.actor import EVERYTHING, Actor
from gis_service.core import clock, db
from gis_service.parcels import queries as register
from gis_service.parcels.models import Deployment
from gis_service.reports import making, notes, rules
from gis_service.reports.making import House
from gis_service.reports.models import MonthlyReport
from gis_service.sample.load import MARK

WHO = Actor(None, "陈晓岚(示例)")
MONTHS = (date(2026, 9, 1), date(2026, 10, 1))
NOTES: tuple[tuple[str, date, dict[str, str]], ...] = (
    ("BW-0009", MONTHS[0], {"difficulty": "清理费用承担主体有异议", "next_step": "召集权属单位和街道协商,先行清理", "responsible": "梁伟(示例)"}),
    ("BW-0027", MONTHS[0], {"difficulty": "围蔽缺口未修复,接收方不签收", "next_step": "10 月底前修复后再踏勘", "responsible": "黄志强(示例)"}),
    ("BW-0009", MONTHS[1], {"difficulty": "", "next_step": "已先行清理,转入追偿", "responsible": "梁伟(示例)"}),
)  # fmt: skip
"""Parcel, month, what is said; the note of BW-0027 is carried over."""


def load(house: House) -> None:
    """Close the months of the sample, unless something was closed already or they are not over."""
    with house.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        closed = session.scalar(select(MonthlyReport.id).limit(1)) is not None
        if closed or session.get(Deployment, MARK) is None:  # a register of its own is nobody's sample
            return
        for parcel_no, month, said in NOTES:
            parcel = register.numbered(session, house.district_code, parcel_no)
            known = {} if parcel is None else notes.of_month(session, month, [parcel])
            if parcel is not None and (
                parcel not in known or not known[parcel].version
            ):  # a loading may have been cut off
                notes.write(session, WHO, month, parcel, 0, {**said, "due_on": None})
    for month in MONTHS:
        if rules.is_over(month, clock.now()):
            making.frozen(house, WHO, EVERYTHING, month, "", lambda _stage: None)
