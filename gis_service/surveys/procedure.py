"""The table of a survey: its stages, what each must tell, and what closes it. Pure."""

from gis_service.procedures.rules import WAIVE, WAIVED, Clock, Fact, FactKind, Measure, Procedure, State, Step
from gis_service.surveys.rules import GEOPHYSICS_WORDS, RESULT_WORDS, SUSPICION_WORDS, SurveyResult

HANDLE, REVIEW, APPROVE = "survey.handle", "survey.review", "survey.approve"

RESULTS = tuple((code.value, *words) for code, words in RESULT_WORDS.items())
SUSPICIONS = tuple((code.value, *words) for code, words in SUSPICION_WORDS.items())
METHODS = tuple((code.value, *words) for code, words in GEOPHYSICS_WORDS.items())
VERDICTS = (("pass", "通过", "passed"), ("amend", "修改后再审", "to be amended"))

WAIVABLE = (
    ("too_few_points", "钻探点数少于布点要求", "fewer points than the layout asks for"),
    ("no_intrusive_evidence", "没有钻探、坑探证据", "no evidence of holes"),
    ("results_wanting", "样品没有检测结果", "samples without results"),
)
"""What a leader may let pass by name, with a signed reason (`domain` §5.1)."""

SMALL_PARCEL_M2, FEWEST_SMALL, FEWEST = 5_000, 3, 6
"""Fewest holes of a general search: 3 on parcels up to 5,000 ㎡, 6 above (product default, from practice in soil surveys)."""


def fewest_points(area_m2: float) -> int:
    """How many holes a negative finding rests on.

    >>> fewest_points(5000), fewest_points(5001)
    (3, 6)
    """
    return FEWEST_SMALL if area_m2 <= SMALL_PARCEL_M2 else FEWEST


UNDER_WAY = ("pending", "desk_done", "geophysics_done", "drilling", "lab", "reported", "resurvey")
BEFORE_REPORT = ("desk_done", "geophysics_done", "drilling", "lab", "resurvey")

SURVEY = Procedure(
    noun="survey",
    plural="surveys",
    zh="地下固废摸排",
    en="survey for buried waste",
    letters="MP",
    states=(
        State("pending", "未摸排", "not begun"),
        State("desk_done", "资料踏勘完成", "papers and walk-over done"),
        State("geophysics_done", "物探完成", "geophysics done"),
        State("drilling", "钻探中", "drilling"),
        State("lab", "检测中", "in the laboratory"),
        State("reported", "报告待审", "report awaits review"),
        State("resurvey", "需补充", "to be supplemented"),
        State("approved", "已完成", "approved", final=True),
        State("cancelled", "已终止", "cancelled", final=True),
    ),
    opening=(
        Fact("purpose", "摸排事由", "purpose", FactKind.LONG_TEXT, required=False),
        Fact("contractor", "摸排单位", "surveying firm", required=False),
    ),
    steps=(
        Step(
            "pending", "finish_desk", "desk_done", "完成资料收集与踏勘", "finish papers and walk-over", HANDLE,
            facts=(
                Fact("suspicion", "疑似程度", "suspicion", FactKind.CHOICE, choices=SUSPICIONS),
                Fact("history", "填挖历史、影像判读、访谈", "history, images, interviews", FactKind.LONG_TEXT),
                Fact("surface_signs", "地表迹象(堆体、沉陷、渗液、异味、枯死植被)", "signs on the surface", FactKind.LONG_TEXT, required=False),
            ),
        ),
        Step(
            "desk_done", "finish_geophysics", "geophysics_done", "完成物探", "finish geophysics", HANDLE,
            facts=(
                Fact("geophysics", "物探方法", "methods", FactKind.CHOICES, choices=METHODS),
                Fact("geophysics_finding", "物探结论", "finding", FactKind.LONG_TEXT),
            ),
        ),
        Step(
            ("desk_done", "geophysics_done", "resurvey"), "start_drilling", "drilling", "开始钻探、坑探", "begin drilling and pits", HANDLE,
            facts=(
                Fact("spacing_m", "布点间距", "spacing", FactKind.NUMBER, unit="m", least=1),
                Fact("planned_points", "计划点数", "points planned", FactKind.WHOLE, required=False, least=1),
                Fact("contractor", "钻探单位", "contractor", required=False),
            ),
        ),
        Step(
            "drilling", "send_samples", "lab", "送检", "send samples", HANDLE,
            facts=(Fact("laboratory", "检测单位", "laboratory"),),
        ),
        Step(
            BEFORE_REPORT, "report", "reported", "提交报告", "hand in the report", HANDLE,
            facts=(
                Fact("survey_result", "摸排结论", "result", FactKind.CHOICE, choices=RESULTS),
                Fact("conclusion", "结论说明", "conclusion", FactKind.LONG_TEXT),
            ),
            papers=("survey_report",),
        ),
        Step(
            "reported", "review", None, "专家评审", "review by experts", REVIEW,
            facts=(
                Fact("experts", "评审专家", "experts", FactKind.PEOPLE, least=1),
                Fact("verdict", "评审意见", "verdict", FactKind.CHOICE, choices=VERDICTS),
                Fact("review_note", "意见说明", "opinion", FactKind.LONG_TEXT),
            ),
            papers=("survey_review",), other_than=("report",),
        ),
        Step("reported", "send_back", "resurvey", "退回补充", "send back to be supplemented", REVIEW, is_return=True),
        Step("reported", "approve", "approved", "审定", "approve", APPROVE, other_than=("report",)),
        Step(
            (*BEFORE_REPORT, "reported"), WAIVE, None, "豁免障碍", "waive a blocker", APPROVE,
            facts=(Fact(WAIVED, "豁免事项", "blocker waived", FactKind.CHOICE, choices=WAIVABLE),), needs_reason=True,
        ),
        Step(UNDER_WAY, "cancel", "cancelled", "终止摸排", "cancel", APPROVE, needs_reason=True),
    ),
    clocks=(
        Clock("review", "报告评审", "review of the report", 10, Measure.WORKING_DAYS, during=("reported",), warn=2),
        Clock("supplement", "补充摸排", "supplement", 30, Measure.DAYS, during=("resurvey",), warn=5),
    ),
)  # fmt: skip

CONCLUSIVE = frozenset({SurveyResult.NEGATIVE, SurveyResult.POSITIVE})
"""Results a survey may be approved with: suspected and inconclusive are sent back."""
