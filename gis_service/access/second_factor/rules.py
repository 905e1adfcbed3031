"""Time steps and recovery codes. Pure: no rows, no session, no clock."""

import hmac
import re
import secrets
from datetime import datetime

import pyotp

CODES = 10
"""Recovery codes given at once."""

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
GROUPS, GROUP = 6, 4
"""24 signs of 31: 118 bits. From 112 bits on a plain hash may keep a code (ASVS 6.5.2)."""

DRIFT = (-1, 0, 1)
"""Steps of 30 seconds that a phone's clock may be off (RFC 6238 §5.2)."""


def new_secret() -> str:
    """160 bits in base32, as RFC 4226 recommends."""
    return pyotp.random_base32()


def address(secret: str, *, username: str, issuer: str) -> str:
    """What the QR code holds, for any authenticator."""
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=issuer)


def step_of(secret: str, code: str, at: datetime, *, after: int) -> int | None:
    """The time step the code belongs to; None where it is wrong, or of a step not later than `after`: a code is taken once.

    >>> at = datetime.fromisoformat("2026-11-30T00:00:00+00:00")
    >>> code = pyotp.TOTP("GEZDGNBVGY3TQOJQ").at(at)
    >>> step = step_of("GEZDGNBVGY3TQOJQ", code, at, after=0)
    >>> (step, step_of("GEZDGNBVGY3TQOJQ", code, at, after=step))
    (59532480, None)
    """
    totp = pyotp.TOTP(secret)
    steps = (totp.timecode(at) + drift for drift in DRIFT)
    matching = (step for step in steps if hmac.compare_digest(totp.generate_otp(step), code))
    return next((step for step in matching if step > after), None)


def plain(code: str) -> str:
    """What was typed, without the blanks and hyphens people put in.

    >>> plain(" 123 456 "), plain("ABCD-efgh")
    ('123456', 'abcdefgh')
    """
    return re.sub(r"[\s-]", "", code).lower()


def is_from_phone(code: str) -> bool:
    """Whether it has the shape of an authenticator's code; else it is taken for a recovery code."""
    return re.fullmatch(r"[0-9]{6}", code) is not None


def new_codes() -> list[str]:
    """Recovery codes, in groups that can be read aloud."""
    return [
        "-".join("".join(secrets.choice(ALPHABET) for _ in range(GROUP)) for _ in range(GROUPS)) for _ in range(CODES)
    ]
