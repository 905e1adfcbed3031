"""Is a restored database whole? Held against what was known when its copy was made."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from gis_service.access import accounts, operations, queries
from gis_service.access.actor import EVERYTHING, SERVICE
from gis_service.access.rules import Role
from gis_service.audit import verifying
from gis_service.audit.heads import Head
from gis_service.backup.taking import facts_of, run
from gis_service.core import clock
from gis_service.core.cluster import Cluster
from gis_service.core.provision import ADMIN, DATABASE
from gis_service.services import Services


@dataclass(frozen=True)
class Proof:
    """One thing that was looked at, and what was seen."""

    name_zh: str
    name_en: str
    good: bool
    seen: str


def prove(services: Services, cluster: Cluster, facts: dict[str, Any], missing: list[str]) -> list[Proof]:
    """Look at the running restored database; `missing` are the files that could not be brought back."""
    return [
        *_rows(cluster, facts),
        _chain(services, facts),
        Proof("文件齐全", "all files there", not missing, f"{len(missing)} missing {' '.join(missing[:3])}".strip()),
        _reading(services),
        _sign_in(services),
        _indexes(cluster),
    ]


def _rows(cluster: Cluster, facts: dict[str, Any]) -> Iterator[Proof]:
    with cluster.admin() as connection:
        now = facts_of(connection)
    same = now["revision"] == facts["revision"]
    yield Proof("数据库结构相同", "the same schema", same, f"{now['revision']} ({facts['revision']})")
    fewer = [
        f"{table} {now['rows'].get(table, 0)} < {n}"
        for table, n in facts["rows"].items()
        if now["rows"].get(table, 0) < n
    ]
    seen = "; ".join(fewer) or f"{len(facts['rows'])} tables, {sum(now['rows'].values())} rows"
    yield Proof("只增的表没有变少", "tables that only grow hold no less", not fewer, seen)


def _chain(services: Services, facts: dict[str, Any]) -> Proof:
    """The chain covers every audit entry, and the head noted at the copy must be in it."""
    noted = facts["audit_head"]
    with services.sessions.begin() as session:
        verdict = verifying.verify(session, [Head(noted)] if noted else [])
    seen = "; ".join(fault.en for fault in verdict.faults) or f"{verdict.entries} entries, head {verdict.head[:12]}"
    return Proof("审计链完好", "the audit chain holds", not verdict.faults, seen)


def _reading(services: Services) -> Proof:
    """The layers, as maps and sheets read them."""
    row = services.reader.row(EVERYTHING, "select count(*), count(geom) from layer.parcel")
    parcels, shapes = row or (0, 0)
    return Proof("图层可读", "layers can be read", parcels == shapes, f"{parcels} parcels")


def _sign_in(services: Services) -> Proof:
    """Somebody new can be given a password and signs in with it; nothing of it stays."""
    with services.sessions() as session:
        try:
            name = _somebody_signs_in(session)
        finally:
            session.rollback()
    return Proof("可以登录", "people can sign in", name is not None, name or "refused")


def _somebody_signs_in(session: Session) -> str | None:
    name, word, at = f"drill-{secrets.token_hex(4)}", accounts.password_for_people(), clock.now()
    made = operations.create_user(session, SERVICE, username=name, display_name=name, password=word, own_choice=True)
    operations.grant_role(session, SERVICE, made.id, Role.GUEST)
    session.flush()
    user, _ = operations.check_password(session, name, word, at=at)
    if user is None:
        return None
    secret, _ = operations.open_session(session, user, address="", agent="restore drill")
    session.flush()
    actor = queries.actor_of_session(session, secret, at=at)
    return actor.name if actor else None


def _indexes(cluster: Cluster) -> Proof:
    """pg_amcheck: pages, and every row of a table in each of its B-trees."""
    with cluster.admin() as connection:
        connection.execute("create extension if not exists amcheck")
    where = ["-h", str(cluster.server.socket_dir), "-p", str(cluster.server.port), "-U", ADMIN, "-w", "-d", DATABASE]
    said = run(cluster, "pg_amcheck", *where, "--heapallindexed", "--no-strict-names")
    return Proof(
        "表与索引一致", "tables and indexes agree", not said.strip(), said.strip()[:200] or "pg_amcheck: clean"
    )
