"""Make and read certificates: an authority for ten years that may only speak for this deployment, and its server's for a year at most.

Elliptic keys (P-256), SHA-256. The authority is constrained (RFC 5280 §4.2.1.10) to the names it was made for and to private addresses:
who steals its key can imitate this service, but no other site, on the phones that trust it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from gis_service.tls.errors import BadName, CaExpired, NoName, NotCovered, TooLong

CA_DAYS, MOST_DAYS = 3652, 397
EARLIER = timedelta(days=1)
"""Certificates begin a day ago: the clock of a phone may be behind."""
HOME_NAMES, HOME_ADDRESSES = ("localhost",), ("127.0.0.1", "::1")
PRIVATE = tuple(
    map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "::1/128", "fc00::/7"))
)
Key = ec.EllipticCurvePrivateKey
Address = IPv4Address | IPv6Address


@dataclass(frozen=True)
class Pair:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: Key

    def certificate_pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def key_pem(self) -> bytes:
        none = serialization.NoEncryption()
        return self.key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, none)


@dataclass(frozen=True)
class Asked:
    """Names and addresses that people type, checked."""

    names: tuple[str, ...]
    addresses: tuple[Address, ...]

    @classmethod
    def of(cls, names: Sequence[str], addresses: Sequence[str]) -> "Asked":
        """Raises `NoName`, `BadName`."""
        if not names and not addresses:
            raise NoName()
        return cls(tuple(dict.fromkeys(map(_name, names))), tuple(dict.fromkeys(map(_address, addresses))))


def _name(told: str) -> str:
    """A host name in its ASCII form, as certificates hold it."""
    try:
        name = told.strip().rstrip(".").lower().encode("idna").decode()
    except UnicodeError:
        raise BadName(name=told) from None
    labels = name.split(".")
    good = all(label and all(c.isalnum() or c == "-" for c in label) and label.strip("-") == label for label in labels)
    if not good or len(name) > 253 or labels[-1].isdigit():
        raise BadName(name=told)
    return name


def _address(told: str) -> Address:
    try:
        return ip_address(told.strip())
    except ValueError:
        raise BadName(name=told) from None


def authority(asked: Asked, title: str, now: datetime) -> Pair:
    """A new authority that may speak for these names (and what lies below them), these addresses, and private addresses."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, title[:64]),
            # the year tells one from the next on a phone that has both
            x509.NameAttribute(NameOID.COMMON_NAME, f"{title[:40]} 内网 CA {now:%Y-%m-%d}"[:64]),
        ]
    )
    more = [ip_network(each) for each in asked.addresses if not _private(each)]
    permitted = [
        *(x509.DNSName(each) for each in dict.fromkeys((*asked.names, *HOME_NAMES))),
        *(x509.IPAddress(each) for each in (*PRIVATE, *more)),
    ]
    made = (
        _begun(name, name, key, now, timedelta(days=CA_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(x509.NameConstraints(permitted, None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return Pair(made, key)


def server(ca: Pair, asked: Asked, days: int, now: datetime) -> Pair:
    """A server certificate for names and addresses, and for this machine itself; raises `TooLong`, `NotCovered`, `CaExpired`."""
    if not 1 <= days <= MOST_DAYS:
        raise TooLong(days=days, most=MOST_DAYS)
    _require_covered(ca.certificate, asked)
    if now + timedelta(days=days) > ca.certificate.not_valid_after_utc:
        raise CaExpired(until=f"{ca.certificate.not_valid_after_utc:%Y-%m-%d}")
    key = ec.generate_private_key(ec.SECP256R1())
    names = tuple(dict.fromkeys((*asked.names, *HOME_NAMES)))
    addresses = tuple(dict.fromkeys((*asked.addresses, *map(ip_address, HOME_ADDRESSES))))
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, str((*asked.names, *asked.addresses)[0])[:64])])
    alternatives = [*map(x509.DNSName, names), *map(x509.IPAddress, addresses)]
    authority_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(ca.key.public_key())
    made = (
        _begun(subject, ca.certificate.subject, key, now, timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(authority_key, critical=False)
        .sign(ca.key, hashes.SHA256())
    )
    return Pair(made, key)


def _begun(subject: x509.Name, issuer: x509.Name, key: Key, now: datetime, lasts: timedelta) -> x509.CertificateBuilder:
    """`lasts` is the whole span: what began a day ago ends a day sooner."""
    begin = now.astimezone(UTC).replace(microsecond=0) - EARLIER
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + lasts)
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs, key_cert_sign=signs, crl_sign=signs, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _private(address: Address) -> bool:
    return any(address.version == each.version and address in each for each in PRIVATE)


def _require_covered(ca: x509.Certificate, asked: Asked) -> None:
    permitted = ca.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees or []
    domains = [each.value for each in permitted if isinstance(each, x509.DNSName)]
    nets: list[IPv4Network | IPv6Network] = [each.value for each in permitted if isinstance(each, x509.IPAddress)]  # type: ignore[misc]
    covered = "、".join((*domains, *map(str, nets)))
    for name in asked.names:
        if not any(name == each or name.endswith(f".{each}") for each in domains):
            raise NotCovered(name=name, covered=covered)
    for address in asked.addresses:
        if not any(address.version == each.version and address in each for each in nets):
            raise NotCovered(name=str(address), covered=covered)


def read(pem: bytes) -> Pair:
    """A certificate with its key, from one text."""
    key = serialization.load_pem_private_key(pem, None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError("the key is not elliptic")
    return Pair(x509.load_pem_x509_certificate(pem), key)


def names_in(certificate: x509.Certificate) -> Asked:
    """The names and addresses of a server certificate, without those of the machine itself."""
    found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    names = [each for each in found.get_values_for_type(x509.DNSName) if each not in HOME_NAMES]
    addresses = [each for each in found.get_values_for_type(x509.IPAddress) if str(each) not in HOME_ADDRESSES]
    return Asked(tuple(names), tuple(addresses))  # type: ignore[arg-type]


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 of the certificate as phones and computers show it: pairs of digits with colons.

    The same that `openssl x509 -fingerprint -sha256` prints.
    """
    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()
