"""The refusals of claims."""

from gis_service.core.errors import Refusal
from gis_service.core.http import CONFLICTS


class IncidentOrder(Refusal):
    code, status = "claim.incident_order", 422
    zh = "损害持续至 {until},早于发生日期 {on}。"
    en = "The harm went on until {until}, before it began on {on}."


class AnnouncedAhead(Refusal):
    code, status = "claim.announced_ahead", 422
    zh = "公告日期 {day} 晚于登记日期 {on}。"
    en = "The day of the announcement, {day}, lies after {on}, the day it is recorded."


CONFLICTS |= {
    "ck_damage_claim_claimant": (
        "赔偿权利人只能是设区的市级或省级人民政府,不能是区。",
        "only the city or the province can be the claimant, never the district.",
    ),
    "ck_damage_claim_incident": ("损害结束早于发生。", "the harm ends before it began."),
}
