"""A provider of single sign-on for the tests, as a process of its own: `python -m tests.access.provider` prints its port.

Authlib's server side does the work, so PKCE, codes taken once and the client's secret are judged by code that is not ours. It asks nobody
for a password: who signs in next, and which lies the answer is to hold, the test says beforehand (`PUT /next`).
"""

# ruff: noqa: ARG002, ARG005  (the signatures are Authlib's)

import base64
import json
import secrets
import sys
import threading
import time
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import AuthorizationCodeMixin, ClientMixin
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import OpenIDCode
from authlib.oidc.core.util import create_half_hash
from flask import Flask, Response, request
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey
from werkzeug.serving import WSGIRequestHandler, make_server

CLIENT_ID, CLIENT_SECRET = "gis-service", "a secret between the two"
KEYS = {"RS256": RSAKey.generate_key(parameters={"kid": "rsa"}), "ES256": ECKey.generate_key(parameters={"kid": "ec"})}
FORGED = {
    "RS256": RSAKey.generate_key(parameters={"kid": "rsa"}),
    "HS256": OctKey.import_key(CLIENT_SECRET + " of 32 bytes"),
}
LIVES_S = 600


class Client(ClientMixin):
    """The one client, confidential."""

    def get_client_id(self) -> str:
        return CLIENT_ID

    def get_default_redirect_uri(self) -> None:
        return None

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri.endswith("/login/oidc/callback")

    def check_client_secret(self, client_secret: str) -> bool:
        return secrets.compare_digest(client_secret, CLIENT_SECRET)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return (method, endpoint) == ("client_secret_basic", "token")

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


class Code(AuthorizationCodeMixin):
    """A code that was given out."""

    def __init__(self, facts: dict[str, Any], subject: str):
        self.redirect_uri, self.nonce = facts.get("redirect_uri"), facts.get("nonce")
        self.code_challenge = facts.get("code_challenge")
        self.code_challenge_method = facts.get("code_challenge_method")
        self.scope, self.subject, self.at = facts.get("scope"), subject, int(time.time())

    def get_redirect_uri(self) -> str | None:
        return self.redirect_uri

    def get_scope(self) -> str | None:
        return self.scope

    def get_nonce(self) -> str | None:
        return self.nonce

    def get_auth_time(self) -> int:
        return self.at

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None


class World:
    """What the provider knows: codes under way, and what the test wants of the next answers."""

    codes: dict[str, Code] = {}  # noqa: RUF012  (one provider a process)
    claims: dict[str, Any] = {}  # noqa: RUF012
    lies: dict[str, Any] = {}  # noqa: RUF012


class CodeGrant(AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic"]  # noqa: RUF012

    def save_authorization_code(self, code: str, request: Any) -> None:
        World.codes[code] = Code(request.payload.data, request.user["sub"])

    def query_authorization_code(self, code: str, client: Client) -> Code | None:
        return World.codes.get(code)

    def delete_authorization_code(self, authorization_code: Code) -> None:
        World.codes = {name: kept for name, kept in World.codes.items() if kept is not authorization_code}

    def authenticate_user(self, authorization_code: Code) -> dict[str, Any]:
        return {"sub": authorization_code.subject}


class Identity(OpenIDCode):
    """ID tokens, with the lies the test wants in them."""

    def exists_nonce(self, nonce: str, request: Any) -> bool:
        return False

    def encode_id_token(self, token: dict[str, Any], request: Any) -> str:
        now, alg = int(time.time()), World.lies.get("alg", "RS256")
        claims = {
            "iss": issuer(),
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + LIVES_S,
            **self.get_authorization_code_claims(request.authorization_code),
            "at_hash": create_half_hash(token["access_token"], "RS256").decode(),
            **World.claims,
            **World.lies.get("claims", {}),
        }
        return signed(alg, {name: value for name, value in claims.items() if value is not None})


def signed(alg: str, claims: dict[str, Any]) -> str:
    """An ID token; unsigned ones and those under the client's secret no honest library would make without being told to."""
    if alg == "none":
        parts = (base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in ({"alg": "none"}, claims))
        return b".".join((*parts, b"")).decode()
    key = (FORGED if World.lies.get("forged") else KEYS)[alg]
    return str(jwt.encode({"alg": alg, "kid": key.kid} if key.kid else {"alg": alg}, claims, key, algorithms=[alg]))


app = Flask(__name__)
server = AuthorizationServer(
    app, query_client=lambda name: Client() if name == CLIENT_ID else None, save_token=lambda token, request: None
)
server.register_grant(CodeGrant, [CodeChallenge(required=True), Identity(require_nonce=True)])


def issuer() -> str:
    return request.host_url.rstrip("/")


@app.get("/.well-known/openid-configuration")
def discovery() -> dict[str, Any]:
    return {
        "issuer": issuer(),
        "authorization_endpoint": f"{issuer()}/authorize",
        "token_endpoint": f"{issuer()}/token",
        "jwks_uri": f"{issuer()}/jwks",
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256", "ES256"],
        "code_challenge_methods_supported": ["S256"],
        **World.lies.get("discovery", {}),
    }


@app.get("/jwks")
def jwks() -> dict[str, Any]:
    return dict(KeySet(list(KEYS.values())).as_dict(private=False))


@app.put("/next")
def next_answers() -> Response:
    """Who signs in from now on, and what is not true of the answers."""
    told = request.get_json()
    World.claims, World.lies = told["claims"], told.get("lies", {})
    return Response(status=204)


@app.get("/authorize")
def authorize() -> Response:
    if World.lies.get("denied"):
        back = f"{request.args['redirect_uri']}?error=access_denied&state={request.args['state']}"
        return Response(status=302, headers={"Location": back})
    grant = server.get_consent_grant(end_user=World.claims)
    answer: Response = server.create_authorization_response(grant_user=World.claims, grant=grant)
    return answer


@app.post("/token")
def token() -> Response:
    answer: Response = server.create_token_response()
    return answer


class Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002  (werkzeug's name)
        """Nothing: what goes on is for the test to say."""


def main() -> None:
    """Serve on a free port until the other end of our standard input is closed: no test leaves a provider behind."""
    listening = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    print(json.dumps({"port": listening.server_port}), flush=True)
    threading.Thread(target=listening.serve_forever, daemon=True).start()
    sys.stdin.read()
    listening.shutdown()


if __name__ == "__main__":
    main()
