"""The authority and its certificates: what others make of them, what is refused, and renewal that no phone notices."""

import shutil
import ssl
import stat
import subprocess
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError
from hypothesis import given
from hypothesis import strategies as st

from gis_service import doctor
from gis_service.core import clock
from gis_service.core.errors import Refusal
from gis_service.settings import Settings
from gis_service.tls import keeping, making
from gis_service.tls.errors import BadName, CaExpired, NoCertificate, NoName, NotCovered, TooLong
from gis_service.tls.keeping import Known
from gis_service.tls.making import Asked

NOW = clock.now()


def loaded(known: Known) -> tuple[x509.Certificate, x509.Certificate]:
    """The server's certificate and the authority's."""
    return (
        x509.load_pem_x509_certificate(known.server_pem.read_bytes()),
        x509.load_pem_x509_certificate(known.ca_crt.read_bytes()),
    )


@pytest.mark.parametrize("who", ["gis.example.lan", "192.168.1.10", "localhost", "127.0.0.1"])
def test_the_chain_holds_for_every_name_by_a_verifier_of_browsers_rules(made: Known, who: str) -> None:
    certificate, ca = loaded(made)
    subject: x509.GeneralName
    try:
        subject = x509.IPAddress(ip_address(who))
    except ValueError:
        subject = x509.DNSName(who)
    verifier = PolicyBuilder().store(Store([ca])).time(clock.now()).build_server_verifier(subject)
    assert verifier.verify(certificate, []) == [certificate, ca]


def test_it_holds_for_no_other_name(made: Known) -> None:
    certificate, ca = loaded(made)
    verifier = PolicyBuilder().store(Store([ca])).time(clock.now()).build_server_verifier(x509.DNSName("bank.example"))
    with pytest.raises(VerificationError):
        verifier.verify(certificate, [])


def test_what_the_authority_signs_for_another_site_nobody_believes(made: Known, intranet: Settings) -> None:
    ca = making.read((keeping.folder(intranet) / "ca.pem").read_bytes())
    open_door = making._require_covered
    making._require_covered = lambda *_: None  # a thief does not ask
    try:
        forged = making.server(ca, Asked.of(["bank.example"], []), 30, clock.now())
    finally:
        making._require_covered = open_door
    context = ssl.create_default_context(cafile=str(made.ca_crt))
    assert context.get_ca_certs()
    folder = keeping.folder(intranet)
    (folder / "forged.pem").write_bytes(forged.key_pem() + forged.certificate_pem())
    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree"):
        handshake(folder / "forged.pem", context, "bank.example")


def handshake(pem: Path, context: ssl.SSLContext, name: str) -> ssl.SSLObject:
    """A TLS handshake in memory between a server with that certificate and a client of the standard library."""
    server_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_context.load_cert_chain(pem)
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context.wrap_bio(to_client, to_server, server_hostname=name)
    server = server_context.wrap_bio(to_server, to_client, server_side=True)
    done: set[ssl.SSLObject] = set()
    for _ in range(6):
        for side in (client, server):
            try:
                side.do_handshake()
                done.add(side)
            except ssl.SSLWantReadError:
                continue
    assert len(done) == 2
    return client


@pytest.mark.parametrize("name", ["gis.example.lan", "192.168.1.10"])
def test_the_standard_library_shakes_hands_with_it(made: Known, name: str) -> None:
    spoken = handshake(made.server_pem, ssl.create_default_context(cafile=str(made.ca_crt)), name)
    assert spoken.version() == "TLSv1.3"


