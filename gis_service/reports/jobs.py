"""The job that makes a pack; done twice it changes nothing, cancelled meanwhile it leaves nothing."""

import io
import time
from functools import partial
from typing import Any

from gis_service.access.actor import Actor
from gis_service.core.db import Scope
from gis_service.core.errors import Refusal
from gis_service.exports.jobs import transaction
from gis_service.jobs.ending import told
from gis_service.reports import making, operations
from gis_service.reports.errors import Cancelled, PackBroke
from gis_service.reports.forms.pack import Made
from gis_service.reports.making import LARGEST_BYTES, House
from gis_service.reports.models import MonthlyPack

TOLD_EVERY_S = 0.4


def process(house: House, pack_id: int) -> None:
    """Take a pack to `done`, or to `failed` with the reason."""
    with transaction(house.sessions) as session:
        made = operations.begin(session, pack_id, making.steps(session))
    if made is None:
        return
    with told(partial(_fail, house, pack_id), PackBroke(pack_id=pack_id), left=(Cancelled,)):
        _process(house, made)


def _process(house: House, made: MonthlyPack) -> None:
    tell = _Teller(house, made.id)
    actor = Actor(made.made_by, made.made_by_name)
    sight = {"see_all": made.see_all, "area_ids": made.area_ids, "unit_ids": made.unit_ids}
    scope = Scope.of(sight, actor_id=made.made_by, actor_name=made.made_by_name)
    frozen = making.frozen(house, actor, scope, made.month, made.reason, tell)
    files = [_kept(house, each) for each in making.made_of(frozen.content, tell)]
    with transaction(house.sessions) as session:
        operations.finish(session, made.id, files, frozen.report.id if frozen.report else None, frozen.as_of)


def _kept(house: House, file: Made) -> dict[str, Any]:
    sha256, size = house.store.put(io.BytesIO(file.content), limit_bytes=LARGEST_BYTES)
    return {"kind": file.kind, "name": file.name, "media_type": file.media_type, "sha256": sha256, "size_bytes": size}


class _Teller:
    """Notes each stage, not more often than somebody looks; asks as often whether the pack is still wanted."""

    def __init__(self, house: House, pack_id: int):
        self.house, self.pack_id, self.done, self.last = house, pack_id, 0, 0.0

    def __call__(self, stage: str) -> None:
        self.done += 1
        if time.monotonic() - self.last >= TOLD_EVERY_S:
            with transaction(self.house.sessions) as session:
                operations.at_stage(session, self.pack_id, stage, self.done)
            self.last = time.monotonic()


def _fail(house: House, pack_id: int, refusal: Refusal) -> None:
    with transaction(house.sessions) as session:
        operations.fail(session, pack_id, refusal)
