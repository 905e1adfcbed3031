"""The refusals of single sign-on."""

from gis_service.core.errors import Refusal


class NoProvider(Refusal):
    """No provider is set."""

    code, status = "identity.no_provider", 404
    zh = "本系统没有启用统一身份认证,请用账号和密码登录。"
    en = "Single sign-on is not set up here; sign in with account and password."


class ProviderAway(Refusal):
    """The provider does not answer, or not as one."""

    code, status = "identity.provider_away", 503
    zh = "统一身份认证平台没有应答,请稍后再试;管理员可以用密码登录。"
    en = "The single sign-on provider does not answer; try again later. Administrators can sign in with a password."


class NotBelieved(Refusal):
    """What came back does not fit what was asked."""

    code, status = "identity.not_believed", 401
    zh = "统一身份认证的应答未通过核验({part}),没有登录。请重新登录;反复出现请告知系统管理员。"
    en = "The answer of the single sign-on provider was not accepted ({part}). Sign in again; tell the system administrator if it stays so."


class NoAccountHere(Refusal):
    """The provider knows them, we do not. Said alike for none, disabled, and bound to somebody else."""

    code, status = "identity.no_account", 403
    zh = "您的统一身份“{username}”在本系统没有可用的账号,请联系系统管理员开通。"
    en = "There is no account for your identity '{username}' here; ask the system administrator for one."
