"""The web application, put together. The only place that knows every package's routes."""

import mimetypes
import multiprocessing
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import anyio
from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.responses import FileResponse, JSONResponse, RedirectResponse
from sqlalchemy import text
from starlette.datastructures import Headers, State
from starlette.staticfiles import StaticFiles

import gis_service.access.identity.routes
import gis_service.access.login
import gis_service.access.routes
import gis_service.access.second_factor.routes
import gis_service.access.sessions.routes
import gis_service.backup.routes
import gis_service.cases.clues.public
import gis_service.cases.clues.routes
import gis_service.cases.routes
import gis_service.disposal.manifests.routes
import gis_service.disposal.routes
import gis_service.editing.routes
import gis_service.exports.packages.routes
import gis_service.exports.routes
import gis_service.following.routes
import gis_service.handover.routes
import gis_service.kpi.routes
import gis_service.notifications.routes
import gis_service.papers.routes
import gis_service.parcels.attachments.routes
import gis_service.parcels.bulk.routes
import gis_service.parcels.changes.routes
import gis_service.parcels.facilities.routes
import gis_service.parcels.imports.desk
import gis_service.parcels.imports.routes
import gis_service.parcels.lineage.routes
import gis_service.parcels.routes
import gis_service.parcels.search.routes
import gis_service.parcels.topology.routes
import gis_service.patrols.basemaps.routes
import gis_service.patrols.conflicts.routes
import gis_service.patrols.inbox.desk
import gis_service.patrols.inbox.routes
import gis_service.patrols.planning.routes
import gis_service.patrols.walks.routes
import gis_service.reports.routes
import gis_service.risk.routes
import gis_service.sheets.atlas.routes
import gis_service.sheets.layouts.routes
import gis_service.sheets.routes
import gis_service.surveys.bodies.routes
import gis_service.surveys.estimates.routes
import gis_service.surveys.heaps.routes
import gis_service.surveys.points.files
import gis_service.surveys.points.routes
import gis_service.surveys.programmes.routes
import gis_service.tls.page
from gis_service import settings as configuration
from gis_service.access import entering
from gis_service.access.edge import Doorkeeper, Permit, Work
from gis_service.access.profiles import PROFILES, Profile
from gis_service.conducts import conducts_for
from gis_service.core import clock, host, http, logs, migrate, networks
from gis_service.core.bounds import Bounds
from gis_service.core.described import described, sends
from gis_service.core.errors import NotFound
from gis_service.core.limiter import Limiter
from gis_service.core.routing import Signpost
from gis_service.core.srid import METRIC_SRID, STORAGE_SRID
from gis_service.disposal import queries as disposal_queries
from gis_service.editing.nouns import edits
from gis_service.evidence import routes as evidence
from gis_service.jobs import queue
from gis_service.maps import routes as map_routes
from gis_service.maps.catalogue import Catalogue
from gis_service.maps.standing import Standing
from gis_service.meetings import routes as meetings
from gis_service.papers import fonts
from gis_service.procedures import routes as procedures
from gis_service.procedures.doors import router_for
from gis_service.rectification import routes as rectifications
from gis_service.services import Services
from gis_service.settings import ROOT, Settings
from gis_service.sheets.printing.press import PRESS
from gis_service.tls import keeping

WAITING = 32
"""Requests that may wait for each database connection, with a thread each; whoever comes then is told to come again. Pages and
tiles take 5 to 50 ms of a connection, so the last of the queue waits two seconds at most."""
SPARE = 32
"""Threads beyond those: health is answered however long the queue is."""

CLOCK_OFF_S = 60
"""How far the clocks of this process and of the database may be apart: days and deadlines go by this one,
sessions and versions by the database's."""

WEB = ROOT / "gis_service" / "web" / "dist"
LAYERS = ROOT / "layers"


class House(State):
    """What the routes find in `app.state`."""

    @property
    def layers(self) -> Catalogue:
        """The layers as they stand, asked for anew by every request."""
        standing: Standing = self.standing
        return standing.now()


