"""Roles and the permission map. Pure: no rows, no session, no clock."""

from collections.abc import Iterable
from enum import StrEnum


class Role(StrEnum):
    GUEST = "guest"
    INSPECTOR = "inspector"
    LAND_OFFICER = "land_officer"
    WASTE_OFFICER = "waste_officer"
    CASE_OFFICER = "case_officer"
    LEADER = "leader"
    UNIT_USER = "unit_user"
    SYSTEM_ADMIN = "system_admin"
    SECURITY_ADMIN = "security_admin"
    AUDITOR = "auditor"


R = Role
THREE_ADMINS = frozenset({R.SYSTEM_ADMIN, R.SECURITY_ADMIN, R.AUDITOR})
BUSINESS = frozenset(Role) - THREE_ADMINS
OFFICERS = frozenset({R.INSPECTOR, R.LAND_OFFICER, R.WASTE_OFFICER, R.CASE_OFFICER, R.LEADER})
EVERYBODY = frozenset(Role)

STEPS: dict[str, dict[str, frozenset[Role]]] = {
    "handover": {
        "plan": frozenset({R.LAND_OFFICER}),
        "receive": frozenset({R.UNIT_USER, R.LAND_OFFICER}),
        "inspect": frozenset({R.LAND_OFFICER, R.INSPECTOR, R.UNIT_USER}),
        "waive": frozenset({R.LEADER}),
        "complete": frozenset({R.LAND_OFFICER}),
    },
    "case": {
        "accept": frozenset({R.CASE_OFFICER}),
        "handle": frozenset({R.CASE_OFFICER}),
        "review": frozenset({R.CASE_OFFICER, R.LEADER}),
        "approve": frozenset({R.LEADER}),
        "clear": frozenset({R.CASE_OFFICER, R.WASTE_OFFICER, R.LAND_OFFICER}),
    },
    "claim": {
        "handle": frozenset({R.CASE_OFFICER}),
        "approve": frozenset({R.LEADER}),
    },
    "rectification": {
        "issue": frozenset({R.LAND_OFFICER, R.INSPECTOR, R.WASTE_OFFICER, R.CASE_OFFICER}),
        "answer": frozenset({R.UNIT_USER, R.LAND_OFFICER}),
        "recheck": frozenset({R.LAND_OFFICER, R.INSPECTOR, R.WASTE_OFFICER, R.CASE_OFFICER}),
        "supervise": frozenset({R.LAND_OFFICER, R.LEADER}),
    },
    "disposal": {
        "handle": frozenset({R.WASTE_OFFICER}),
        "approve": frozenset({R.LEADER}),
        "accept": frozenset({R.WASTE_OFFICER, R.LEADER}),
        "close": frozenset({R.WASTE_OFFICER, R.LAND_OFFICER, R.LEADER}),
    },
    "meeting": {
        "handle": frozenset({R.LAND_OFFICER, R.LEADER}),
    },
    "survey": {
        "handle": frozenset({R.WASTE_OFFICER}),
        "review": frozenset({R.WASTE_OFFICER, R.LEADER}),
        "approve": frozenset({R.LEADER}),
    },
    "action_item": {
        "report": OFFICERS | {R.UNIT_USER},
        "judge": frozenset({R.LAND_OFFICER, R.LEADER}),
        "cancel": frozenset({R.LEADER}),
    },
}
"""Who may take which steps of a procedure; the tables of steps name these as `noun.verb`."""


def _of_procedure(
    noun: str, *, read: frozenset[Role], opens: frozenset[Role] | None = None
) -> dict[str, frozenset[Role]]:
    """The permissions of one procedure: to look, to open one, to take any of its steps, to put something into its file."""
    steps = {f"{noun}.{verb}": who for verb, who in STEPS[noun].items()}
    anybody = frozenset().union(*steps.values())
    opening = {f"{noun}.open": opens} if opens else {}
    return {f"{noun}.read": read, **opening, f"{noun}.step": anybody, f"{noun}.file": anybody, **steps}


