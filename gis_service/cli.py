"""The command `gis-service`: the same operations as the pages, for scripts and for whoever owns the machine."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Annotated, Any

import typer

from gis_service import settings as configuration
from gis_service.access.analysts import cli as analysts_cli
from gis_service.backup import cli as backup_cli
from gis_service.backup import heads_cli
from gis_service.core import migrate
from gis_service.core.db import OWNER_ROLE
from gis_service.core.errors import Refusal
from gis_service.evidence import cli as evidence_cli
from gis_service.exports import cli as exports_cli
from gis_service.exports.packages import cli as packages_cli
from gis_service.kpi import cli as kpi_cli
from gis_service.maps import cli as maps_cli
from gis_service.maps.orthophotos import cli as orthophotos_cli
from gis_service.parcels.imports import cli as imports_cli
from gis_service.parcels.imports.operations import District
from gis_service.parcels.search import cli as search_cli
from gis_service.parcels.topology import cli as topology_cli
from gis_service.patrols import cli as patrols_cli
from gis_service.procedures import cli as procedures_cli
from gis_service.reports import cli as reports_cli
from gis_service.retention import cli as retention_cli
from gis_service.services import Services, running
from gis_service.settings import Settings
from gis_service.sheets import cli as sheets_cli
from gis_service.sheets.atlas import cli as atlas_cli
from gis_service.surveys import cli as surveys_cli
from gis_service.tls import cli as tls_cli

app = typer.Typer(
    help="国有空闲地管理服务 · register of idle state-owned land", no_args_is_help=True, pretty_exceptions_enable=False
)
db_commands = typer.Typer(help="数据库 · the database", no_args_is_help=True)
user_commands = typer.Typer(help="账号 · accounts", no_args_is_help=True)
analyst_commands = typer.Typer(help="分析人员直连数据库 · logins to the database for analysts", no_args_is_help=True)
key_commands = typer.Typer(help="密钥 · the keys of what is sealed in the database", no_args_is_help=True)
retention_commands = typer.Typer(help="数据保留期 · how long data is kept", no_args_is_help=True)
audit_commands = typer.Typer(help="审计 · the audit trail", no_args_is_help=True)
sample_commands = typer.Typer(help="示例数据 · the sample district", no_args_is_help=True)
parcel_commands = typer.Typer(help="地块 · parcels", no_args_is_help=True)
map_commands = typer.Typer(
    help="图层数据包、样式与 QGIS 工程 · layers as files, styles and projects for QGIS", no_args_is_help=True
)
tls_commands = typer.Typer(help="HTTPS 证书 · the certificate for HTTPS", no_args_is_help=True)
workday_commands = typer.Typer(help="工作日历 · the working-day calendar", no_args_is_help=True)
survey_commands = typer.Typer(help="摸排 · surveys", no_args_is_help=True)
patrol_commands = typer.Typer(help="巡查 · patrols", no_args_is_help=True)
sheet_commands = typer.Typer(help="会议用图 · sheets for the meeting table", no_args_is_help=True)
report_commands = typer.Typer(help="月度调度 · monthly reports", no_args_is_help=True)
evidence_commands = typer.Typer(help="证据包 · sealed evidence packs", no_args_is_help=True)
for name, commands in {
    "db": db_commands,
    "user": user_commands,
    "analyst": analyst_commands,
    "audit": audit_commands,
    "keys": key_commands,
    "retention": retention_commands,
    "sample": sample_commands,
    "parcels": parcel_commands,
    "patrols": patrol_commands,
    "surveys": survey_commands,
    "sheet": sheet_commands,
    "report": report_commands,
    "maps": map_commands,
    "evidence": evidence_commands,
    "tls": tls_commands,
    "workdays": workday_commands,
}.items():
    app.add_typer(commands, name=name)

Json = Annotated[bool, typer.Option("--json", help="输出 JSON · print JSON")]


def main() -> None:
    """Run a command; a refusal is one sentence in both languages and exit code 1."""
    try:
        app()
    except Refusal as refusal:
        tell(refusal)
        sys.exit(1)


def tell(refusal: Refusal) -> None:
    typer.echo(f"{refusal.sentence('zh')}\n{refusal.sentence('en')}", err=True)


@contextmanager
def service() -> Iterator[Services]:
    with running(configuration.load()) as services:
        yield services


def district() -> District:
    """Where the land lies, by the settings alone."""
    settings = configuration.load()
    return District(settings.district_code, settings.plausible_box)


def show(value: Any, as_json: bool, words: str) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, default=str) if as_json else words)


@app.command()
def serve(
    port: Annotated[int | None, typer.Option(help="端口 · port")] = None,
    host: Annotated[str | None, typer.Option(help="监听地址 · address")] = None,
) -> None:
    """启动服务 · start the service: database, web, worker."""
    from gis_service import supervisor

    supervisor.serve(_changed(port, host))


@app.command()
def web(
    port: Annotated[int | None, typer.Option(help="端口 · port")] = None,
    host: Annotated[str | None, typer.Option(help="监听地址 · address")] = None,
) -> None:
    """只启动网页进程(数据库和后台任务另行启动) · the web processes alone, beside a database and a worker elsewhere."""
    from gis_service import supervisor

    supervisor.web(_changed(port, host))


def _changed(port: int | None, host: str | None) -> Settings:
    """The settings, with what the command line says instead."""
    said = {key: value for key, value in {"port": port, "host": host}.items() if value is not None}
    return configuration.load().model_copy(update=said)


@app.command()
def doctor(as_json: Json = False) -> None:
    """检查运行环境 · check what the service needs."""
    from gis_service.doctor import examine

    findings = examine(configuration.load())
    words = "\n".join(f"{'✓' if found.good else '✗'} {found.zh} · {found.en}" for found in findings)
    show([vars(found) for found in findings], as_json, words)
    if not all(found.good for found in findings):
        raise typer.Exit(1)


@db_commands.command("start")
def db_start() -> None:
    """启动私有数据库并保持运行 · start the private database and keep it running."""
    cluster = Services(configuration.load()).cluster
    if cluster:
        cluster.start(owner=False, keep=True)
    typer.echo("数据库已启动 · the database is running")


@db_commands.command("stop")
def db_stop() -> None:
    """停止私有数据库 · stop the private database."""
    cluster = Services(configuration.load()).cluster
    if cluster:
        cluster.stop()
    typer.echo("数据库已停止 · the database is stopped")


@db_commands.command("status")
def db_status(as_json: Json = False) -> None:
    """数据库状态 · state of the database."""
    cluster = Services(configuration.load()).cluster
    found = vars(cluster.status()) if cluster else {"external": True}
    show(found, as_json, "\n".join(f"{key}: {value}" for key, value in found.items()))


@db_commands.command("migrate")
def db_migrate() -> None:
    """升级数据库结构 · bring the database to the present schema."""
    with service():
        typer.echo("数据库结构为最新 · the schema is up to date")


@db_commands.command("downgrade")
def db_downgrade(
    revision: Annotated[str, typer.Argument(help="回到哪一版,如 0034 · the revision to go back to")],
    yes: Annotated[bool, typer.Option("--yes", help="不再询问 · do not ask")] = False,
) -> None:
    """回到前一版程序的数据库结构 · lead the schema back, for the release before; what later revisions hold is lost."""
    asked = f"{revision} 之后新增的表和列连同内容将被删除,其余数据不变。继续? · Tables and columns added after {revision} go, the rest stays. Go on?"
    if not yes:
        typer.confirm(asked, abort=True)
    services = Services(configuration.load(), long_work=True)
    with services.cluster.running() if services.cluster else nullcontext():
        migrate.downgrade(services.url(OWNER_ROLE), revision, lambda: services.vault)
    typer.echo(f"数据库结构已回到 {revision},请启动那一版的程序 · the schema is that of {revision}; start that release")


@sample_commands.command("load")
def sample_load() -> None:
    """载入示例片区(重复执行不改变数据) · load the sample district; a second run changes nothing."""
    from gis_service import supervisor

    with service() as services:
        supervisor.prepare(services, sample=True)
        typer.echo("示例数据已就绪 · the sample district is there")


@user_commands.command("add")
def user_add(
    username: str,
    name: Annotated[str, typer.Option(help="姓名 · display name")],
    role: Annotated[list[str] | None, typer.Option(help="角色 · role, may be repeated")] = None,
    area: Annotated[str | None, typer.Option(help="片区 · only this area")] = None,
    unit: Annotated[str | None, typer.Option(help="单位 · only this unit's parcels")] = None,
    password: Annotated[str | None, typer.Option(help="密码,不填则随机生成 · random if left out")] = None,
) -> None:
    """新建账号 · make an account."""
    from gis_service.access import accounts, operations
    from gis_service.access.actor import SERVICE
    from gis_service.access.profiles import PROFILES
    from gis_service.access.rules import Role

    word = password or accounts.password_for_people()
    with service() as services, services.sessions.begin() as session:
        profile = PROFILES[services.settings.security_profile]
        user = operations.create_user(
            session, SERVICE, username=username, display_name=name, password=word, profile=profile
        )
        for each in role or []:
            operations.grant_role(
                session, SERVICE, user.id, Role(each), area_id=_area(session, area), unit_id=_unit(session, unit)
            )
    typer.echo(f"{username} {word}")


def _area(session: Any, name: str | None) -> int | None:
    from sqlalchemy import select

    from gis_service.access.models import Area
    from gis_service.core.errors import NotFound

    found = session.scalar(select(Area.id).where(Area.name == name)) if name else None
    if name and found is None:
        raise NotFound(what="片区", key=name)
    return found


def _unit(session: Any, name: str | None) -> int | None:
    from sqlalchemy import select

    from gis_service.access.models import Unit
    from gis_service.core.errors import NotFound

    found = session.scalar(select(Unit.id).where(Unit.name == name)) if name else None
    if name and found is None:
        raise NotFound(what="单位", key=name)
    return found


@user_commands.command("password")
def user_password(username: str) -> None:
    """重设密码(下次登录须修改) · give a new password, to be changed at the next sign-in."""
    from gis_service.access import accounts, operations
    from gis_service.access.actor import SERVICE
    from gis_service.access.profiles import PROFILES
    from gis_service.core import clock

    word = accounts.password_for_people()
    with service() as services, services.sessions.begin() as session:
        profile = PROFILES[services.settings.security_profile]
        operations.set_password(session, SERVICE, _user(session, username), word, at=clock.now(), profile=profile)
    typer.echo(word)


@user_commands.command("disable")
def user_disable(username: str) -> None:
    """停用账号 · disable an account and end its sessions."""
    from gis_service.access import operations
    from gis_service.access.actor import SERVICE
    from gis_service.access.models import User
    from gis_service.core import clock

    with service() as services:
        with services.sessions.begin() as session:
            user = session.get_one(User, _user(session, username))
            operations.change_user(session, SERVICE, user.id, seen=user.row_version, at=clock.now(), state="disabled")
        analysts_cli.settle(services)
    typer.echo(f"{username} 已停用 · disabled")


@user_commands.command("reset-second-factor")
def user_reset_second_factor(
    username: str, reason: Annotated[str, typer.Option(help="事由,写入审计 · why, for the audit trail")]
) -> None:
    """重置身份验证器(没有另一位安全管理员时用) · take away a second factor, where there is no other security administrator."""
    from gis_service.access.actor import SERVICE
    from gis_service.access.second_factor import operations
    from gis_service.core import clock

    with service() as services, services.sessions.begin() as session:
        operations.reset(session, SERVICE, _user(session, username), reason=reason, at=clock.now())
    typer.echo(f"{username} 的身份验证器已重置 · second factor taken away")


def _user(session: Any, username: str) -> int:
    from sqlalchemy import select

    from gis_service.access.models import User
    from gis_service.core.errors import NotFound

    found = session.scalar(select(User.id).where(User.username == username))
    if found is None:
        raise NotFound(what="账号", key=username)
    return int(found)


@audit_commands.command("seal")
def audit_seal() -> None:
    """立即封存 · seal now."""
    from gis_service.audit import operations as audit

    with service() as services, services.sessions.begin() as session:
        link = audit.seal(session)
        typer.echo(link.hash.hex() if link else "没有新记录 · nothing new")


@key_commands.command("list")
def keys_list(as_json: Json = False) -> None:
    """列出密钥(不显示密钥本身) · the keys by their ids; the last one seals."""
    from gis_service.core.vault import Vault

    path = Services(configuration.load()).key_file
    known = [{"id": key.id, "made_on": key.made_on} for key in Vault.at(path).keys]
    show({"file": path, "keys": known}, as_json, "\n".join([str(path), *(f"{k['id']} {k['made_on']}" for k in known)]))


@key_commands.command("new")
def keys_new() -> None:
    """新增密钥,此后用它加密;旧密钥仍能解密 · add a key that seals from now on; the older ones still unseal."""
    from gis_service.core import clock, vault

    path = Services(configuration.load()).key_file
    key = vault.add_key(path, clock.today())
    typer.echo(
        f"{key.id} → {path}\n重新启动服务后使用;请更新离线保管的副本 · restart the service; renew the copy that is kept apart"
    )


@app.command("map")
def map_(
    out: Annotated[Path, typer.Option(help="输出文件 · file to write")],
    area: Annotated[str | None, typer.Option(help="片区,不填则全部 · area; all land if left out")] = None,
    as_of: Annotated[str | None, typer.Option(help="时点,如 2026-10-31 · the day to show")] = None,
) -> None:
    """生成可离线打开的地图网页 · make a map page that opens without a network."""
    from sqlalchemy import text

    from gis_service.access.actor import EVERYTHING
    from gis_service.maps.asked import day
    from gis_service.maps.handout import handout
    from gis_service.maps.standing import standing

    with service() as services:
        with services.sessions() as session:
            sample = session.scalar(text("select value from deployment where key = 'sample_data'")) is not None
        page = handout(
            services.reader, EVERYTHING, standing(services.reader), area=area, as_of=day(as_of), sample=sample
        )
    out.write_text(page, encoding="utf-8")
    typer.echo(str(out))


backup_cli.install(db_commands, configuration.load, service)
analysts_cli.install(analyst_commands, service)
imports_cli.install(parcel_commands, service)
imports_cli.install_trial(parcel_commands, district)
exports_cli.install(parcel_commands, service)
topology_cli.install(parcel_commands, service)
search_cli.install(parcel_commands, service)
surveys_cli.install(survey_commands, service)
patrols_cli.install(patrol_commands, service, lambda: configuration.load().var_dir)
sheets_cli.install(sheet_commands, service)
atlas_cli.install(app, service)
packages_cli.install(map_commands, service)
kpi_cli.install(app, service)
reports_cli.install(report_commands, service)
evidence_cli.install(evidence_commands)
retention_cli.install(retention_commands, configuration.load, service)
heads_cli.install(audit_commands, service)
procedures_cli.install(workday_commands, service)
maps_cli.install(map_commands, service)
orthophotos_cli.install(map_commands, service)
tls_cli.install(tls_commands)


if __name__ == "__main__":
    main()
