"""The refusals of analysts' accounts."""

from gis_service.core.errors import Refusal


class NothingToSee(Refusal):
    """An account for somebody whose roles show no land, or who is disabled."""

    code, status = "analyst.nothing_to_see", 409
    zh = "“{username}”已停用或没有可查看地图的角色:请先授予业务角色。"
    en = "'{username}' is disabled or has no role that may look at maps: grant one first."


class HasAccount(Refusal):
    code, status = "analyst.has_account", 409
    zh = "“{username}”已有直连账号 {role}:要延期或换密码,请用 gis-service analyst renew {username}。"
    en = "'{username}' has the login {role} already: to prolong it or for a new password, `gis-service analyst renew {username}`."


class NoAccount(Refusal):
    code, status = "analyst.no_account", 404
    zh = "“{username}”没有直连账号:请用 gis-service analyst add {username}。"
    en = "'{username}' has no login to the database: `gis-service analyst add {username}`."


class RoleTaken(Refusal):
    """A role of that name exists and is not an analyst's, or may more than one."""

    code, status = "analyst.role_taken", 409
    zh = "数据库角色 {role} 已存在,且不是普通的分析人员角色:请数据库管理员核对后改名或删除。"
    en = "The database role {role} exists and is no plain role of an analyst: let the database administrator look, and rename or drop it."


class NotReady(Refusal):
    """The database would let an analyst do more than look, and we may not shut that."""

    code, status = "analyst.not_ready", 409
    zh = "数据库尚不能让分析人员直连。{orders}"
    en = "The database is not ready for analysts yet. {orders}"


class NoTls(Refusal):
    """Rows and passwords do not cross a network in the clear."""

    code, status = "analyst.no_tls", 500
    zh = "GIS_ANALYST_LISTEN = {listen}:对外监听需要证书。请先运行 gis-service tls make,或只监听 127.0.0.1。"
    en = "GIS_ANALYST_LISTEN = {listen}: listening beyond this machine needs a certificate. Run `gis-service tls make`, or listen on 127.0.0.1."
