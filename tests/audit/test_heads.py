"""The six things an insider may do to the trail, each found; the head that two of them are found by; and no false alarm."""

import json
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session
from typer.testing import CliRunner

from gis_service.access import operations as access
from gis_service.access.actor import EVERYTHING, SERVICE
from gis_service.access.rules import Role
from gis_service.audit import heads, verifying
from gis_service.audit import operations as audit
from gis_service.audit.errors import HeadKeyBroken, HeadThere, NoHeads, NothingSealed
from gis_service.audit.heads import HeadKey
from gis_service.audit.models import AuditSeal
from gis_service.backup import heads as nightly
from gis_service.backup import heads_cli
from gis_service.core import clock, db
from gis_service.notifications.models import Notification
from tests.audit.attacks import ATTACKS, BY_HEADS_ONLY, ENTRIES_A_SEAL, SEALS, honest, superuser
from tests.commands import installed
from tests.conftest import PASSWORD, CloneServices


@pytest.fixture
def trail(services: CloneServices) -> CloneServices:
    """An honest trail whose heads were kept by two nights."""
    honest(services)
    assert nightly.night(services).faults == []
    honest(services)
    assert nightly.night(services).faults == []
    return services


def chain_alone(services: CloneServices) -> list[str]:
    with services.sessions.begin() as session:
        return [fault.kind for fault in verifying.verify(session).faults]


def test_an_honest_trail_passes_and_keeps_a_head_a_night(trail: CloneServices) -> None:
    verdict = nightly.verify(trail)
    assert (verdict.faults, verdict.heads, verdict.seals) == ([], 2, 2 * SEALS)
    folder = trail.settings.var_dir / "heads"
    assert [path.name[:15] for path in sorted(folder.glob("head-*"))] == ["head-0000000003", "head-0000000006"]
    assert nightly.keep(trail) == []  # nothing new since


@pytest.mark.parametrize("attack", ATTACKS)
def test_each_attack_of_a_superuser_is_found_for_what_it_is(trail: CloneServices, attack: str) -> None:
    change, kind = ATTACKS[attack]
    with superuser(trail) as session:
        change(session)
    assert (kind in chain_alone(trail)) is (attack not in BY_HEADS_ONLY)
    faults = nightly.verify(trail).faults
    assert kind in [fault.kind for fault in faults]
    assert all(fault.zh and fault.en for fault in faults)


def test_the_sentence_names_the_seal_and_the_entries(trail: CloneServices) -> None:
    with superuser(trail) as session:
        ATTACKS["delete"][0](session)
    (fault,) = nightly.verify(trail).faults
    assert (fault.first, fault.last) == (ENTRIES_A_SEAL + 1, 2 * ENTRIES_A_SEAL)
    assert "seal 2" in fault.en
    assert "missing numbers 6;" in fault.en


def test_a_chain_made_anew_is_told_apart_from_a_cut_and_bracketed_by_the_heads(trail: CloneServices) -> None:
    with superuser(trail) as session:
        session.execute(text("update audit_entry set actor_name = '乙' where id = 14"))  # after the first night's head
        _compute_again_from(session, 4)
    (fault,) = nightly.verify(trail).faults
    assert fault.kind == "remade"
    assert (fault.first, fault.last) == (13, 24)
    assert "Up to entry 12" in fault.en


def _compute_again_from(session: Session, seal: int) -> None:
    links = session.scalars(select(AuditSeal).where(AuditSeal.id >= seal - 1).order_by(AuditSeal.id)).all()
    for before, link in pairwise(links):
        count, digest = audit.digest_of(session, link.from_id, link.to_id, before.hash)
        link.entries, link.previous, link.hash = count, before.hash, digest
    session.flush()


def test_entries_put_before_the_first_are_seen(trail: CloneServices) -> None:
    with superuser(trail) as session:
        session.execute(
            text(
                "insert into audit_entry (id, actor_name, action, subject) overriding system value values (-3, '丙', 'x', 'y')"
            )
        )
    assert chain_alone(trail) == ["added"]


def test_a_seal_taken_out_is_one_fault_and_names_its_entries(trail: CloneServices) -> None:
    with superuser(trail) as session:
        session.execute(text("delete from audit_seal where id = 2"))
    with trail.sessions.begin() as session:
        (fault,) = verifying.verify(session).faults
    assert fault.kind == "joint"
    assert "entries 5–8" in fault.en


