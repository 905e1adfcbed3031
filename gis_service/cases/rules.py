"""非法倾倒案件: the table of states, steps and clocks, and what a fine may grow to. Pure.

`basis` names the rule as the handbook of the field gives it, by its source key: PEN 行政处罚法, COMP 行政强制法, XFER 行政执法机关移送
涉嫌犯罪案件的规定, ECO 生态环境法典. Empty: a product default. In PEN, 2, 3, 5 and 7 days are working days (art. 85), 15 and 90 calendar days; in
COMP every period of up to ten days is in working days (art. 69).
"""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from gis_service.procedures.rules import WAIVE, WAIVED, Clock, Fact, FactKind, Measure, Procedure, State, Step

K = FactKind

WASTE_KINDS = (
    ("construction", "建筑垃圾", "construction waste"),
    ("excavated_soil", "工程渣土", "excavated soil"),
    ("domestic", "生活垃圾", "domestic waste"),
    ("mixed", "混合垃圾", "mixed waste"),
    ("sludge", "污泥", "sludge"),
    ("hazardous", "疑似危险废物", "suspected hazardous waste"),
    ("other", "其他", "other"),
)
SOURCES = (
    ("patrol", "巡查", "patrol"),
    ("phone", "电话", "phone"),
    ("letter", "来信来访", "letter"),
    ("public_page", "公众举报页", "public page"),
    ("camera", "监控", "camera"),
    ("drone", "无人机", "drone"),
    ("hotline", "12345 热线", "12345 hotline"),
    ("police", "公安移交", "police"),
    ("media", "媒体", "media"),
)
CLEARERS = (
    ("offender", "当事人", "the offender"),
    ("contractor", "清运单位", "a contractor"),
    ("town", "属地政府", "the town"),
)
PUBLIC_PLACES = (
    ("road", "道路", "a road"),
    ("water", "河道、航道", "a river or channel"),
    ("public_place", "公共场所", "a public place"),
)
SERVICE_MODES = (
    ("direct", "直接送达", "by hand"),
    ("left", "留置送达", "left on the spot"),
    ("post", "邮寄送达", "by post"),
    ("electronic", "电子送达", "electronically"),
    ("published", "公告送达", "by public notice"),
)
APPEALS = (
    ("reconsideration", "行政复议", "administrative reconsideration"),
    ("lawsuit", "行政诉讼", "lawsuit"),
)
PRESERVED = (
    ("returned", "解除并返还", "released"),
    ("kept", "作为证据保存", "kept as evidence"),
    ("handed_over", "移送有关部门", "passed on"),
    ("seized", "依法查封扣押", "seized"),
)

OPENING = (
    Fact("waste_kind", "垃圾种类", "kind of waste", K.CHOICE, choices=WASTE_KINDS),
    Fact("source", "线索来源", "source", K.CHOICE, choices=SOURCES),
    Fact("happened_from", "行为开始日期", "act from", K.DATE),
    Fact("happened_to", "行为结束日期", "act to", K.DATE),
    Fact("quantity_m3", "估算方量", "estimated volume", K.NUMBER, required=False, unit="m³", least=0),
    Fact("seen_at", "发现时间", "seen at", K.MOMENT, required=False),
    Fact("clue_no", "线索编号", "clue number", required=False),
    Fact("what_was_seen", "线索内容", "what was seen", K.LONG_TEXT, required=False),
)

OFFICERS = (
    Fact("officers", "执法人员(不少于两人)", "officers (two at least)", K.PEOPLE, least=2),
    Fact("certificates", "执法证号", "certificate numbers", K.PEOPLE, least=2),
)