def test_without_the_authority_it_is_not_believed(made: Known) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(made.server_pem, ssl.create_default_context(), "gis.example.lan")


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not here")
def test_openssl_agrees_and_prints_the_same_fingerprint(made: Known) -> None:
    command = [
        "openssl",
        "verify",
        "-x509_strict",
        "-CAfile",
        str(made.ca_crt),
        "-verify_ip",
        "192.168.1.10",
        str(made.server_pem),
    ]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    command = ["openssl", "x509", "-in", str(made.ca_crt), "-noout", "-fingerprint", "-sha256"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert printed.strip().split("=")[1] == made.ca_fingerprint


def test_it_lasts_no_longer_than_browsers_allow_and_the_authority_ten_years(made: Known) -> None:
    certificate, ca = loaded(made)
    assert certificate.not_valid_after_utc - certificate.not_valid_before_utc == timedelta(days=397)
    assert certificate.not_valid_before_utc < clock.now() - timedelta(hours=23)
    assert (ca.not_valid_after_utc - ca.not_valid_before_utc).days == 3652


def test_keys_are_for_the_owner_alone(made: Known) -> None:
    files = [path for path in made.server_pem.parent.iterdir() if path.is_file()]
    assert {path.name for path in files} == {"ca.pem", "ca.crt", "server.pem"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert stat.S_IMODE(made.server_pem.parent.stat().st_mode) == 0o700
    assert b"PRIVATE" not in made.ca_crt.read_bytes()


def test_renewal_keeps_the_authority_the_names_and_what_was_before(made: Known, intranet: Settings) -> None:
    old = made.server_pem.read_bytes()
    renewed = keeping.make(intranet, [], [], now=clock.now() + timedelta(days=380))
    assert (renewed.ca_fingerprint, renewed.names, renewed.addresses) == (
        made.ca_fingerprint, ("gis.example.lan",), ("192.168.1.10",),
    )  # fmt: skip
    assert renewed.until > made.until
    assert renewed.fingerprint != made.fingerprint
    assert (made.server_pem.parent / "server-before.pem").read_bytes() == old


def test_a_name_below_the_first_needs_no_new_authority_another_does(made: Known, intranet: Settings) -> None:
    assert keeping.make(intranet, ["map.gis.example.lan"], ["10.1.2.3"]).ca_fingerprint == made.ca_fingerprint
    for names, addresses in ((["other.lan"], []), (["notgis.example.lan"], []), ([], ["8.8.8.8"])):
        before = made.server_pem.read_bytes()
        with pytest.raises(NotCovered):
            keeping.make(intranet, names, addresses)
        assert made.server_pem.read_bytes() == before
    assert keeping.make(intranet, ["other.lan"], [], new_ca=True).ca_fingerprint != made.ca_fingerprint


def test_an_authority_that_ends_sooner_signs_nothing(made: Known, intranet: Settings) -> None:
    with pytest.raises(CaExpired):
        keeping.make(intranet, [], [], now=clock.now() + timedelta(days=3400))


@pytest.mark.parametrize(
    ("names", "addresses", "days", "refusal"),
    [
        ([], [], 30, NoName), (["gis.example.lan"], [], 398, TooLong), (["gis.example.lan"], [], 0, TooLong),
        (["https://gis.example.lan/"], [], 30, BadName), (["*.lan"], [], 30, BadName), ([""], [], 30, BadName),
        (["192.168.1.10"], [], 30, BadName), ([], ["gis.example.lan"], 30, BadName), ([], ["999.1.1.1"], 30, BadName),
    ],
)  # fmt: skip
def test_what_cannot_be_certified_is_refused_and_leaves_nothing(
    intranet: Settings, names: list[str], addresses: list[str], days: int, refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        keeping.make(intranet, names, addresses, days=days)
    with pytest.raises(NoCertificate):
        keeping.known(intranet)


def test_a_chinese_name_is_kept_as_phones_ask_for_it(intranet: Settings) -> None:
    keeping.make(intranet, ["巡查.内网"], [])
    assert all(name.isascii() for name in keeping.known(intranet).names)


@given(told=st.text(max_size=80))
def test_any_text_is_a_name_or_a_refusal(told: str) -> None:
    try:
        asked = Asked.of([told], [])
    except BadName:
        return
    assert asked.names[0].isascii()
    x509.DNSName(asked.names[0])


def test_the_doctor_warns_a_month_before_the_end(made: Known, intranet: Settings) -> None:
    assert doctor._https(intranet).good
    keeping.make(intranet, [], [], days=30)
    found = doctor._https(intranet)
    assert not found.good
    assert "tls make" in found.zh
    assert doctor._https(intranet.model_copy(update={"tls": "off"})).good, "on this machine alone nobody needs it"
    everybody = {"tls": "off", "host": "0.0.0.0"}  # noqa: S104
    assert not doctor._https(intranet.model_copy(update=everybody)).good


def test_the_address_that_is_told_is_the_one_that_works(made: Known, intranet: Settings) -> None:
    assert keeping.address(intranet) == "https://gis.example.lan:8443"
    assert keeping.address(intranet.model_copy(update={"port": 443})) == "https://gis.example.lan"
    assert keeping.address(intranet.model_copy(update={"tls": "off"})) == "http://127.0.0.1:8443"
    assert (
        keeping.address(intranet.model_copy(update={"public_url": "https://gis.gov.example/"}))
        == "https://gis.gov.example"
    )
