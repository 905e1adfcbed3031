"""The refusals of cases."""

from gis_service.core.errors import Refusal
from gis_service.core.http import CONFLICTS


class RevealUnexplained(Refusal):
    """Sensitive data are shown for a reason, which is kept."""

    code, status = "case.reveal_reason", 422
    zh = "查看敏感信息须写明理由,并会留痕。"
    en = "Sensitive data are shown for a reason only; say it. It is kept on record."


class CertificatesWanting(Refusal):
    """Each officer has a certificate [PEN art. 42, 55]."""

    code, status = "case.certificates", 422
    zh = "执法人员 {officers} 人,执法证号 {certificates} 个:每名执法人员都应有一个执法证号,且不能重复。"
    en = "{officers} officers and {certificates} certificate numbers: each officer has one, and no two the same."


class HeavierAfterDefence(Refusal):
    """No heavier penalty for defending oneself [PEN art. 45]."""

    code, status = "case.heavier", 422
    zh = (
        "当事人陈述申辩或听证后,罚款 {fine} 元不得重于事先告知的 {proposed} 元。事实有变化的,请退回补充调查并重新告知。"
    )
    en = "After a defence or hearing the fine of {fine} yuan may not exceed the {proposed} yuan told before. If the facts changed, investigate further and give notice anew."


class ActDaysWrong(Refusal):
    code, status = "case.act_days", 422
    zh = "行为开始日期 {first} 晚于结束日期 {last}。"
    en = "The act begins on {first}, after it ends on {last}."


class PlateUnreadable(Refusal):
    code, status = "case.plate", 422
    zh = "“{plate}”不是车牌号,例如:粤C12345、粤CD12345。"
    en = "'{plate}' is no number plate; one looks like 粤C12345 or 粤CD12345."


CONFLICTS |= {
    "uq_case_link_present": (
        "该当事人、车辆或单位已以同一角色关联本案。",
        "it is linked to this case in this role already.",
    ),
    "uq_party_credit_code": ("该统一社会信用代码已登记。", "this credit code is registered already."),
}
