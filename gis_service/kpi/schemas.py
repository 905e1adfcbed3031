"""Shapes of the figures' doors."""

from decimal import Decimal
from typing import Any

from pydantic import BaseModel, Field, model_validator

from gis_service.kpi.catalogue import GROUPS, OWNERS, PERIODS, UNIT_ROLES, Indicator
from gis_service.kpi.catalogue import UNITS_EN as EN


class TargetIn(BaseModel):
    """A planned value for the district, or for one area or one unit."""

    code: str
    year: int = Field(ge=2000, le=2100)
    value: Decimal = Field(ge=0, max_digits=16, decimal_places=3)
    area_id: int | None = None
    unit_id: int | None = None
    note: str = Field(default="", max_length=500)

    @model_validator(mode="after")
    def one_scope(self) -> "TargetIn":
        if self.area_id is not None and self.unit_id is not None:
            raise ValueError("area_id 和 unit_id 只能填一个 · either an area or a unit")
        return self


class TargetChange(BaseModel):
    """Another value; null takes the plan back."""

    value: Decimal | None = Field(ge=0, max_digits=16, decimal_places=3)
    note: str = Field(default="", max_length=500)


def indicator_out(each: Indicator) -> dict[str, Any]:
    return {
        "code": each.code, "zh": each.zh, "en": each.en, "sentence_zh": each.sentence_zh, "sentence_en": each.sentence_en,
        "numerator_zh": each.numerator_zh, "numerator_en": each.numerator_en, "denominator_zh": each.denominator_zh,
        "denominator_en": each.denominator_en, "unit": each.unit, "unit_en": EN[each.unit], "counted_in": each.counted_in,
        "counted_in_en": EN[each.counted_in], "is_ratio": each.den is not None, "group": each.group, "group_zh": GROUPS[each.group][0],
        "group_en": GROUPS[each.group][1], "owner_zh": OWNERS[each.owner][0], "owner_en": OWNERS[each.owner][1],
        "period_zh": PERIODS[each.period][0], "period_en": PERIODS[each.period][1], "by_unit_zh": UNIT_ROLES[each.unit_role][0],
        "by_unit_en": UNIT_ROLES[each.unit_role][1], "up": each.up,
    }  # fmt: skip