MEASURED = (
    Fact("weight_t", "过磅重量", "weighed", K.NUMBER, required=False, unit="t", least=0),
    Fact("measured_m3", "测量方量", "measured volume", K.NUMBER, required=False, unit="m³", least=0),
    Fact("hazardous_t", "危险废物重量", "hazardous waste", K.NUMBER, required=False, unit="t", least=0),
    Fact("lab_toxic", "检验鉴定认定含有毒物质", "the laboratory found toxic matter", K.YES_NO, required=False),
    Fact("gain_yuan", "违法所得", "illegal gain", K.MONEY, required=False, unit="元", least=0),
    Fact("loss_yuan", "财产损失", "loss to property", K.MONEY, required=False, unit="元", least=0),
    Fact("toxic_penalties_2y", "二年内因有毒物质受处罚次数", "penalties for toxic matter within two years", K.WHOLE, required=False, least=0),
    Fact("in_water_source", "位于饮用水水源保护区", "in a protected water source", K.YES_NO, required=False),
    Fact("by_minor", "行为人不满十四周岁", "the offender is under fourteen", K.YES_NO, required=False),
    Fact("harm_resulted", "造成危害后果", "harm resulted", K.YES_NO, required=False),
)  # fmt: skip

CLEAR_BY = Fact("clear_by", "清理期限", "to be cleared by", K.DATE)

INQUIRY = ("investigating", "legal_review", "notified", "hearing")
"""States in which the offence is being looked into and not yet decided."""
DECIDED = ("decided", "served", "ordered_clear", "substitute", "clearing", "acceptance")
"""States after a decision."""
UNDONE = ("no_penalty", "exempted", "warning_educated")
"""Decisions without a penalty."""
INVESTIGATORS = ("verify", "investigate", "submit_review")
"""Whoever took one of these conducts the case; review, hearing and decision are for others."""

STATES = (
    State("clue", "线索登记", "clue"),
    State("accepted", "受理", "accepted"),
    State("verifying", "现场核查", "verification"),
    State("not_established", "不成立/不属管辖", "not established", final=True),
    State("ownerless", "无法确定责任人", "no known offender"),
    State("filed", "立案", "filed"),
    State("investigating", "调查取证", "investigation"),
    State("transferred", "移送公安", "transferred to the police"),
    State("legal_review", "法制审核", "legal review"),
    State("notified", "处罚事先告知", "notice before a penalty"),
    State("hearing", "听证/陈述申辩", "hearing or defence"),
    State("decided", "处罚决定", "decided"),
    State("no_penalty", "不予处罚", "no penalty"),
    State("exempted", "首违免罚", "exempted"),
    State("warning_educated", "教育告诫", "warned and taught"),
    State("served", "送达", "served"),
    State("ordered_clear", "责令清理", "ordered to clear"),
    State("substitute", "代履行", "substitute performance"),
    State("clearing", "清运中", "being cleared"),
    State("acceptance", "验收", "acceptance"),
    State("closed", "结案", "closed", final=True),
)

TAKING_IN = (
    Step("clue", "accept", "accepted", "受理", "accept", "case.accept", papers=("clue_form", "acceptance_slip"),
         facts=(Fact("verify_hours", "核查时限(小时)", "hours for the verification", K.WHOLE, required=False, least=1),)),
    Step("clue", "refuse", "not_established", "不予受理", "do not accept", "case.accept", needs_reason=True),
    Step("accepted", "verify", "verifying", "现场核查", "verify on the spot", "case.handle", papers=("site_inspection",),
         facts=(*OFFICERS, Fact("showed_cards", "已出示执法证件", "cards were shown", K.YES_NO),
                Fact("recorded_whole", "已全过程记录", "recorded throughout", K.YES_NO),
                Fact("is_active", "正在倾倒", "dumping under way", K.YES_NO, required=False), *MEASURED[:2]),
         basis="《行政处罚法》第42、47、55条"),
    Step("verifying", "verify_again", "accepted", "退回重新核查", "verify again", "case.handle", is_return=True),
    Step("verifying", "not_establish", "not_established", "认定不成立", "find it not established", "case.approve",
         papers=("verification_conclusion",), needs_reason=True),
    Step("verifying", "refer", "not_established", "移交有管辖权的机关", "refer to the competent body", "case.approve",
         papers=("verification_conclusion", "referral_letter"), facts=(Fact("referred_to", "接收机关", "receiving body"),)),
    Step("verifying", "find_ownerless", "ownerless", "认定无法确定责任人", "find no known offender", "case.approve",
         papers=("ownerless_finding",), other_than=("verify",), basis="《生态环境法典》第1180条"),
    Step(("ownerless", "clearing", "acceptance"), "trace", None, "继续追查", "go on tracing", "case.handle",
         facts=(Fact("traced", "追查情况", "what was traced", K.LONG_TEXT),)),
    Step("ownerless", "clear_ownerless", "clearing", "由属地组织清运", "clear it by the government", "case.clear",
         papers=("clearing_plan",),
         facts=(Fact("cleared_by", "清运实施方", "cleared by", K.CHOICE, choices=CLEARERS),
                Fact("permit_no", "处置核准文号", "disposal permit", required=False)),
         basis="《生态环境法典》第1180条"),
    Step("verifying", "file", "filed", "立案", "file", "case.approve", papers=("filing_approval",), other_than=("verify",),
         facts=(Fact("cause", "案由", "cause"),), basis="《行政处罚法》第54条"),
    Step(("ownerless", "clearing", "acceptance"), "find_offender", "filed", "查明责任人并立案", "offender found: file", "case.approve",
         papers=("filing_approval",), facts=(Fact("cause", "案由", "cause"),), basis="《行政处罚法》第54条"),
)  # fmt: skip

