"""The folder `var/tls`: `ca.pem` and `server.pem` (certificate and key in one file, so that they never disagree), and `ca.crt` to hand out.

Each file is written aside with mode 0600 and moved into place. What was there before stays beside it under its last day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from gis_service.core import clock, private
from gis_service.settings import Settings
from gis_service.tls import making
from gis_service.tls.errors import NoCertificate
from gis_service.tls.making import Asked, Pair

WARN_DAYS = 30


@dataclass(frozen=True)
class Known:
    """What there is: the server's certificate, and the authority that signed it."""

    names: tuple[str, ...]
    addresses: tuple[str, ...]
    until: datetime
    days_left: int
    fingerprint: str
    ca_name: str
    ca_until: datetime
    ca_fingerprint: str
    server_pem: Path
    ca_crt: Path

    @property
    def ends_soon(self) -> bool:
        return self.days_left < WARN_DAYS

    def url(self, port: int) -> str:
        """The address people type: by name, else by number."""
        host = [*self.names, *(f"[{each}]" if ":" in each else each for each in self.addresses), "localhost"][0]
        return f"https://{host}{'' if port == 443 else f':{port}'}"


def folder(settings: Settings) -> Path:
    return settings.var_dir / "tls"


def make(
    settings: Settings, names: Sequence[str], addresses: Sequence[str], *, days: int = making.MOST_DAYS, new_ca: bool = False,
    now: datetime | None = None,
) -> Known:  # fmt: skip
    """A server certificate by the authority that is there, or by a new one. Without names and addresses: those of the present one.

    Raises `NoName`, `BadName`, `TooLong`, `NotCovered`, `CaExpired`.
    """
    place, at = folder(settings), now or clock.now()
    if not names and not addresses and (place / "server.pem").exists():
        asked = making.names_in(making.read((place / "server.pem").read_bytes()).certificate)
    else:
        asked = Asked.of(names, addresses)
    place.mkdir(parents=True, exist_ok=True)
    place.chmod(0o700)
    ca = None if new_ca else _ca(place)
    fresh = ca is None
    ca = ca or making.authority(asked, settings.title, at)
    signed = making.server(ca, asked, days, at)
    if fresh:
        _write(place / "ca.pem", _whole(ca))
        _write(place / "ca.crt", ca.certificate_pem())
    _write(place / "server.pem", _whole(signed))
    return known(settings, now=at)


def _ca(place: Path) -> Pair | None:
    path = place / "ca.pem"
    return making.read(path.read_bytes()) if path.exists() else None


def _whole(pair: Pair) -> bytes:
    return pair.key_pem() + pair.certificate_pem()


def _write(path: Path, content: bytes) -> None:
    if path.exists():
        path.replace(path.with_name(f"{path.stem}-before{path.suffix}"))
    private.write(path, content)


def known(settings: Settings, *, now: datetime | None = None) -> Known:
    """What there is; raises `NoCertificate`."""
    place = folder(settings)
    if not (place / "server.pem").exists() or not (place / "ca.pem").exists():
        raise NoCertificate()
    certificate = making.read((place / "server.pem").read_bytes()).certificate
    ca = making.read((place / "ca.pem").read_bytes()).certificate
    asked = making.names_in(certificate)
    left = certificate.not_valid_after_utc - (now or clock.now())
    return Known(
        asked.names, tuple(map(str, asked.addresses)), certificate.not_valid_after_utc, left.days, making.fingerprint(certificate),
        ca.subject.rfc4514_string(), ca.not_valid_after_utc, making.fingerprint(ca), place / "server.pem", place / "ca.crt",
    )  # fmt: skip


def in_use(settings: Settings) -> Known | None:
    """The certificate that `serve` uses; None where there is none or it is not wanted."""
    if settings.tls == "off":
        return None
    try:
        return known(settings)
    except NoCertificate:
        return None


def is_secure(settings: Settings) -> bool:
    """Whether people reach the service over HTTPS: through a proxy, or by our own certificate."""
    return (settings.public_url or "").startswith("https://") or in_use(settings) is not None


def address(settings: Settings) -> str:
    """The address people type, without a slash at its end."""
    if settings.public_url:
        return settings.public_url.rstrip("/")
    used = in_use(settings)
    return used.url(settings.port) if used else f"http://{settings.host}:{settings.port}"
