"""People of the sample district, each in a browser of their own."""

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page
from sqlalchemy import select

from gis_service.access import operations as access
from gis_service.access.actor import EVERYTHING, SERVICE
from gis_service.access.models import Unit
from gis_service.access.rules import Role
from gis_service.core import db
from gis_service.main import create_app
from tests.conftest import PASSWORD, CloneServices
from tests.live import serving, working

Enter = Callable[..., Page]
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture
def enter(sample_services: CloneServices, browser: Browser) -> Iterator[Enter]:
    """`enter(Role.LEADER)`: a page of the desk on which somebody with that role is signed in; `unit` by its code."""
    app = create_app(sample_services.settings, sample_services)
    contexts: list[BrowserContext] = []

    with serving(app) as port, working(sample_services):

        def make(*roles: Role, unit: str | None = None, size: dict[str, int] | None = None) -> Page:
            username = f"s{len(contexts)}"
            with sample_services.sessions.begin() as session:
                db.enter(session, EVERYTHING)
                unit_id = session.scalar(select(Unit.id).where(Unit.code == unit)) if unit else None
                user = access.create_user(
                    session, SERVICE, username=username, display_name=username, password=PASSWORD, own_choice=True
                )
                for role in roles:
                    access.grant_role(session, SERVICE, user.id, role, unit_id=unit_id)
            context = browser.new_context(
                base_url=f"http://127.0.0.1:{port}",
                viewport=size or DESK,
                locale="zh-CN",
                timezone_id="Asia/Shanghai",
                reduced_motion="reduce",  # a colour on its way to another is nobody's contrast
            )
            contexts.append(context)
            page = context.new_page()
            answer = context.request.post(
                "/api/v1/sessions",
                data={"username": username, "password": PASSWORD},
                headers={"Sec-Fetch-Site": "same-origin"},
            )
            assert answer.status == 201, answer.text()
            return page

        yield make
        for context in contexts:
            context.close()


def troubles(page: Page) -> list[tuple[str, str]]:
    """What would be in the way of somebody who does not see or does not point."""
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa"]}).response["violations"]
    return [(one["id"], one["nodes"][0]["html"]) for one in found]


def first(page: Page, plural: str, **wanted: str) -> int:
    """The newest proceeding of a procedure that stands in a state."""
    found = page.request.get(f"/api/v1/{plural}", params=wanted).json()["items"]
    return int(found[0]["id"])


def standing(page: Page) -> Locator:
    """The sign on the page of a proceeding that says where it stands."""
    return page.locator(".detail header .chip")
