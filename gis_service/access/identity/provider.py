"""The provider, as its client: discovery, the way out, and the answer held against what was asked.

Nothing of it is kept: its documents are asked for at each sign-in, so that a changed key or address needs no restart here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import structlog
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from requests import RequestException

from gis_service.access.identity.errors import NotBelieved, ProviderAway

log = structlog.get_logger("gis_service.identity")

ALGORITHMS = ["RS256", "ES256"]
"""Signatures that are believed; `none` and the symmetric ones are not among them (RFC 8725 §3.1)."""
LEEWAY_S = 60
"""How far the provider's clock may be off."""
TIMEOUT_S = 10


@dataclass(frozen=True)
class Asked:
    """What a sign-in went out with; the answer must fit it. Kept until it comes back (`access.models.SignInStep`)."""

    redirect_uri: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class Identity:
    """Somebody the provider vouches for."""

    issuer: str
    subject: str
    username: str
    display_name: str
    strong: bool | None = None
    """Whether they signed in there as the deployment demands; None where it demands nothing."""


@dataclass(frozen=True)
class Provider:
    """A provider as the settings name it."""

    issuer: str
    client_id: str
    client_secret: str | None = None
    username_claim: str = "preferred_username"
    ca_file: Path | None = None
    acr: frozenset[str] = frozenset()
    amr: frozenset[str] = frozenset()
    """Levels and ways of signing in of which one will do; where both are empty nothing is demanded."""

    def way_out(self, asked: Asked, state: str) -> str:
        """Where the browser is sent to sign in. Raises `ProviderAway`."""
        with self._session(asked) as session:
            url, _ = session.create_authorization_url(
                self._document(session)["authorization_endpoint"],
                state=state,
                nonce=asked.nonce,
                code_verifier=asked.verifier,
                **({"acr_values": " ".join(sorted(self.acr))} if self.acr else {}),
            )
        return str(url)

    def identity(self, asked: Asked, state: str, query: Mapping[str, str]) -> Identity:
        """Who came back with this query. Raises `NotBelieved` where anything does not fit, `ProviderAway`."""
        if query.get("state") != state or not query.get("code") or query.get("iss", self.issuer) != self.issuer:
            not_believed("answer", query.get("error", "state, code or iss"))
        with self._session(asked) as session:
            document = self._document(session)
            token = self._token(session, document, asked, query["code"])
            claims = self._claims(session, document, asked, token)
        username = claims.get(self.username_claim)
        if not isinstance(username, str) or not username:
            not_believed("claim", self.username_claim)
        return Identity(
            self.issuer, str(claims["sub"]), username, str(claims.get("name") or username), self._strong(claims)
        )

    def _strong(self, claims: Mapping[str, Any]) -> bool | None:
        """Whether the ID token says that one of the demanded levels or ways was used (OpenID Connect Core §2; RFC 8176)."""
        if not self.acr and not self.amr:
            return None
        level, ways = claims.get("acr"), claims.get("amr")
        told = {way for way in ways if isinstance(way, str)} if isinstance(ways, list) else set()
        return (isinstance(level, str) and level in self.acr) or bool(told & self.amr)

    def _session(self, asked: Asked) -> OAuth2Session:
        session = OAuth2Session(
            self.client_id,
            self.client_secret,
            token_endpoint_auth_method="client_secret_basic" if self.client_secret else "none",
            scope="openid profile",
            redirect_uri=asked.redirect_uri,
            code_challenge_method="S256",
            default_timeout=TIMEOUT_S,
        )
        session.trust_env = False  # neither a .netrc nor a proxy of the environment gets to see the client's secret
        session.verify = str(self.ca_file) if self.ca_file else True
        return session

    def _document(self, session: OAuth2Session) -> dict[str, Any]:
        """The discovery document; it must be of the issuer that was asked for (OpenID Connect Discovery §4.3)."""
        document = self._fetch(session, f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
        if document.get("issuer") != self.issuer:
            not_believed("discovery", str(document.get("issuer")))
        wanted = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        if not all(_is_safe(document.get(name), self.issuer) for name in wanted):
            not_believed("discovery", "endpoints")
        return document

    def _fetch(self, session: OAuth2Session, url: str) -> dict[str, Any]:
        try:
            answer = session.get(url, withhold_token=True, allow_redirects=False)
            answer.raise_for_status()
            found = answer.json()
        except (RequestException, ValueError) as error:
            raise _away(error) from None
        if not isinstance(found, dict):
            raise _away(TypeError(url))
        return found

    def _token(self, session: OAuth2Session, document: dict[str, Any], asked: Asked, code: str) -> dict[str, Any]:
        try:
            token: dict[str, Any] = session.fetch_token(
                document["token_endpoint"],
                grant_type="authorization_code",
                code=code,
                redirect_uri=asked.redirect_uri,
                code_verifier=asked.verifier,
                allow_redirects=False,
            )
        except (RequestException, ValueError) as error:
            raise _away(error) from None
        except AuthlibBaseError as error:
            not_believed("code", str(error.error))
        return token

    def _claims(
        self, session: OAuth2Session, document: dict[str, Any], asked: Asked, token: dict[str, Any]
    ) -> CodeIDToken:
        """The claims of the ID token: signature, issuer, audience, times, nonce, and its bond to the access token."""
        keys: Any = self._fetch(session, document["jwks_uri"])
        try:
            decoded = jwt.decode(str(token.get("id_token", "")), KeySet.import_key_set(keys), algorithms=ALGORITHMS)
            claims = CodeIDToken(
                decoded.claims,
                decoded.header,
                options={
                    "iss": {"essential": True, "value": self.issuer},
                    "aud": {"essential": True, "value": self.client_id},
                    "sub": {"essential": True},
                },
                params={
                    "nonce": asked.nonce,
                    "client_id": self.client_id,
                    "access_token": token.get("access_token"),
                },
            )
            claims.validate(leeway=LEEWAY_S)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            not_believed("id_token", f"{type(error).__name__}: {error}")
        return claims


def not_believed(part: str, fault: str) -> NoReturn:
    """Refuse; what did not fit is for the log, not for whoever tries."""
    log.warning("not believed", part=part, fault=fault[:200])
    raise NotBelieved(part=part)


def _away(error: Exception) -> ProviderAway:
    log.error("provider", error=f"{type(error).__name__}: {error}"[:300])
    return ProviderAway()


def _is_safe(url: object, issuer: str) -> bool:
    """Whether an address of the discovery document is as private as the issuer's own."""
    return isinstance(url, str) and (
        url.startswith("https://") or (issuer.startswith("http://") and _same_host(url, issuer))
    )


def _same_host(url: str, issuer: str) -> bool:
    return url.split("/", 3)[:3] == issuer.split("/", 3)[:3]
