"""Words of sites, and what a truck may weigh. Pure."""

from decimal import Decimal
from enum import StrEnum


class SiteKind(StrEnum):
    LANDFILL = "landfill"
    RECYCLING = "recycling"
    BACKFILL = "backfill"
    TRANSFER = "transfer"
    INCINERATION = "incineration"
    INDUSTRIAL = "industrial"


SITE_WORDS: dict[SiteKind, tuple[str, str]] = {
    SiteKind.LANDFILL: ("消纳场、填埋场", "landfill"),
    SiteKind.RECYCLING: ("资源化利用厂", "recycling plant"),
    SiteKind.BACKFILL: ("回填利用工地", "site that backfills"),
    SiteKind.TRANSFER: ("转运、分拣站", "transfer station"),
    SiteKind.INCINERATION: ("焚烧厂", "incineration plant"),
    SiteKind.INDUSTRIAL: ("一般工业固废处置场", "industrial waste site"),
}

GROSS_LIMIT_T = Decimal(31)
"""What a four-axle dump truck may weigh with its load; the truck's own paper stands before it (product default)."""

SITE_RADIUS_M = 300
"""How far from its point an unloading still is on the site, where no outline is known (product default)."""
