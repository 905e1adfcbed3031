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