INVESTIGATION = (
    Step("filed", "investigate", "investigating", "开始调查取证", "begin the investigation", "case.handle", facts=OFFICERS,
         basis="《行政处罚法》第42、55条"),
    Step("investigating", "reconsider_filing", "filed", "退回立案环节", "back to filing", "case.approve", is_return=True),
    Step("investigating", "inquire", None, "询问", "inquire", "case.handle", papers=("inquiry_record",),
         facts=(Fact("inquired", "被询问人", "who was asked"),), basis="《行政处罚法》第55条"),
    Step("investigating", "collect", None, "收集证据", "collect evidence", "case.handle", papers=("evidence_list",)),
    Step("investigating", "sample", None, "采样", "take samples", "case.handle", papers=("sampling_record",)),
    Step(("verifying", "filed", *INQUIRY), "measure", None, "称重、测量、鉴定结果", "weighing, measuring, laboratory", "case.handle",
         facts=MEASURED),
    Step("investigating", "preserve", None, "先行登记保存", "preserve by registration", "case.handle",
         papers=("preservation_notice",), facts=(Fact("preserved", "保存的物品", "what is preserved", K.LONG_TEXT),),
         basis="《行政处罚法》第56条"),
    Step(INQUIRY, "decide_preserved", None, "登记保存处理决定", "decide on what is preserved", "case.approve",
         facts=(Fact("preserved_outcome", "处理决定", "decision", K.CHOICE, choices=PRESERVED),), basis="《行政处罚法》第56条"),
    Step(("filed", *INQUIRY), "order_now", None, "责令先行清理", "order to clear meanwhile", "case.handle",
         papers=("correction_order",), facts=(CLEAR_BY,), basis="《行政处罚法》第28条"),
    Step("investigating", "find_no_offence", "not_established", "调查终结,违法事实不成立", "no offence found", "case.approve",
         papers=("verification_conclusion",), needs_reason=True, other_than=INVESTIGATORS, basis="《行政处罚法》第57条"),
)  # fmt: skip