def create_app(settings: Settings | None = None, services: Services | None = None) -> FastAPI:
    """The application for these settings; tests hand in services of their own."""
    settings = settings or configuration.load()
    services = services or Services(settings)

    @asynccontextmanager
    async def life(_app: FastAPI) -> AsyncIterator[None]:
        # The one queue is that for connections. Threads must outnumber it by far: a request that has its connection and waits
        # for a thread, while all threads wait for connections, would wait until the database gave up on it.
        anyio.to_thread.current_default_thread_limiter().total_tokens = settings.threads * WAITING + SPARE
        yield
        PRESS.close()
        services.close()

    app = FastAPI(
        title="gis_service",
        version=version("gis-service"),
        lifespan=life,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    app.state = House()
    app.state.settings, app.state.services = settings, services
    app.state.sessions, app.state.reader, app.state.store = services.sessions, services.reader, services.store
    app.state.exports, app.state.vault = services.exports, services.vault
    profile = PROFILES[settings.security_profile]
    app.state.doorkeeper = Doorkeeper(
        services.sessions,
        secure=keeping.is_secure(settings),
        profile=profile,
        admin_networks=networks.parsed(settings.admin_networks),
    )
    app.state.wrong_tries = entering.limiter()
    app.state.enqueue = queue.enqueue
    app.state.weighed = disposal_queries.weighed
    app.state.batch_map = gis_service.sheets.routes.batch_map
    app.state.public_limits = {"send": Limiter(settings.clue_per_hour, 3600), "look": Limiter(60, 60)}
    fonts.choose(settings.paper_fonts)
    app.state.standing = Standing(services.reader, _shipped())
    app.state.edits = edits(gis_service.editing.routes.NOUNS, app.state.standing.shipped)
    app.add_middleware(Bounds, most_at_once=settings.threads * WAITING)
    http.install(app, only_https_days=profile.hsts_days if settings.hsts_days is None else settings.hsts_days)
    conducts = conducts_for(settings)
    for router in (
        *map_routes.routers(),  # first, since most requests are a map's
        gis_service.access.routes.router,
        gis_service.access.routes.unkept,
        gis_service.access.second_factor.routes.router,
        gis_service.access.sessions.routes.router,
        gis_service.access.identity.routes.router,
        gis_service.access.login.router,
        gis_service.notifications.routes.router,
        gis_service.notifications.routes.unkept,
        gis_service.exports.routes.router,  # before the parcels: /parcels/export is no parcel's number
        gis_service.parcels.changes.routes.router,  # before the parcel of any number: `changes` is no number
        gis_service.parcels.bulk.routes.router,  # before the register: /parcels/bulk is no parcel
        gis_service.parcels.routes.router,
        gis_service.parcels.search.routes.router,
        gis_service.parcels.facilities.routes.router,
        gis_service.parcels.attachments.routes.router,
        gis_service.parcels.imports.routes.router,
        gis_service.parcels.topology.routes.router,
        gis_service.parcels.imports.desk.router,
        gis_service.parcels.lineage.routes.router,
        gis_service.parcels.lineage.routes.previews,
        gis_service.papers.routes.router,
        gis_service.patrols.conflicts.routes.router,  # before the walks: /patrols/conflicts and /patrols/inbox are no walk
        gis_service.patrols.inbox.desk.router,
        gis_service.patrols.inbox.routes.router,
        gis_service.patrols.planning.routes.router,
        gis_service.patrols.walks.routes.router,
        gis_service.risk.routes.router,
        gis_service.patrols.basemaps.routes.router,
        gis_service.surveys.programmes.routes.router,
        gis_service.surveys.bodies.routes.router,
        gis_service.surveys.heaps.routes.router,
        gis_service.surveys.heaps.routes.heap_router,
        gis_service.following.routes.router,
        gis_service.surveys.points.files.router,  # before the points: `import` and `template.xlsx` are no numbers
        gis_service.surveys.estimates.routes.router,
        gis_service.surveys.points.routes.router,
        gis_service.cases.routes.router,
        gis_service.cases.routes.revealing,
        gis_service.cases.clues.routes.router,
        gis_service.cases.clues.routes.revealing,
        gis_service.cases.clues.public.pages,
        gis_service.tls.page.router,
        gis_service.backup.routes.router,
        gis_service.handover.routes.router,
        procedures.router_over(conducts),
        gis_service.disposal.manifests.routes.router,
        gis_service.disposal.routes.router,  # before the procedures: /disposals/plan is no number
        gis_service.disposal.routes.partner_router,
        rectifications.router,  # before the procedures: /rectifications/items is no number
        meetings.router_over(conducts),
        *map(router_for, conducts),
        *map(evidence.router_for, conducts),
        gis_service.sheets.routes.router,
        gis_service.reports.routes.router,
        gis_service.kpi.routes.router,
        gis_service.sheets.atlas.routes.router,
        gis_service.exports.packages.routes.router,
        gis_service.sheets.layouts.routes.previews,  # before the layouts: `preview` is no number
        gis_service.sheets.layouts.routes.router,
        gis_service.editing.routes.router,
        house,
        pages,
    ):
        app.include_router(Signpost(router))
    if WEB.is_dir():
        app.mount("/static", Built(directory=WEB), name="static")
    return app


@cache
def _shipped() -> Catalogue:
    """The layers of this release: read once, since nothing changes them."""
    return Catalogue.load(LAYERS)


house = APIRouter()
"""Routes that belong to no package: configuration, health, metrics, pages. Made once: FastAPI remembers every endpoint it has seen, and with
a function made anew for each application all of these would stay in memory."""


@house.get("/api/v1/config")
def config(work: Annotated[Work, Depends(Permit("me.read"), scope="function")]) -> dict[str, Any]:
    """What the pages must know before they draw, also for somebody who must change their password or bind an authenticator first."""
    settings: Settings = work.request.app.state.settings
    sample = work.session.scalar(text("select value from deployment where key = 'sample_data'"))
    west, south, east, north = settings.plausible_box
    return {
        "title": settings.title,
        "district_code": settings.district_code,
        "storage_srid": STORAGE_SRID,
        "metric_srid": METRIC_SRID,
        "sample_data": sample is not None,
        "view": {"center": [(west + east) / 2, (south + north) / 2], "zoom": 13, "box": settings.plausible_box},
        "version": work.request.app.version,
        "environment": settings.environment,
        "passwords": _asked_of_passwords(work.request.app.state.doorkeeper.profile),
    }


def _asked_of_passwords(profile: Profile) -> dict[str, int]:
    """What the page says beside the field for a new password."""
    return {"min_length": profile.min_length, "kinds": profile.kinds}


@house.get("/api/v1/jobs/{job_id}")
def job(work: Annotated[Work, Depends(Permit("me.read"), scope="function")], job_id: int) -> dict[str, Any]:
    found = queue.state(work.session, job_id)
    if found is None:
        raise NotFound(what="任务", key=job_id)
    return found


@house.get("/api/v1/openapi.json")
def document(work: Annotated[Work, Depends(Permit("me.read"), scope="function")]) -> JSONResponse:
    return JSONResponse(described(work.request.app))


@house.get("/healthz")
def alive() -> dict[str, str]:
    return {"status": "ok"}


@house.get("/readyz")
def ready(request: Request) -> JSONResponse:
    """Ready when the database answers, has this code's schema, and its row policies can use the spatial index."""
    faults = _faults(request.app.state.services)
    return JSONResponse(
        {"status": "degraded" if faults else "ok", "faults": faults}, 503 if "database" in faults else 200
    )


@house.get("/metrics", **sends("text/plain"))
def metrics() -> Response:
    return Response(http.metrics(), media_type="text/plain; version=0.0.4")


# --- the built pages: the desk, the field app with its service worker -------------------------------------------------


pages = APIRouter(include_in_schema=False)
"""For browsers: no part of the API."""


@pages.get("/")
def home() -> RedirectResponse:
    return RedirectResponse("/desk/")


@pages.get("/desk")
@pages.get("/desk/{path:path}")
def desk(path: str = "") -> Response:  # noqa: ARG001  (the page itself reads its address)
    return _page(WEB / "desk" / "index.html")


@pages.get("/field")
def to_field() -> RedirectResponse:
    """The service worker looks after what lies below /field/."""
    return RedirectResponse("/field/")


@pages.get("/field/sw.js")
def field_worker() -> Response:
    return _page(WEB / "field" / "sw.js", "text/javascript")


@pages.get("/field/manifest.webmanifest")
def field_manifest() -> Response:
    return _page(WEB / "field" / "manifest.webmanifest", "application/manifest+json")


@pages.get("/field/{path:path}")
def field(path: str = "") -> Response:  # noqa: ARG001  (the page itself reads its address)
    return _page(WEB / "field" / "index.html")


def _faults(services: Services) -> dict[str, str]:
    try:
        with services.engine.connect() as connection:
            head = connection.scalar(text("select version_num from alembic_version"))
            moment = connection.scalar(text("select clock_timestamp()"))
            off_s = (clock.now() - moment).total_seconds() if moment else 0.0
            leakproof = connection.scalar(
                text(
                    "select bool_and(proleakproof) from pg_proc where proname in ('geometry_overlaps', 'range_contains_elem')"
                )
            )
    except Exception as error:
        return {"database": type(error).__name__}
    faults = {}
    if abs(off_s) > CLOCK_OFF_S:
        faults["clock"] = (
            f"{off_s:+.0f} s off the database's: days and deadlines are reckoned by it; keep time (chrony)"
        )
    if head != migrate.target()[0]:
        faults["schema"] = f"{head} instead of {migrate.target()[0]}"
    if not leakproof:
        faults["leakproof"] = (
            "alter function geometry_overlaps(geometry, geometry) leakproof; "
            "alter function range_contains_elem(anyrange, anyelement) leakproof"
        )
    return faults


def _page(path: Path, media_type: str = "text/html") -> Response:
    if not path.exists():
        raise NotFound(what="页面(前端未构建,请运行 make setup)", key=path.name)
    return FileResponse(path, media_type=media_type, headers={"Cache-Control": "no-cache"})


class Built(StaticFiles):
    """The built pages' files. Names carry a hash, so browsers keep them; who takes gzip gets the sibling made at the build."""

    def file_response(self, full_path: Any, stat_result: Any, scope: Any, status_code: int = 200) -> Response:
        packed = Path(f"{full_path}.gz")
        if "gzip" in Headers(scope=scope).get("accept-encoding", "") and packed.exists():
            response = super().file_response(packed, packed.stat(), scope, status_code)
            response.headers["Content-Encoding"] = "gzip"
            response.headers["Content-Type"] = mimetypes.guess_type(str(full_path))[0] or "application/octet-stream"
        else:
            response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["Vary"] = "Accept-Encoding"
        if "/assets/" in str(full_path):
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def app() -> FastAPI:
    """For uvicorn: `gis_service.main:app` with factory. One of several web processes ends when the first does, however that dies:
    an orphan would go on answering on the port, with nobody to stop it."""
    if first := multiprocessing.parent_process():
        host.die_with(first.pid or 0)()
    settings = configuration.load()
    logs.configure(settings.log_format)
    return create_app(settings)
