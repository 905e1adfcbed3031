"""The refusals of the audit trail."""

from gis_service.core.errors import Refusal


class NothingSealed(Refusal):
    code, status = "audit.nothing_sealed", 409
    zh = "审计链还没有任何封存,没有链头可签。请先运行 gis-service audit seal。"
    en = "Nothing of the audit trail is sealed yet, so there is no head to sign. Run `gis-service audit seal` first."


class HeadThere(Refusal):
    """Heads are never replaced."""

    code, status = "audit.head_there", 409
    zh = "{path} 已存在。链头文件只增不改,请换一个文件名。"
    en = "{path} is there already. Heads are never replaced; choose another name."


class NoHeads(Refusal):
    code, status = "audit.no_heads", 404
    zh = "“{named}”既不是链头文件,也不是放链头的目录,也不是 64 位十六进制的链头。"
    en = "'{named}' is no file of a head, no folder of heads, and no head of 64 hexadecimal digits."


class HeadKeyBroken(Refusal):
    code, status = "audit.head_key_broken", 500
    zh = (
        "{path} 不是 Ed25519 密钥文件。请从保管的副本恢复;若已遗失,移走它,服务会另生成一把(以前的链头须用 --key 核对)。"
    )
    en = "{path} is no Ed25519 key file. Restore it from the copy that is kept; if it is lost, move it away and another is made (older heads then need --key)."