TRANSFER = (
    Step(INQUIRY, "propose_transfer", None, "提出移送公安", "propose a transfer to the police", "case.handle", needs_reason=True,
         basis="《行政执法机关移送涉嫌犯罪案件的规定》第5条"),
    Step(INQUIRY, "approve_transfer", None, "批准移送", "approve the transfer", "case.approve",
         other_than=("propose_transfer",), basis="《行政执法机关移送涉嫌犯罪案件的规定》第5条"),
    Step(INQUIRY, "refuse_transfer", None, "决定不移送", "decide against a transfer", "case.approve", needs_reason=True,
         other_than=("propose_transfer",), basis="《行政执法机关移送涉嫌犯罪案件的规定》第5条"),
    Step(INQUIRY, "transfer", "transferred", "移送公安", "transfer to the police", "case.handle",
         papers=("transfer_letter", "transfer_report", "objects_list"),
         facts=(Fact("police", "接收的公安机关", "police body"),
                Fact("test_report", "检验报告或鉴定结论", "test report", required=False)), basis="《行政执法机关移送涉嫌犯罪案件的规定》第6条"),
    Step("transferred", "police_file", None, "公安决定立案", "the police file it", "case.handle",
         facts=(Fact("police_no", "立案通知书文号", "number of the notice"),), basis="《行政执法机关移送涉嫌犯罪案件的规定》第8条"),
    Step("transferred", "hand_objects", None, "移交涉案物品", "hand the objects over", "case.handle", papers=("objects_list",),
         basis="《行政执法机关移送涉嫌犯罪案件的规定》第12条"),
    Step("transferred", "police_refuse", "investigating", "公安决定不立案", "the police do not file it", "case.handle",
         needs_reason=True, basis="《行政执法机关移送涉嫌犯罪案件的规定》第8条"),
    Step("transferred", "resume", "investigating", "恢复行政处理", "resume the administrative case", "case.approve",
         needs_reason=True),
)  # fmt: skip

FINE = Fact("fine_yuan", "罚款", "fine", K.MONEY, required=False, unit="元", least=0)
GROUNDS = (
    Fact("grounds", "事实、理由", "facts and grounds", K.LONG_TEXT),
    Fact("proposed_fine_yuan", "拟处罚款", "proposed fine", K.MONEY, required=False, unit="元", least=0),
)

PENALTY = (
    Step("investigating", "submit_review", "legal_review", "报法制审核", "hand in for legal review", "case.handle",
         basis="《行政处罚法》第58条"),
    Step("legal_review", "pass_review", None, "审核通过", "pass", "case.review", papers=("legal_review_opinion",),
         other_than=INVESTIGATORS, basis="《行政处罚法》第58条"),
    Step("legal_review", "send_back", "investigating", "审核退回", "send back", "case.review", is_return=True,
         other_than=INVESTIGATORS, basis="《行政处罚法》第58条"),
    Step("legal_review", "notify", "notified", "处罚事先告知", "give notice before a penalty", "case.handle",
         papers=("penalty_notice",), facts=GROUNDS, basis="《行政处罚法》第44、63条"),
    Step("investigating", "notify_unreviewed", "notified", "不需法制审核,事先告知", "give notice without legal review", "case.handle",
         papers=("penalty_notice",), facts=GROUNDS, needs_reason=True, basis="《行政处罚法》第44、58条"),
    Step("notified", "back_to_inquiry", "investigating", "退回补充调查", "investigate further", "case.approve", is_return=True),
    Step(("notified", "hearing"), "ask_hearing", None, "当事人申请听证", "a hearing is asked for", "case.handle", basis="《行政处罚法》第63、64条"),
    Step(("notified", "hearing"), "waive_hearing", None, "当事人书面放弃听证", "the hearing is waived in writing", "case.handle",
         basis="《行政处罚法》第64条"),
    Step(("notified", "hearing"), "call_hearing", None, "通知听证时间地点", "tell place and time of the hearing", "case.handle",
         facts=(Fact("hearing_on", "听证日期", "hearing on", K.DATE), Fact("hearing_place", "听证地点", "place"),
                Fact("presiding", "主持人", "presiding")), basis="《行政处罚法》第64条"),
    Step(("notified", "hearing"), "hear", "hearing", "举行听证", "hold the hearing", "case.review", papers=("hearing_record",),
         other_than=INVESTIGATORS, basis="《行政处罚法》第64条"),
    Step("notified", "defend", "hearing", "陈述申辩", "statement and defence", "case.handle",
         facts=(Fact("defence", "陈述申辩内容", "what was said", K.LONG_TEXT),), basis="《行政处罚法》第44、45条"),
    Step("hearing", "review_defence", None, "复核", "review the defence", "case.review", papers=("review_opinion",),
         other_than=INVESTIGATORS, basis="《行政处罚法》第45条"),
    Step("hearing", "after_hearing", "investigating", "退回补充调查", "investigate further", "case.approve", is_return=True),
    Step(("notified", "hearing"), "decide", "decided", "作出处罚决定", "decide a penalty", "case.approve",
         papers=("penalty_decision",), other_than=INVESTIGATORS,
         facts=(FINE, Fact("confiscated_yuan", "没收违法所得", "confiscated", K.MONEY, required=False, unit="元", least=0),
                Fact("correction", "责令改正内容", "what must be put right", K.LONG_TEXT),
                Fact("is_collective", "集体讨论决定", "decided collectively", K.YES_NO)),
         basis="《行政处罚法》第28、57、59条"),
    Step(INQUIRY, "decide_none", "no_penalty", "不予处罚", "no penalty", "case.approve", papers=("no_penalty_decision",),
         needs_reason=True, other_than=INVESTIGATORS, basis="《行政处罚法》第57条"),
    Step(INQUIRY, "exempt", "exempted", "首违免罚", "exempt a first offence put right", "case.approve",
         papers=("no_penalty_decision",), needs_reason=True, other_than=INVESTIGATORS, basis="《行政处罚法》第33条"),
    Step(INQUIRY, "warn", "warning_educated", "教育告诫", "warn and teach", "case.approve", papers=("no_penalty_decision",),
         needs_reason=True, other_than=INVESTIGATORS, basis="《行政处罚法》第30、33条"),
    Step("decided", "recall", "hearing", "撤回未送达的决定", "take back an unserved decision", "case.approve", is_return=True),
    Step("decided", "serve", "served", "送达", "serve", "case.handle", papers=("service_receipt",),
         facts=(Fact("service_mode", "送达方式", "how", K.CHOICE, choices=SERVICE_MODES),), basis="《行政处罚法》第61条"),
    Step("served", "serve_again", "decided", "送达无效,退回重送", "serve again", "case.approve", is_return=True),
)  # fmt: skip

