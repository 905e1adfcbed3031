"""A waste officer's morning with a survey: a file of holes is looked at and taken in, a log is seen, the volume estimated."""

from pathlib import Path

import pytest
from geoalchemy2.shape import to_shape
from playwright.sync_api import expect

from gis_service.access.actor import EVERYTHING, SERVICE
from gis_service.access.rules import Role
from gis_service.core import db
from gis_service.core.srid import METRIC_SRID, STORAGE_SRID
from gis_service.geo import crs
from gis_service.main import WEB
from gis_service.parcels.models import Parcel
from gis_service.surveys.reading import template
from tests.conftest import CloneServices
from tests.surveys.making import a_log, a_survey
from tests.ways.people import Enter, enter, standing, troubles
from tests.ways.test_desk_story import browser_type_launch_args

__all__ = ["browser_type_launch_args", "enter"]

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not WEB.is_dir(), reason="the pages are not built (make setup)")]


def a_survey_of_the_sample(services: CloneServices) -> tuple[int, list]:
    """A survey of a parcel of the sample, and holes that lie around its middle."""
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        parcel = (
            session.query(Parcel).filter_by(survey_status="pending", retired_on=None).order_by(Parcel.parcel_no).first()
        )
        middle = crs.transform(to_shape(parcel.geom).representative_point(), STORAGE_SRID, METRIC_SRID)
        survey = a_survey(session, SERVICE, parcel)
        logs = [
            a_log(
                n, waste_m="0" if n % 4 == 0 else "2.4", open_ended=n == 5,
                easting=round(type(a_log(0).easting)(middle.x + 9 * (n % 3)), 3), northing=round(type(a_log(0).easting)(middle.y + 9 * (n // 3)), 3),
            )
            for n in range(9)
        ]  # fmt: skip
        return survey.id, logs


def test_holes_are_taken_in_and_the_volume_is_estimated(
    enter: Enter, sample_services: CloneServices, tmp_path: Path
) -> None:
    survey, logs = a_survey_of_the_sample(sample_services)
    file = tmp_path / "钻孔.xlsx"
    file.write_bytes(template.write(logs))
    page = enter(Role.WASTE_OFFICER)
    page.goto(f"/desk/surveys/{survey}")
    expect(standing(page)).to_have_text("未摸排")
    page.get_by_role("tab", name="钻孔").click()
    expect(page.get_by_text("还没有钻孔或探坑")).to_be_visible()
    page.get_by_label("导入钻孔文件").set_input_files(file)
    expect(page.get_by_text("9 个点，可收 9 个，0 处错误")).to_be_visible()
    page.get_by_role("button", name="导入 9 个点").click()
    expect(page.get_by_role("row", name="ZK05")).to_contain_text("≥ 2.40")
    page.get_by_role("row", name="ZK01").get_by_role("button", name="柱状图").click()
    log = page.get_by_alt_text("ZK01 柱状图")
    expect(log).to_be_visible()
    assert page.wait_for_function("img => img.complete && img.naturalWidth > 0", arg=log.element_handle())
    assert troubles(page) == []
    page.get_by_role("tab", name="方量").click()
    page.get_by_role("button", name="估算方量").click()
    expect(page.get_by_text("自然方，90% 区间")).to_be_visible(timeout=90_000)
    expect(page.get_by_role("row", name="泰森多边形")).to_contain_text("≥")
    page.get_by_role("button", name="按此圈定填埋体").click()
    expect(page.get_by_role("row", name="混合垃圾")).to_contain_text("未清除")
    assert troubles(page) == []
