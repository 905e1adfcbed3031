"""`gis-service doctor`: is everything there that the service needs, and if not, what to do."""

import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from gis_service.access.analysts.errors import NoTls
from gis_service.backup.place import Place, place_of
from gis_service.core import binaries
from gis_service.core.errors import Refusal
from gis_service.core.vault import Vault
from gis_service.papers import fonts
from gis_service.services import Services
from gis_service.settings import ROOT, Settings
from gis_service.tls import keeping

NEEDED_GB = 2


@dataclass
class Finding:
    """One thing looked at."""

    good: bool
    zh: str
    en: str


def examine(settings: Settings) -> list[Finding]:
    return list(_findings(settings))


def _findings(settings: Settings) -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding(sys.version_info >= (3, 11), f"Python {version}(需 3.11 以上)", f"Python {version} (3.11 or later)")
    if settings.database_url is None:
        servers = [str(found.folder) for found in binaries.installed()]
        known = ", ".join(servers) or "—"
        yield Finding(bool(servers), f"带 PostGIS 的 PostgreSQL:{known}", f"PostgreSQL with PostGIS: {known}")
    else:
        yield Finding(True, "使用已有数据库(GIS_DATABASE_URL)", "an existing database is used (GIS_DATABASE_URL)")
    missing = fonts.not_installed({**fonts.FACES, **settings.paper_fonts})
    yield Finding(
        not missing,
        f"公文字体{':缺 ' + '、'.join(missing) if missing else '齐全'}(GIS_PAPER_FONTS,默认需 fonts-noto-cjk)",
        f"fonts of papers: {'missing ' + ', '.join(missing) if missing else 'all there'} (GIS_PAPER_FONTS; fonts-noto-cjk by default)",
    )
    yield _https(settings)
    yield _analysts(settings)
    yield _keys(settings)
    yield _backups(settings)
    free = shutil.disk_usage(ROOT).free / 1e9
    yield Finding(
        free > NEEDED_GB,
        f"磁盘剩余 {free:.1f} GB(需 {NEEDED_GB} GB)",
        f"{free:.1f} GB of disk free ({NEEDED_GB} GB needed)",
    )
    built = (ROOT / "gis_service" / "web" / "dist" / "desk" / "index.html").exists()
    yield Finding(
        built, f"网页{'已' if built else '未'}构建(make setup)", f"pages {'' if built else 'not '}built (make setup)"
    )


def _analysts(settings: Settings) -> Finding:
    """The door of analysts: shut, open, or left to whoever runs the database."""
    if settings.database_url is not None:
        return Finding(
            True, "分析人员直连:由数据库管理员开放", "analysts' direct access: up to the database's administrator"
        )
    try:
        door = Services(settings).analyst_door
    except NoTls as refusal:
        return Finding(False, refusal.sentence("zh"), refusal.sentence("en"))
    if door is None:
        return Finding(True, "分析人员直连:未开放(GIS_ANALYST_LISTEN)", "no door for analysts (GIS_ANALYST_LISTEN)")
    where, how = f"{door.address}:{door.port}", ("TLS", "TLS") if door.certificate else ("不加密", "not encrypted")
    return Finding(True, f"分析人员直连:{where} 开放,{how[0]}", f"the door for analysts is open at {where}, {how[1]}")


def _keys(settings: Settings) -> Finding:
    """The keys of what is sealed in the database: there, and for the service alone."""
    path = Services(settings).key_file
    if not path.exists() and settings.key_file is None:
        return Finding(True, "密钥:首次启动时生成", "keys: made at the first start")
    try:
        count = len(Vault.at(path).keys)
    except Refusal as refusal:
        return Finding(False, refusal.sentence("zh"), refusal.sentence("en"))
    return Finding(
        True,
        f"密钥 {count} 把:{path}(另存一份,与备份分开)",
        f"{count} keys in {path} (keep a copy, apart from the backups)",
    )


def _backups(settings: Settings) -> Finding:
    """Backups: whether there are any, and whether the disk that takes the data takes them too."""
    if settings.database_url is not None:
        return Finding(True, "备份:由数据库管理员负责", "backups: up to the database's administrator")
    if settings.backup_dir is None:
        return Finding(True, "备份:未开启(GIS_BACKUP_DIR)", "no backups (GIS_BACKUP_DIR)")
    place = place_of(settings.backup_dir, settings.var_dir)
    zh, en = BACKUPS[place]
    return Finding(
        place is not Place.SAME, f"备份 {settings.backup_dir}:{zh}", f"backups in {settings.backup_dir}: {en}"
    )


BACKUPS = {
    Place.SAME: (
        "与数据在同一块磁盘上,磁盘坏了一起丢。请把 GIS_BACKUP_DIR 换到另一块磁盘,最好是另一台机器的",
        "on the disk of the data, lost together with it: move GIS_BACKUP_DIR to another disk, best of another machine",
    ),
    Place.OTHER: (
        "在本机另一个文件系统上;异地还须另存一份",
        "on another file system here; for a fire keep one elsewhere too",
    ),
    Place.ELSEWHERE: ("在另一台机器上", "on another machine"),
}


def _https(settings: Settings) -> Finding:
    """HTTPS: by a proxy, by a certificate that lasts, or not needed because nobody else reaches the service."""
    if (settings.public_url or "").startswith("https://"):
        return Finding(True, "HTTPS:由代理提供(GIS_PUBLIC_URL)", "HTTPS by the proxy (GIS_PUBLIC_URL)")
    used = keeping.in_use(settings)
    if used is None:
        home = settings.host in ("127.0.0.1", "localhost", "::1")
        return Finding(
            home,
            "HTTPS:未配置"
            + (",仅本机可用,手机不能巡查" if home else ";手机不能离线和定位,请运行 gis-service tls make"),
            "no HTTPS"
            + (": only this machine, no phones" if home else "; phones cannot work: run `gis-service tls make`"),
        )
    renew = ";请运行 gis-service tls make 续签并重新启动", "; run `gis-service tls make` and restart"
    zh, en = renew if used.ends_soon else ("", "")
    return Finding(
        not used.ends_soon,
        f"HTTPS 证书 {used.until:%Y-%m-%d} 到期(还有 {used.days_left} 天){zh}",
        f"the HTTPS certificate ends on {used.until:%Y-%m-%d} ({used.days_left} days left){en}",
    )