AFTERWARDS = (
    Step(DECIDED[1:], "pay", None, "缴款", "payment", "case.handle",
         facts=(Fact("paid_yuan", "实缴金额", "paid", K.MONEY, unit="元", least=0), Fact("voucher_no", "票据号", "voucher")),
         basis="《行政处罚法》第67条"),
    Step((*DECIDED, *UNDONE), "appeal", None, "复议或诉讼", "appeal", "case.handle",
         facts=(Fact("appeal_kind", "种类", "kind", K.CHOICE, choices=APPEALS), Fact("appeal_body", "受理机关", "body"),
                Fact("appeal_no", "受理文号", "number", required=False)), basis="《行政处罚法》第73条"),
    Step((*DECIDED, *UNDONE), "appeal_over", None, "复议或诉讼结果", "outcome of the appeal", "case.handle",
         facts=(Fact("appeal_outcome", "结果", "outcome", K.LONG_TEXT),), basis="《行政处罚法》第73条"),
    Step(DECIDED[1:], "period_over", None, "法定期限届满未履行", "the period ended without performance", "case.handle",
         basis="《行政强制法》第53条"),
    Step(DECIDED[1:], "demand_payment", None, "催告履行", "demand performance", "case.handle", papers=("demand_notice",),
         basis="《行政强制法》第54条"),
    Step(DECIDED[1:], "apply_court", None, "申请法院强制执行", "apply to the court", "case.approve",
         facts=(Fact("court", "受理法院", "court"),), basis="《行政强制法》第53、54条"),
    Step(DECIDED[1:], "court_over", None, "法院执行结果", "outcome of the court", "case.handle",
         facts=(Fact("court_outcome", "执行结果", "outcome", K.LONG_TEXT),)),
    Step((*DECIDED[1:], *UNDONE, *INQUIRY, "transferred"), WAIVE, None, "免除障碍", "waive a blocker", "case.approve", needs_reason=True,
         facts=(Fact(WAIVED, "障碍代码", "code of the blocker"),)),
)  # fmt: skip

