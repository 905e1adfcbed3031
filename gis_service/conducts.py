"""The procedures of this service, in the order in which pages and docs show them. Only the composition roots use this."""

from decimal import Decimal
from functools import cache

from gis_service.cases.conduct import CASES
from gis_service.claims.conduct import CLAIMS, conduct_for
from gis_service.disposal.conduct import CONDUCT as DISPOSALS
from gis_service.disposal.proposing import with_proposals
from gis_service.handover.conduct import CONDUCT as HANDOVERS
from gis_service.meetings.conduct import ACTION_ITEMS, MEETINGS
from gis_service.procedures.conduct import Conduct
from gis_service.rectification.conduct import RECTIFICATIONS
from gis_service.settings import Settings
from gis_service.surveys.conduct import SURVEYS

CONDUCTS: tuple[Conduct, ...] = (
    with_proposals(SURVEYS), HANDOVERS, CASES, CLAIMS, RECTIFICATIONS, MEETINGS, ACTION_ITEMS, DISPOSALS,
)  # fmt: skip


def conducts_for(settings: Settings) -> tuple[Conduct, ...]:
    """The same, with what a deployment chose for itself."""
    return _with_claims_up_to(settings.claim_simple_limit_yuan)


@cache
def _with_claims_up_to(simple_limit_yuan: Decimal) -> tuple[Conduct, ...]:
    """Made once, as the doors over them are."""
    claims = conduct_for(simple_limit_yuan)
    return tuple(claims if each is CLAIMS else each for each in CONDUCTS)