PERMISSIONS: dict[str, frozenset[Role]] = {
    **_of_procedure("handover", read=OFFICERS | {R.UNIT_USER}),
    "handover.batch": frozenset({R.LAND_OFFICER}),
    **_of_procedure(
        "case", read=frozenset({R.CASE_OFFICER, R.WASTE_OFFICER, R.LAND_OFFICER, R.LEADER}), opens=OFFICERS
    ),
    **_of_procedure(
        "claim", read=frozenset({R.CASE_OFFICER, R.WASTE_OFFICER, R.LEADER}), opens=frozenset({R.CASE_OFFICER})
    ),
    **_of_procedure("rectification", read=OFFICERS | {R.UNIT_USER}, opens=STEPS["rectification"]["issue"]),
    **_of_procedure("disposal", read=OFFICERS | {R.UNIT_USER}, opens=STEPS["disposal"]["handle"]),
    "disposal.arrange": frozenset({R.WASTE_OFFICER}),
    "disposal.waive": frozenset({R.LEADER}),
    "manifest.decide": frozenset({R.WASTE_OFFICER, R.LEADER}),
    "manifest.read": OFFICERS | {R.UNIT_USER},
    "manifest.record": frozenset({R.WASTE_OFFICER, R.INSPECTOR, R.UNIT_USER}),
    **_of_procedure("meeting", read=OFFICERS, opens=STEPS["meeting"]["handle"]),
    **_of_procedure("action_item", read=OFFICERS | {R.UNIT_USER}, opens=STEPS["meeting"]["handle"]),
    **_of_procedure("survey", read=OFFICERS | {R.UNIT_USER}, opens=frozenset({R.WASTE_OFFICER, R.LAND_OFFICER})),
    "analyst.change": frozenset({R.SECURITY_ADMIN}),
    "atlas.make": OFFICERS | {R.UNIT_USER},
    "audit.read": frozenset({R.AUDITOR}),
    "backup.make": frozenset({R.SYSTEM_ADMIN}),
    "backup.read": frozenset({R.SYSTEM_ADMIN, R.AUDITOR}),
    "clue.create": OFFICERS,
    "clue.judge": frozenset({R.CASE_OFFICER}),
    "clue.read": OFFICERS - {R.INSPECTOR},
    "contact.read": frozenset({R.LAND_OFFICER, R.CASE_OFFICER, R.LEADER}),
    "document.create": frozenset({R.LAND_OFFICER}),
    "document.read": OFFICERS | {R.UNIT_USER},
    "facility.edit": frozenset({R.LAND_OFFICER, R.INSPECTOR}),
    "facility.read": BUSINESS,
    "file.change": frozenset({R.LAND_OFFICER, R.WASTE_OFFICER, R.CASE_OFFICER}),
    "file.read": OFFICERS | {R.UNIT_USER},
    "grant.change": frozenset({R.SECURITY_ADMIN}),
    "grant.read": frozenset({R.SECURITY_ADMIN, R.SYSTEM_ADMIN, R.AUDITOR}),
    "kpi.plan": frozenset({R.LAND_OFFICER, R.WASTE_OFFICER, R.CASE_OFFICER, R.LEADER}),
    "kpi.read": OFFICERS | {R.UNIT_USER},
    "law.change": frozenset({R.CASE_OFFICER}),
    "law.read": OFFICERS,
    "layer.edit": STEPS["meeting"]["handle"],
    "layout.change": OFFICERS - {R.INSPECTOR},
    "late.read": frozenset({R.LAND_OFFICER, R.CASE_OFFICER, R.LEADER}),
    "map.read": BUSINESS,
    "me.change": EVERYBODY,
    "me.read": EVERYBODY,
    "orthophoto.change": frozenset({R.LAND_OFFICER, R.WASTE_OFFICER}),
    "orthophoto.read": OFFICERS | {R.UNIT_USER},
    "paper_template.change": frozenset({R.LAND_OFFICER, R.CASE_OFFICER}),
    "paper_template.read": OFFICERS,
    "parcel.adjust": frozenset({R.LAND_OFFICER}),
    "parcel.bulk": frozenset({R.LAND_OFFICER}),
    "parcel.create": frozenset({R.LAND_OFFICER}),
    "parcel.edit": frozenset({R.LAND_OFFICER}),
    "parcel.export": frozenset({R.LAND_OFFICER, R.WASTE_OFFICER, R.CASE_OFFICER, R.LEADER}),
    "parcel.import": frozenset({R.LAND_OFFICER}),
    "parcel.merge": frozenset({R.LAND_OFFICER}),
    "parcel.read": BUSINESS,
    "parcel.retire": frozenset({R.LAND_OFFICER}),
    "parcel.split": frozenset({R.LAND_OFFICER}),
    "parcel.undo": frozenset({R.LAND_OFFICER}),
    "patrol.plan": frozenset({R.LAND_OFFICER, R.LEADER}),
    "patrol.read": OFFICERS | {R.UNIT_USER},
    "patrol.record": OFFICERS | {R.UNIT_USER},
    "patrol.settle": frozenset({R.LAND_OFFICER}),
    "reference.read": EVERYBODY,
    "report.make": frozenset({R.LAND_OFFICER, R.LEADER}),
    "report.note": frozenset({R.LAND_OFFICER, R.WASTE_OFFICER}),
    "report.read": frozenset({R.LAND_OFFICER, R.WASTE_OFFICER, R.LEADER}),
    "risk.read": OFFICERS | {R.UNIT_USER},
    "risk.run": frozenset({R.LAND_OFFICER, R.LEADER}),
    "second_factor.reset": frozenset({R.SECURITY_ADMIN}),
    "secret.reveal": frozenset({R.CASE_OFFICER, R.LEADER}),
    "survey.plan": frozenset({R.WASTE_OFFICER, R.LAND_OFFICER, R.LEADER}),
    "survey.record": frozenset({R.WASTE_OFFICER}),
    "token.change": BUSINESS,
    "token.read": BUSINESS,
    "topology.decide": frozenset({R.LAND_OFFICER}),
    "topology.read": OFFICERS,
    "track.read": frozenset({R.LAND_OFFICER, R.LEADER}),
    "user.change": frozenset({R.SYSTEM_ADMIN}),
    "user.read": THREE_ADMINS,
    "workday.change": frozenset({R.SYSTEM_ADMIN, R.LAND_OFFICER}),
    "webhook.change": frozenset({R.SYSTEM_ADMIN}),
    "webhook.read": frozenset({R.SYSTEM_ADMIN}),
}
"""Who may do what, `noun.verb` → roles. The same words name the audit actions."""

