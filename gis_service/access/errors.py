"""The refusals of signing in and of managing people."""

from gis_service.core.errors import Refusal


class WrongPassword(Refusal):
    """Said alike for unknown, disabled and wrong, so that accounts cannot be guessed."""

    code, status = "access.wrong_password", 401
    zh = "账号或密码不正确。"
    en = "Account or password is not right."


class Locked(Refusal):
    """Too many wrong passwords in a row."""

    code, status = "access.locked", 429
    zh = "连续输错次数过多,账号已锁定至 {until}。如非本人操作请联系系统管理员。"
    en = "Too many wrong passwords; the account is locked until {until}. Tell the system administrator if it was not you."


class WeakPassword(Refusal):
    """A new password does not meet the rules."""

    code, status = "access.weak_password", 400
    zh = "新密码不符合要求:{faults_zh}。"
    en = "The new password will not do: {faults_en}."


class MustChangePassword(Refusal):
    """The password was given by somebody else, or is too old."""

    code, status = "access.must_change_password", 403
    zh = "请先修改密码,再使用其他功能。"
    en = "Change your password before doing anything else."


class MustEnrol(Refusal):
    """The deployment asks this person's roles for a second factor."""

    code, status = "access.must_enrol", 403
    zh = "您的角色须绑定身份验证器(动态口令)后才能使用其他功能。请在“两步登录”页面绑定。"
    en = "Your roles need a second factor. Bind an authenticator on the page 'Two-step sign-in' before doing anything else."


class WrongCode(Refusal):
    """A code that is wrong, out of time, or was used; said alike."""

    code, status = "access.wrong_code", 401
    zh = "验证码不正确、已过期或已用过。请等验证器显示下一个验证码再输入;也可以输入一个恢复码。"
    en = "The code is wrong, out of time or was used before. Wait for the next one, or enter a recovery code."


class StepOver(Refusal):
    """A sign-in that was left half done."""

    code, status = "access.step_over", 401
    zh = "这次登录已超时或已完成,请重新登录。"
    en = "This sign-in has timed out or is done; sign in again."


class TooManyHere(Refusal):
    """Many wrong tries from one address, whatever the accounts."""

    code, status = "access.too_many_here", 429
    zh = "这个网络地址输错次数过多,请 {minutes} 分钟后再试。"
    en = "Too many wrong tries from this network address; try again in {minutes} minutes."


class LocalLoginClosed(Refusal):
    """Passwords are for administrators here, others come by the provider."""

    code, status = "access.local_login_closed", 403
    zh = "请用“统一身份认证”登录;本地密码只供系统管理员、安全管理员、审计员使用。"
    en = "Sign in by single sign-on; passwords here are for the administrators only."


class ComeAgain(Refusal):
    """Whoever came by the provider and typed no password shows who they are by coming again."""

    code, status = "access.come_again", 401
    zh = "请填写密码;没有本地密码的,请退出后重新经“统一身份认证”登录,在十分钟内办理。"
    en = "Enter your password; if you have none here, sign out, come again by single sign-on, and do this within ten minutes."


class NotFromHere(Refusal):
    """Administrators come from the networks that the deployment names, and from no other."""

    code, status = "access.not_from_here", 403
    zh = "管理角色(系统管理员、安全管理员、审计员)不能从这个网络地址 {address} 登录或操作。请改用管理终端,或请部署人员核对 GIS_ADMIN_NETWORKS。"
    en = (
        "Administrators may not sign in or act from this network address ({address}). Use a computer for administration, "
        "or have GIS_ADMIN_NETWORKS checked."
    )


class AlreadyEnrolled(Refusal):
    """One authenticator a person."""

    code, status = "access.already_enrolled", 409
    zh = "已绑定身份验证器。换手机请先解除绑定,再重新绑定。"
    en = "An authenticator is bound already; remove it first if you change phones."


class FactorRequired(Refusal):
    """Who must have a second factor cannot do without."""

    code, status = "access.factor_required", 409
    zh = "您的角色必须使用身份验证器,不能解除。换手机请找安全管理员重置。"
    en = "Your roles must have a second factor. If you change phones, ask the security administrator for a reset."


class OwnFactor(Refusal):
    """Nobody resets their own second factor."""

    code, status = "access.own_factor", 409
    zh = "不能重置自己的身份验证器或身份绑定,请由另一位安全管理员办理。"
    en = "Nobody resets their own second factor or identity; ask another security administrator."


class RolesClash(Refusal):
    """三员分立: an administrator role stands alone."""

    code, status = "access.roles_clash", 409
    zh = "“{role}”不能与此人已有角色兼任:系统管理员、安全管理员、审计员须由不同的人担任,且不兼业务角色。"
    en = "'{role}' cannot be held beside this person's other roles: the three administrators are different people without business roles."


class OwnRights(Refusal):
    """Nobody changes their own rights."""

    code, status = "access.own_rights", 409
    zh = "不能修改自己的角色,请由另一位安全管理员办理。"
    en = "Nobody changes their own roles; ask another security administrator."


class NameTaken(Refusal):
    """The account name exists."""

    code, status = "access.name_taken", 409
    zh = "账号“{username}”已存在,请换一个。"
    en = "The account '{username}' exists already; choose another."


class ScopeNeeded(Refusal):
    """A custodian unit's user sees one unit's parcels."""

    code, status = "access.scope_needed", 400
    zh = "管护单位人员须指定单位;片区与单位只能选其一。"
    en = "A custodian unit's user needs a unit; choose either an area or a unit, not both."


class ReadOnlyToken(Refusal):
    """A personal token reads; one made for editing writes at the doors of features alone."""

    code, status = "access.read_only_token", 403
    zh = "这个令牌在这里只能读取数据。用 GIS 软件编辑要素(/ogc/…/items)须用“可编辑”的令牌;其他修改请登录网页。"
    en = (
        "This token only reads here. To edit features (/ogc/…/items) from GIS software, make a token for editing; "
        "to change anything else, sign in on the web page."
    )


class NothingToEdit(Refusal):
    """A token for editing is made by who may edit."""

    code, status = "access.nothing_to_edit", 403
    zh = "您的角色没有编辑地块或围蔽设施的权限,不能建可编辑的令牌。"
    en = "Your roles let you edit neither parcels nor fences; you cannot make a token for editing."


class TokenReasonNeeded(Refusal):
    """Changes made with a token have its reason."""

    code, status = "access.token_reason", 400
    zh = "可编辑的令牌须写明事由(4 到 200 个字),例如“2026年11月界址核对”。"
    en = "A token for editing needs a reason (4 to 200 characters), such as 'boundary check, November 2026'."


class EditTokenTooLong(Refusal):
    """A token for editing is short-lived."""

    code, status = "access.edit_token_days", 400
    zh = "可编辑的令牌有效期最长 {days} 天。"
    en = "A token for editing lives {days} days at most."