def test_a_night_that_finds_tampering_keeps_no_head_and_tells_the_auditors(trail: CloneServices) -> None:
    with trail.sessions.begin() as session:
        auditor = access.create_user(
            session, SERVICE, username="auditor", display_name="审计员", password=PASSWORD, own_choice=True
        ).id
        access.grant_role(session, SERVICE, auditor, Role.AUDITOR)
    with superuser(trail) as session:
        ATTACKS["recompute the whole chain"][0](session)
    honest(trail)
    before = sorted((trail.settings.var_dir / "heads").iterdir())
    assert nightly.night(trail).faults
    assert sorted((trail.settings.var_dir / "heads").iterdir()) == before
    with trail.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        told = session.execute(select(Notification.user_id, Notification.title_zh)).all()
    assert [tuple(row) for row in told] == [(auditor, "审计记录被改动")]


def test_a_head_is_never_replaced_and_only_its_owner_reads_it(trail: CloneServices, tmp_path: Path) -> None:
    with trail.sessions.begin() as session:
        document = trail.head_key.signed(verifying.present_head(session), clock.now())
    path = heads.write(document, tmp_path / "head.json")
    assert path.stat().st_mode & 0o777 == 0o400
    with pytest.raises(HeadThere):
        heads.write(document, tmp_path / "head.json")


@pytest.mark.parametrize(
    "change",
    [
        lambda told: told | {"to_id": 1},
        lambda told: told | {"signature": "AAAA"},
        lambda told: told | {"form": "2"},
        lambda told: {"head": told["head"]},
        lambda _told: [],
    ],
)
def test_a_head_that_was_changed_is_a_fault(trail: CloneServices, tmp_path: Path, change: object) -> None:
    told = json.loads(next((trail.settings.var_dir / "heads").glob("head-*")).read_text())
    path = tmp_path / "head.json"
    path.write_text(json.dumps(change(told)))  # type: ignore[operator]
    (fault,) = nightly.verify(trail, [str(path)]).faults
    assert str(path) in fault.en


def test_a_head_of_another_key_counts_only_when_that_key_is_named(trail: CloneServices, tmp_path: Path) -> None:
    other = HeadKey.at(tmp_path / "other" / "heads.pem")
    with trail.sessions.begin() as session:
        path = heads.write(other.signed(verifying.present_head(session), clock.now()), tmp_path / "head.json")
    assert [fault.kind for fault in nightly.verify(trail, [str(path)]).faults] == ["head"]
    public = tmp_path / "other.pub"
    public.write_bytes(other.public_pem())
    assert nightly.verify(trail, [str(path)], [heads.public_key(public)]).faults == []


def test_a_head_noted_on_paper_still_counts(trail: CloneServices) -> None:
    noted = nightly.verify(trail).head
    assert nightly.verify(trail, [noted.upper()]).faults == []
    assert [fault.kind for fault in nightly.verify(trail, ["0f" * 32]).faults] == ["head"]


def test_what_is_no_head_is_refused(trail: CloneServices, tmp_path: Path) -> None:
    with pytest.raises(NoHeads, match="nowhere"):
        nightly.verify(trail, ["nowhere"])
    (tmp_path / "bad.pem").write_text("no key")
    with pytest.raises(HeadKeyBroken, match=r"bad\.pem"):
        HeadKey.at(tmp_path / "bad.pem")


def test_nothing_sealed_is_no_head_and_no_alarm(services: CloneServices) -> None:
    with services.sessions.begin() as session, pytest.raises(NothingSealed):
        verifying.present_head(session)
    assert nightly.night(services).faults == []


def test_heads_also_lie_beside_the_backups(trail: CloneServices, tmp_path: Path) -> None:
    trail.settings = trail.settings.model_copy(update={"backup_dir": tmp_path / "backups"})
    written = nightly.keep(trail)
    assert [Path(path).parent for path in written] == [tmp_path / "backups" / "heads"]
    assert (tmp_path / "backups" / "heads" / heads.PUBLIC).exists()
    assert not list((tmp_path / "backups").rglob("heads.pem"))


def test_the_commands_write_a_head_and_find_the_tampering_by_it(trail: CloneServices, tmp_path: Path) -> None:
    app, out = installed(heads_cli.install, trail), tmp_path / "elsewhere"
    out.mkdir()
    said = CliRunner().invoke(app, ["head", "--to", str(out)])
    assert said.exit_code == 0, said.output
    assert "封存 seal 6" in said.output
    whole = CliRunner().invoke(app, ["verify", "--head", str(out), "--json"])
    assert (whole.exit_code, json.loads(whole.output)["faults"]) == (0, [])
    with superuser(trail) as session:
        ATTACKS["cut the tail"][0](session)
    for path in (trail.settings.var_dir / "heads").iterdir():
        path.unlink()  # he has the whole machine, but not the place where a copy is kept
    assert CliRunner().invoke(app, ["verify"]).exit_code == 0
    found = CliRunner().invoke(app, ["verify", "--head", str(out)])
    assert found.exit_code == heads_cli.TAMPERED
    assert "链尾被截断" in found.output