EDITS = ("parcel.create", "parcel.edit", "parcel.retire", "facility.edit")
"""What a GIS client may do with a token made for editing, if its owner may."""

EDIT_TOKEN_DAYS = 30
"""How long such a token lives at most."""

UNSCOPED = frozenset(
    f"{noun}.{verb}"
    for noun, verbs in {
        "analyst": ("change",),
        "audit": ("read",),
        "backup": ("read", "make"),
        "grant": ("read", "change"),
        "second_factor": ("reset",),
        "user": ("read", "change"),
        "webhook": ("read", "change"),
    }.items()
    for verb in verbs
)
"""Permissions that concern accounts, traces and other systems: they see no parcel, whatever the grant says."""


def permissions_of(roles: Iterable[Role]) -> list[str]:
    held = set(roles)
    return sorted(name for name, who in PERMISSIONS.items() if who & held)


def roles_clash(held: Iterable[Role], new: Role) -> bool:
    """Whether `new` may not join `held`: one of the three administrators stands alone.

    >>> roles_clash([Role.AUDITOR], Role.LAND_OFFICER)
    True
    >>> roles_clash([Role.INSPECTOR], Role.LAND_OFFICER)
    False
    """
    others = set(held) - {new}
    return bool(others) if new in THREE_ADMINS else bool(others & THREE_ADMINS)