ENFORCED = (
    Fact("performer", "代履行人", "who performs"),
    Fact("cost_estimate_yuan", "费用预算", "estimated cost", K.MONEY, unit="元", least=0),
    Fact("supervisor", "现场监督人员", "supervisor on the spot"),
)
CLEARING = (
    Step(("served", "transferred", *UNDONE), "order_clear", "ordered_clear", "责令清理", "order to clear", "case.handle",
         papers=("correction_order",), facts=(CLEAR_BY,), basis="《行政处罚法》第28条"),
    Step("ordered_clear", "order_anew", "served", "退回重新责令", "order anew", "case.approve", is_return=True),
    Step("ordered_clear", "demand", None, "催告", "demand", "case.handle", papers=("demand_notice",), basis="《行政强制法》第51条"),
    Step("ordered_clear", "perform", "substitute", "决定代履行", "substitute performance", "case.approve",
         papers=("substitute_decision",), facts=ENFORCED, basis="《行政强制法》第50、51条"),
    Step("ordered_clear", "perform_at_once", "substitute", "立即代履行", "substitute performance at once", "case.approve",
         papers=("substitute_decision",),
         facts=(Fact("public_place", "位于", "it lies on", K.CHOICE, choices=PUBLIC_PLACES), *ENFORCED), basis="《行政强制法》第52条"),
    Step(("ordered_clear", "substitute"), "start_clearing", "clearing", "开始清运", "start clearing", "case.clear",
         papers=("clearing_plan",),
         facts=(Fact("cleared_by", "清运实施方", "cleared by", K.CHOICE, choices=CLEARERS),
                Fact("permit_no", "处置核准文号", "disposal permit", required=False))),
    Step("clearing", "carry", None, "清运车次", "trips", "case.clear",
         facts=(Fact("trips", "车次", "trips", K.WHOLE, least=1), Fact("carried_t", "过磅重量", "weighed", K.NUMBER, unit="t", least=0),
                Fact("manifest_nos", "联单号", "manifests", K.LONG_TEXT), Fact("receiving_site", "消纳场所", "disposal site"))),
    Step("clearing", "plan_anew", "ordered_clear", "退回重新安排清运", "plan anew", "case.clear", is_return=True),
    Step("clearing", "accept_clearing", "acceptance", "组织验收", "acceptance", "case.clear", papers=("acceptance_form",),
         other_than=("start_clearing", "clear_ownerless"),
         facts=(Fact("weighbridge_t", "过磅总重", "weighbridge total", K.NUMBER, unit="t", least=0),
                Fact("same_viewpoint", "有同一视点的清运前后照片", "photos before and after from one viewpoint", K.YES_NO),
                Fact("accepted_by", "参加验收的单位", "units present", K.PEOPLE, least=2),
                Fact("backfill_test", "回填检测", "backfill test", required=False))),
    Step("acceptance", "rework", "clearing", "验收不合格,退回清运", "back to clearing", "case.clear", is_return=True),
    Step("acceptance", "close", "closed", "结案", "close", "case.approve", papers=("closing_approval", "file_catalogue"),
         other_than=("accept_clearing", *INVESTIGATORS)),
    Step(("served", *UNDONE), "close_uncleared", "closed", "无需清理,结案", "close; nothing is left to clear", "case.approve",
         papers=("closing_approval", "file_catalogue"), other_than=INVESTIGATORS, needs_reason=True),
)  # fmt: skip

ENDS_INQUIRY = ("decide", "decide_none", "exempt", "warn", "find_no_offence")

