"""Password and session policies, one row of facts each; a deployment chooses one (`GIS_SECURITY_PROFILE`). Pure: no rows, no clock.

The two lists ask for opposite things: GB/T 22239-2019 (等保 2.0) wants complexity and regular change at every level, OWASP ASVS 5.0
forbids both (6.2.5, 6.2.10) and wants length and a list of common passwords instead. So neither is written into the code.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from gis_service.access.rules import THREE_ADMINS, Role

KINDS = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^a-zA-Z0-9]")

OWN_WORDS = frozenset(
    {"gis", "gisservice", "gisadmin", "sysadmin", "secadmin", "auditor", "admin", "administrator", "guanliyuan", "root",
     "zhuhai", "gaoxin", "gaoxinqu", "zhgxq", "tangjia", "jinding", "tudi", "dikuai", "woaini", "mima"}
)  # fmt: skip
"""Words of this product and place that people take for passwords (ASVS 6.1.2), beside the list of common ones."""


@dataclass(frozen=True)
class Profile:
    """What is asked of passwords, tries, sessions and second factors. GB/T 22239 gives no figures; these are commonly examined ones."""

    code: str
    zh: str
    en: str
    min_length: int
    min_length_with_second: int
    """For whoever also has a second factor."""
    kinds: int
    """How many of capitals, small letters, digits and signs; 0: composition is free."""
    remembered: int
    """Former passwords that are not taken again; 0: none are kept."""
    password_age: timedelta | None
    tries: int
    locked_for: timedelta
    idle: timedelta
    idle_admin: timedelta
    absolute: timedelta
    sessions_at_once: int
    """Sessions of one person; one more ends the oldest."""
    second_factor_for: frozenset[Role]
    """Roles that cannot work without a second factor; others may have one."""
    unused_days: int
    """Days after which an account that nobody uses is disabled; 0: never."""
    hsts_days: int
    """For how long browsers that came over HTTPS come only so. A day is long enough against a stolen cookie and short enough to go
    back from a lost authority; ASVS 3.4.1 wants a year."""

    def password_faults(self, password: str, username: str, *, second: bool = False) -> list[tuple[str, str]]:
        """What is wrong with a new password, each as (Chinese, English); empty when it will do."""
        faults = []
        least = self.min_length_with_second if second else self.min_length
        if len(password) < least:
            faults.append((f"至少 {least} 位", f"at least {least} characters"))
        if sum(bool(re.search(kind, password)) for kind in KINDS) < self.kinds:
            faults.append(("须含大写、小写、数字、符号中的三种", "three of: capitals, small letters, digits, signs"))
        if username and username.lower() in password.lower():
            faults.append(("不能包含账号", "must not contain the account name"))
        if is_common(password):
            faults.append(("太常见,容易被猜到", "too common, easily guessed"))
        return faults

    def locked_until(self, failures: int, at: datetime) -> datetime | None:
        """Until when an account is locked after `failures` wrong passwords or codes in a row."""
        return at + self.locked_for if failures >= self.tries else None

    def too_old(self, changed: datetime, at: datetime) -> bool:
        """Whether a password of that day must be changed by now."""
        return self.password_age is not None and at - changed > self.password_age

    def session_over(self, *, created: datetime, last_seen: datetime, at: datetime, roles: Iterable[Role] = ()) -> bool:
        """Whether a session has idled too long, or is too old, for somebody with these roles."""
        idle = self.idle_admin if THREE_ADMINS & set(roles) else self.idle
        return at - last_seen > idle or at - created > self.absolute

    def asks_second(self, roles: Iterable[Role]) -> bool:
        """Whether somebody with these roles must have a second factor."""
        return bool(self.second_factor_for & set(roles))


DENGBAO_2 = Profile(
    code="dengbao2",
    zh="等保二级",
    en="GB/T 22239 level 2",
    min_length=10,
    min_length_with_second=10,
    kinds=3,
    remembered=5,
    password_age=timedelta(days=90),
    tries=5,
    locked_for=timedelta(minutes=15),
    idle=timedelta(minutes=30),
    idle_admin=timedelta(minutes=30),
    absolute=timedelta(hours=12),
    sessions_at_once=10,
    second_factor_for=frozenset(),
    unused_days=90,
    hsts_days=1,
)
DENGBAO = Profile(
    code="dengbao",
    zh="等保三级",
    en="GB/T 22239 level 3",
    min_length=10,
    min_length_with_second=10,
    kinds=3,
    remembered=5,
    password_age=timedelta(days=90),
    tries=5,
    locked_for=timedelta(minutes=15),
    idle=timedelta(minutes=30),
    idle_admin=timedelta(minutes=10),
    absolute=timedelta(hours=12),
    sessions_at_once=5,
    second_factor_for=THREE_ADMINS,
    unused_days=90,
    hsts_days=1,
)
ASVS = Profile(
    code="asvs",
    zh="OWASP ASVS 5.0",
    en="OWASP ASVS 5.0",
    # 6.2.1: 8 at least, 15 strongly recommended; NIST SP 800-63B-4 wants 15 of a password that stands alone
    min_length=15,
    min_length_with_second=8,
    kinds=0,
    remembered=0,
    password_age=None,
    tries=5,
    locked_for=timedelta(minutes=15),
    idle=timedelta(minutes=30),
    idle_admin=timedelta(minutes=15),
    absolute=timedelta(hours=12),
    sessions_at_once=5,
    second_factor_for=frozenset(Role) - {Role.GUEST},
    unused_days=0,  # ASVS asks nothing of the kind
    hsts_days=365,
)
PROFILES = {profile.code: profile for profile in (DENGBAO_2, DENGBAO, ASVS)}
DEFAULT = DENGBAO_2
"""What the service did before there was a choice; it satisfies level 2."""


@cache
def _common() -> frozenset[str]:
    """The 30,000 commonest leaked passwords, as the library zxcvbn carries them; read at the first new password."""
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    return frozenset(FREQUENCY_LISTS["passwords"]) | OWN_WORDS


def is_common(password: str) -> bool:
    """Whether it is a common password or word, also with digits and signs around it.

    >>> [is_common(word) for word in ("iloveyou", "Password-2026!", "Zhuhai@123456", "Correct-horse-9")]
    [True, True, True, False]
    """
    plain = password.lower()
    core = re.sub(r"^[^a-z]+|[^a-z]+$", "", plain)
    return plain in _common() or core in _common()
