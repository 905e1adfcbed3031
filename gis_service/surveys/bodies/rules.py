"""The stored words of waste bodies."""

from enum import StrEnum


class Hazard(StrEnum):
    """危险特性筛查. A result of the laboratory, never of the eye."""

    NOT_SCREENED = "not_screened"
    NOT_EXCEEDED = "not_exceeded"
    EXCEEDED = "exceeded"
    HAZARDOUS = "hazardous"


HAZARD_WORDS: dict[Hazard, tuple[str, str]] = {
    Hazard.NOT_SCREENED: ("未筛查", "not screened"),
    Hazard.NOT_EXCEEDED: ("未见超标", "no value exceeded"),
    Hazard.EXCEEDED: ("有样品超标,待鉴别", "samples exceed, to be identified"),
    Hazard.HAZARDOUS: ("超标样品数达到判定值", "number of exceeding samples reaches the limit"),
}


class BodyState(StrEnum):
    PRESENT = "present"
    CLEARED = "cleared"
    WITHDRAWN = "withdrawn"


BODY_WORDS: dict[BodyState, tuple[str, str]] = {
    BodyState.PRESENT: ("未清除", "present"),
    BodyState.CLEARED: ("已清除", "cleared"),
    BodyState.WITHDRAWN: ("已撤回", "withdrawn"),
}