CLOCKS = (
    Clock("accept", "受理", "acceptance", 1, Measure.WORKING_DAYS, during=("clue",)),
    Clock("verify", "现场核查", "verification", 24, Measure.HOURS, during=("accepted",), length_fact="verify_hours", warn=6),
    Clock("decide", "立案后办结处罚决定", "decision after filing", 90, Measure.DAYS, starts=("file", "find_offender"), ends=ENDS_INQUIRY, warn=15,
          basis="《行政处罚法》第60条"),
    Clock("preserve", "登记保存处理决定", "decision on what is preserved", 7, Measure.WORKING_DAYS, starts=("preserve",), ends=("decide_preserved",), warn=2,
          basis="《行政处罚法》第56条"),
    Clock("transfer_decision", "负责人决定是否移送", "head decides on the transfer", 3, Measure.DAYS, starts=("propose_transfer",),
          ends=("approve_transfer", "refuse_transfer"), basis="《行政执法机关移送涉嫌犯罪案件的规定》第5条"),
    Clock("transfer", "批准后移送", "transfer after approval", 24, Measure.HOURS, starts=("approve_transfer",), ends=("transfer", "refuse_transfer"), warn=6,
          basis="《行政执法机关移送涉嫌犯罪案件的规定》第5条"),
    Clock("police", "公安决定是否立案", "the police decide", 3, Measure.DAYS, starts=("transfer",), ends=("police_file", "police_refuse", "resume"),
          basis="《行政执法机关移送涉嫌犯罪案件的规定》第8条", whose="other"),
    Clock("objects", "移交涉案物品", "objects handed over", 3, Measure.DAYS, starts=("police_file",), ends=("hand_objects",), basis="《行政执法机关移送涉嫌犯罪案件的规定》第12条"),
    Clock("ask_hearing", "当事人申请听证", "hearing may be asked for", 5, Measure.WORKING_DAYS, starts=("notify", "notify_unreviewed"),
          ends=("ask_hearing", "waive_hearing", "hear", "back_to_inquiry", *ENDS_INQUIRY), rolls=True, basis="《行政处罚法》第64条", whose="other", waits=True),
    Clock("hearing_told", "听证时间地点提前告知", "hearing told in advance", 7, Measure.WORKING_DAYS, starts=("call_hearing",),
          ends=("hear", "back_to_inquiry", *ENDS_INQUIRY), basis="《行政处罚法》第64条", whose="other", waits=True),
    Clock("serve", "送达决定书", "service of the decision", 7, Measure.WORKING_DAYS, starts=("decide",), ends=("serve", "recall"), warn=2, basis="《行政处罚法》第61条"),
    Clock("pay", "缴纳罚款", "payment of the fine", 15, Measure.DAYS, starts=("serve",), ends=("pay", "serve_again"), warn=3, basis="《行政处罚法》第67条", whose="other"),
    Clock("clear", "责令清理期限", "time set for clearing", 0, Measure.SET_DATE, starts=("order_clear", "order_now"), length_fact="clear_by", warn=2,
          ends=("accept_clearing", "perform", "perform_at_once", "close_uncleared", "order_anew"), whose="other"),
    Clock("demand", "催告后代履行", "substitute performance after the demand", 3, Measure.WORKING_DAYS, starts=("demand",),
          ends=("perform", "perform_at_once", "start_clearing", "order_anew"), basis="《行政强制法》第51条", whose="other", waits=True),
    Clock("court_demand", "催告后申请强制执行", "court application after the demand", 10, Measure.WORKING_DAYS, starts=("demand_payment",),
          ends=("apply_court", "pay"), basis="《行政强制法》第54条", whose="other", waits=True),
    Clock("court", "申请法院强制执行", "application to the court", 3, Measure.MONTHS, starts=("period_over",), ends=("apply_court", "pay"), warn=15,
          basis="《行政强制法》第53条"),
)  # fmt: skip

DUMPING_CASE = Procedure(
    noun="case", plural="cases", zh="非法倾倒案件", en="dumping case", letters="AJ", states=STATES,
    steps=(*TAKING_IN, *INVESTIGATION, *TRANSFER, *PENALTY, *AFTERWARDS, *CLEARING), clocks=CLOCKS, opening=OPENING,
)  # fmt: skip

DAILY_RATE = Decimal("0.03")
"""加处罚款: 3 % of the fine for each day it is late, never above the fine [PEN art. 72]."""


def late_fee_yuan(fine_yuan: Decimal, due_on: date, paid_on: date) -> Decimal:
    """What a fine paid late grows by.

    >>> late_fee_yuan(Decimal(10_000), date(2026, 11, 1), date(2026, 11, 3))
    Decimal('600.00')
    >>> late_fee_yuan(Decimal(10_000), date(2026, 1, 1), date(2026, 11, 3))
    Decimal('10000.00')
    """
    days = max(0, (paid_on - due_on).days)
    return min(fine_yuan, fine_yuan * DAILY_RATE * days).quantize(Decimal("0.01"), ROUND_HALF_UP)
