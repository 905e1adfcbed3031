"""统一身份认证: signing in by way of the organisation's provider (OpenID Connect, authorization code with PKCE).

provider    the way there and back: Authlib speaks OAuth, the ID token is held against what was asked
operations  whose account an identity is; accounts and roles stay ours
models      the account's lasting identity at the provider
routes      out, back, and the security administrator's unbinding
"""
