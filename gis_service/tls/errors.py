"""The refusals of certificates."""

from gis_service.core.errors import Refusal


class NoName(Refusal):
    """A certificate needs at least one name or address that phones type."""

    code, status = "tls.no_name", 422
    zh = "请至少给出一个域名(--name)或 IP 地址(--address)。"
    en = "Give at least one --name or --address."


class BadName(Refusal):
    code, status = "tls.bad_name", 422
    zh = "“{name}”不是有效的域名或 IP 地址。"
    en = "'{name}' is no valid name or address."


class TooLong(Refusal):
    """Browsers distrust certificates of servers that are valid for longer."""

    code, status = "tls.too_long", 422
    zh = "服务器证书有效期须为 1 至 {most} 天,您填的是 {days} 天。"
    en = "A server certificate may last 1 to {most} days; {days} were asked for."


class NotCovered(Refusal):
    """The authority may only speak for the names it was made for; phones refuse all others."""

    code, status = "tls.not_covered", 409
    zh = "现有 CA 只能签发 {covered} 的证书,不包括“{name}”。要用新名称,请加 --new-ca 重建 CA,并在每台手机上重新安装。"
    en = "The present authority covers {covered}, not '{name}'. Use --new-ca to make another, to be installed on every phone anew."


class CaExpired(Refusal):
    code, status = "tls.ca_expired", 409
    zh = "CA 证书将于 {until} 到期,早于所需的服务器证书。请加 --new-ca 重建 CA,并在每台手机上重新安装。"
    en = "The authority ends on {until}, before the certificate asked for. Use --new-ca, and install it on every phone anew."


class NoCertificate(Refusal):
    code, status = "tls.none", 404
    zh = "尚未生成证书:请先运行 gis-service tls make --name 域名 --address IP。"
    en = "There is no certificate yet: run `gis-service tls make --name NAME --address IP`."
