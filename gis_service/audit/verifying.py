"""Walk along the chain and say what does not hold: which seal, which entries, and what that means."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gis_service.audit.errors import NothingSealed
from gis_service.audit.heads import Head
from gis_service.audit.models import AuditEntry, AuditSeal
from gis_service.audit.operations import START, digest_of
from gis_service.core import clock

NAMED = 10
"""Most missing numbers that a sentence names."""


@dataclass(frozen=True)
class Fault:
    """One thing that does not hold, with the entries it concerns."""

    kind: str
    zh: str
    en: str
    first: int | None = None
    last: int | None = None


@dataclass(frozen=True)
class Verdict:
    """What a walk along the chain found; `faults` are empty when all is well. `heads` is how many heads were held against it."""

    seals: int
    entries: int
    unsealed: int
    head: str
    heads: int
    faults: list[Fault]


@dataclass
class _Walk:
    """What the chain is, link by link."""

    previous: bytes = START
    expected: int = 1
    entries: int = 0
    hashes: set[str] = field(default_factory=lambda: {START.hex()})
    faults: list[Fault] = field(default_factory=list)

    @property
    def end(self) -> int:
        return self.expected - 1


def verify(session: Session, heads: Sequence[Head] = ()) -> Verdict:
    """Recompute every link, then hold the chain against heads kept elsewhere: only these show a cut tail or a chain made anew."""
    walk = _Walk()
    for link in session.scalars(select(AuditSeal).order_by(AuditSeal.id)):
        _step(session, walk, link)
    faults = [*_before_the_first(session), *walk.faults, *_against(heads, walk)]
    unsealed = session.scalar(select(func.count()).select_from(AuditEntry).where(AuditEntry.id > walk.end)) or 0
    return Verdict(len(walk.hashes) - 1, walk.entries, unsealed, walk.previous.hex(), len(heads), faults)


def present_head(session: Session) -> Head:
    """Where the chain stands now; raises `NothingSealed`."""
    last = session.scalar(select(AuditSeal).order_by(AuditSeal.id.desc()).limit(1))
    if last is None:
        raise NothingSealed()
    entries = session.scalar(select(func.sum(AuditSeal.entries))) or 0
    return Head(last.hash.hex(), last.id, last.to_id, int(entries), last.sealed_at.astimezone(UTC).isoformat())


def _before_the_first(session: Session) -> list[Fault]:
    """Entries whose numbers no seal could ever cover."""
    count = session.scalar(select(func.count()).select_from(AuditEntry).where(AuditEntry.id < 1)) or 0
    if not count:
        return []
    return [
        Fault(
            "added",
            f"有 {count} 条记录的编号小于 1:不是系统写入的",
            f"{count} entries have numbers below 1: the service did not write them",
        )
    ]


def _step(session: Session, walk: _Walk, link: AuditSeal) -> None:
    if link.previous != walk.previous or link.from_id != walk.expected:
        walk.faults.append(_joint(walk, link))
    # by what the link itself says it follows: a link that was taken out makes one fault, not one in each link after it
    count, digest = digest_of(session, link.from_id, link.to_id, link.previous)
    if count != link.entries or digest != link.hash:
        walk.faults.append(_content(session, link, count))
    walk.previous, walk.expected, walk.entries = link.hash, link.to_id + 1, walk.entries + count
    walk.hashes.add(link.hash.hex())


def _joint(walk: _Walk, link: AuditSeal) -> Fault:
    """The seals themselves: one was removed, added or moved."""
    if link.from_id > walk.expected:
        gap = f"{walk.expected}–{link.from_id - 1}"
        zh, en = f"其间记录 {gap} 的封存已被删除", f"the seal over the entries {gap} in between was removed"
    else:
        zh, en = "封存被改动、增加或调换了次序", "a seal was changed, added or moved"
    return Fault(
        "joint", f"封存 {link.id}(记录 {link.from_id}–{link.to_id})与前一环不衔接:{zh}",
        f"seal {link.id} (entries {link.from_id}–{link.to_id}) does not follow the one before: {en}", link.from_id, link.to_id,
    )  # fmt: skip


def _content(session: Session, link: AuditSeal, count: int) -> Fault:
    """The entries under a seal, by their number: fewer, more, or as many but others."""
    zh, en = f"记录 {link.from_id}–{link.to_id}", f"entries {link.from_id}–{link.to_id}"
    if count < link.entries:
        kind, gone = "removed", _gaps(session, link)
        zh += f":封存时 {link.entries} 条,现在 {count} 条,有记录被删除(空缺的编号 {gone};回滚也会留下空号)"
        en += f": {link.entries} were sealed, {count} are there: some were removed (missing numbers {gone}; a rollback leaves gaps too)"
    elif count > link.entries:
        kind = "added"
        zh += f":封存时 {link.entries} 条,现在 {count} 条,有记录被事后插入"
        en += f": {link.entries} were sealed, {count} are there: some were put in afterwards"
    else:
        kind = "changed"
        zh += f":{count} 条都在,但内容或次序与封存时不同,有记录被改动或调换"
        en += f": all {count} are there, but not as they were sealed: an entry was changed, or entries changed places"
    sealed = _when(link.sealed_at)
    return Fault(kind, f"封存 {link.id}({sealed}),{zh}", f"seal {link.id} ({sealed}), {en}", link.from_id, link.to_id)


def _gaps(session: Session, link: AuditSeal) -> str:
    there = select(AuditEntry.id).where(AuditEntry.id.between(link.from_id, link.to_id))
    numbers = select(func.generate_series(link.from_id, link.to_id).label("n")).subquery()
    gone = session.scalars(
        select(numbers.c.n).where(numbers.c.n.not_in(there)).order_by(numbers.c.n).limit(NAMED + 1)
    ).all()
    return ", ".join(map(str, gone[:NAMED])) + (" …" if len(gone) > NAMED else "")


def _against(heads: Iterable[Head], walk: _Walk) -> list[Fault]:
    """Heads whose link is no longer in the chain. Of signed ones the oldest is told: all after it fail for the same reason."""
    gone = [head for head in heads if head.head not in walk.hashes]
    noted = [_noted(head) for head in gone if head.to_id is None]
    signed = sorted((head for head in gone if head.to_id is not None), key=lambda head: head.to_id or 0)
    if not signed:
        return noted
    good = [head for head in heads if head.head in walk.hashes and (head.to_id or 0) < (signed[0].to_id or 0)]
    return [*noted, _broken_off(signed, max(good, key=lambda head: head.to_id or 0, default=None), walk.end)]


def _noted(head: Head) -> Fault:
    return Fault(
        "head", f"留存的链头 {head.head[:12]}… 不在链中:链被截断或重造",
        f"the head {head.head[:12]}… noted elsewhere is not in the chain: it was cut or made anew",
    )  # fmt: skip


def _broken_off(gone: Sequence[Head], good: Head | None, end: int) -> Fault:
    """The chain left the way that the signed heads tell of."""
    head, last = gone[0], gone[0].to_id or 0
    whole = good.to_id if good and good.to_id else 0
    when = _when(datetime.fromisoformat(head.sealed_at))
    which_zh = f"{when} 的链头(封存 {head.seal},到记录 {last})"
    which_en = f"the head of {when} (seal {head.seal}, entries to {last})"
    up_zh = f"记录 {whole} 及以前与更早的链头一致。" if whole else "没有更早的链头与链一致。"
    up_en = f"Up to entry {whole} it is as an earlier head says." if whole else "No earlier head matches."
    more_zh = f"(另有 {len(gone) - 1} 个链头同样不符)" if len(gone) > 1 else ""
    more_en = f" ({len(gone) - 1} more heads do not match either.)" if len(gone) > 1 else ""
    if end < last:
        return Fault(
            "cut",
            f"链尾被截断:{which_zh}不在链中,链只到记录 {end};其后到 {last} 的记录或其封存已被删除。{up_zh}数据库恢复到较早时点后也是这样,请对照恢复记录。{more_zh}",
            f"the tail was cut off: {which_en} is not in the chain, which ends at entry {end}; what came after, to {last}, was removed or is no "
            f"longer sealed. {up_en} A database restored to an earlier time looks the same: see when it was restored.{more_en}",
            end + 1, last,
        )  # fmt: skip
    return Fault(
        "remade",
        f"整条链被重新计算:{which_zh}不在链中;记录 {whole + 1}–{last} 中有内容被改动,此后的封存全部重造过。{up_zh}{more_zh}",
        f"the chain was computed anew: {which_en} is not in it; among the entries {whole + 1}–{last} something was changed, and all seals since "
        f"were made again. {up_en}{more_en}",
        whole + 1, last,
    )  # fmt: skip


def _when(moment: datetime) -> str:
    return f"{moment.astimezone(clock.BEIJING):%Y-%m-%d %H:%M}"


def broken_files(paths: Iterable[str]) -> list[Fault]:
    """Files of heads that are not as they were signed: they prove nothing, and somebody may have wanted that."""
    return [
        Fault(
            "head", f"{path} 的签名不符:文件被改动,或由另一把密钥签发(用 --key 给出其公钥)",
            f"the signature of {path} does not hold: the file was changed, or another key signed it (name its public key by --key)",
        )
        for path in paths
    ]  # fmt: skip
