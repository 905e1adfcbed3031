"""The first accounts of a new deployment: one for each role, with random passwords written to a file only its owner reads."""

import json
import secrets
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gis_service.access import operations
from gis_service.access.actor import SERVICE
from gis_service.access.models import Area, Unit, User
from gis_service.access.rules import Role

SAMPLE = "sample-"
"""How account names of the people of the sample district begin: nobody signs in with them."""

FIRST = {
    "sysadmin": (Role.SYSTEM_ADMIN, "系统管理员"),
    "secadmin": (Role.SECURITY_ADMIN, "安全管理员"),
    "auditor": (Role.AUDITOR, "审计员"),
    "land": (Role.LAND_OFFICER, "土地专员"),
    "inspector": (Role.INSPECTOR, "巡查员"),
    "waste": (Role.WASTE_OFFICER, "固废专员"),
    "case": (Role.CASE_OFFICER, "案件专员"),
    "leader": (Role.LEADER, "领导"),
    "unit": (Role.UNIT_USER, "管护单位"),
    "guest": (Role.GUEST, "访客"),
}

OFFICES = {Role.LAND_OFFICER: "ZRZY", Role.LEADER: "ZRZY", Role.WASTE_OFFICER: "GFZB", Role.CASE_OFFICER: "ZFJ"}
"""The office of the sample in which somebody works, by its code: what is kept for a unit, such as a layout, is theirs to change."""


def make_first(session: Session, *, only_administrators: bool) -> dict[str, dict[str, str]]:
    """Make the first accounts where there are none; returns account → {password, role, display_name}.

    A real deployment begins with the three administrators; the sample has somebody in every role.
    """
    if session.scalar(select(func.count()).select_from(User).where(~User.username.startswith(SAMPLE))):
        return {}
    made = {}
    for username, (role, display_name) in FIRST.items():
        if only_administrators and role not in (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR):
            continue
        unit_id = _a_custodian(session) if role is Role.UNIT_USER else _office(session, role)
        if role is Role.UNIT_USER and unit_id is None:
            continue
        password = password_for_people()
        user = operations.create_user(
            session,
            SERVICE,
            username=username,
            display_name=display_name,
            password=password,
            unit_id=unit_id,
            own_choice=True,
        )
        cares_for = unit_id if role is Role.UNIT_USER else None
        operations.grant_role(session, SERVICE, user.id, role, unit_id=cares_for, area_id=_where(session, role))
        made[username] = {"password": password, "role": role.value, "display_name": display_name}
    return made


def _a_custodian(session: Session) -> int | None:
    return session.scalar(select(Unit.id).where(Unit.kind == "custodian").order_by(Unit.code).limit(1))


def _office(session: Session, role: Role) -> int | None:
    return session.scalar(select(Unit.id).where(Unit.code == OFFICES[role])) if role in OFFICES else None


def _where(session: Session, role: Role) -> int | None:
    """The sample's inspector walks one area; everybody else sees all land."""
    return session.scalar(select(Area.id).where(Area.name == "北围")) if role is Role.INSPECTOR else None


def password_for_people() -> str:
    """Random, without signs that look alike, in four groups; three kinds of characters by construction."""
    alphabet = "abcdefghjkmnpqrstuvwxyz23456789"
    groups = ["".join(secrets.choice(alphabet) for _ in range(4)) for _ in range(3)]
    return f"{groups[0].capitalize()}-{groups[1]}-{groups[2]}-{secrets.randbelow(90) + 10}A"


def write(accounts: dict[str, dict[str, str]], path: Path) -> None:
    """Add accounts to the file, readable by its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    path.touch(mode=0o600, exist_ok=True)
    path.chmod(0o600)
    path.write_text(json.dumps(known | accounts, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
