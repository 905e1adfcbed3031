"""Settings: environment variables `GIS_…` or one file `gis_service.toml`; a wrong value stops the start with a sentence."""

from decimal import Decimal
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from gis_service.core import networks
from gis_service.core.errors import Refusal
from gis_service.geo.tilegrids import GRIDS

ROOT = Path(__file__).parents[1]


class WrongSetting(Refusal):
    """A setting cannot be used."""

    code, status = "setting.wrong", 500
    zh = "设置有误:{fault_zh}。请修改环境变量或 gis_service.toml 后重新启动。"
    en = "A setting is wrong: {fault}. Correct the environment variable or gis_service.toml and start again."


def is_private_way(url: str) -> bool:
    """Whether nobody on the network can read or change what goes this way: TLS, or this machine alone.

    >>> [is_private_way(url) for url in ("https://sso.example", "http://127.0.0.1:9400", "http://sso.example")]
    [True, True, False]
    """
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("127.0.0.1", "::1", "localhost"))


class BaseSource(BaseModel):
    """A base map from elsewhere (XYZ or WMTS, in Web Mercator or in degrees), fetched by the server tile by tile."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")
    name: str = Field(min_length=1, max_length=40)
    name_en: str = Field("", max_length=60)
    url: str = Field(pattern=r"^https?://[^/@?#\s{}]+/[^#\s]*$")
    key: str | None = Field(None, repr=False, min_length=1)
    datum: Literal["cgcs2000", "wgs84", "gcj02"] = "cgcs2000"
    grid: Literal["WebMercatorQuad", "CGCS2000Quad", "WorldCRS84Quad"] = "WebMercatorQuad"
    """The tiles it is cut into (`geo.tilegrids`); `min_zoom` and `max_zoom` are levels of this grid."""
    note: str = Field("", max_length=100)
    min_zoom: int = Field(1, ge=0, le=22)
    max_zoom: int = Field(18, ge=0, le=22)

    @model_validator(mode="after")
    def _can_be_asked(self) -> Self:
        missing = [part for part in ("{z}", "{x}", "{y}") if self.url.count(part) != 1]
        if missing or self.min_zoom > self.max_zoom or ("{key}" in self.url) != (self.key is not None):
            raise ValueError(
                "url must have {z}, {x} and {y} once each, and {key} exactly where there is a key; zooms must rise"
            )
        if not GRIDS[self.grid].first <= self.min_zoom <= GRIDS[self.grid].last:
            raise ValueError(f"min_zoom must be a level of {self.grid}")
        return self

    @property
    def levels(self) -> range:
        """Of its grid, those it may be asked for."""
        return range(self.min_zoom, min(self.max_zoom, GRIDS[self.grid].last) + 1)


class Settings(BaseSettings):
    """Everything a deployment may choose; each field's description is its documentation."""

    model_config = SettingsConfigDict(env_prefix="GIS_", toml_file=ROOT / "gis_service.toml", extra="ignore")

    database_url: str | None = Field(
        None,
        description="An existing PostgreSQL server (postgresql://…); its user must be a member of gis_owner, gis_app and "
        "gis_reader, or be allowed to make them. Without it the service runs its own private server in `var_dir`.",
    )
    database_pooled: bool = Field(
        False,
        description="`database_url` leads to a pooler in transaction mode (PgBouncer) whose databases are called `gis_app` and "
        "`gis_reader` and take that role by themselves. For web processes only: worker and migrations go to the server itself.",
    )
    var_dir: Path = Field(ROOT / "var", description="Where the private database, stored files and account list lie.")
    key_file: Path | None = Field(
        None,
        description="The keys of what is sealed in the database (`gis-service keys`), best on another disk; never among the backups. "
        "Without it they lie in `var_dir`/keys and are made at the first start.",
    )
    sealing_cipher: Literal["aes-256-gcm", "sm4-gcm"] = Field(
        "aes-256-gcm",
        description="What seals the secrets in the database from now on: AES-256-GCM, or SM4-GCM where the ciphers of the State "
        "Cryptography Administration are asked for. What the other one sealed is read too.",
    )
    backup_dir: Path | None = Field(
        None,
        description="Where backups go, best on another disk: new files within seconds, the log of changes within a minute, each night a whole copy "
        "that is restored for trial. The database's user must be able to enter it. Only for our own private server.",
    )
    backup_keep: int = Field(7, ge=1, le=400, description="Nightly copies that are kept; older ones are removed.")
    host: str = Field(
        "127.0.0.1",
        description="Address to listen on; 0.0.0.0 for all of this machine's. Any other than loopback needs TLS (`gis-service tls "
        "make`), or a proxy that has it.",
    )
    port: int = Field(8000, ge=1, le=65535, description="Port to listen on.")
    public_url: str | None = Field(None, description="The address people type, when a proxy stands before the service.")
    proxies: str = Field(
        "127.0.0.1",
        description="Proxies that are believed about who asks and whether by HTTPS: addresses or networks, separated by commas.",
    )
    admin_networks: str = Field(
        "",
        description="Networks from which the three administrators may sign in and act: addresses or networks, separated by commas; empty: "
        "everywhere. The address is that of the client, as `proxies` tell it.",
    )
    tls: Literal["auto", "off"] = Field(
        "auto", description="Use the certificate of `gis-service tls make` where there is one, or never."
    )
    ca_port: int | None = Field(
        None,
        ge=1,
        le=65535,
        description="A second port, without TLS, that serves nothing but the page that tells how to trust our certificate (`/ca`), for "
        "phones that do not trust it yet.",
    )
    workers: int = Field(1, ge=1, le=32, description="Web processes.")
    threads: int = Field(8, ge=2, le=64, description="Threads and database connections of each web process.")
    district_code: str = Field("440402", pattern=r"^\d{6}$", description="Administrative code the parcels begin with.")
    title: str = Field("国有空闲地管理服务", min_length=1, description="Name shown on pages.")
    plausible_box: tuple[float, float, float, float] = Field(
        (113.45, 22.28, 113.72, 22.48),
        description="West, south, east, north in degrees: where the district's land lies.",
    )
    max_upload_mb: int = Field(200, ge=1, le=4096, description="Largest file taken by the import, in MB.")
    orthophoto_max_mb: int = Field(
        2048,
        ge=1,
        le=16_384,
        description="Largest orthophoto (正射影像) taken, in MB; other files stay with `max_upload_mb`.",
    )
    max_photo_mb: int = Field(32, ge=1, le=1024, description="Largest photo or voice note taken from a phone, in MB.")
    field_upload_days: int = Field(
        30, ge=1, le=365, description="Days the part of a phone's file that came so far is kept for the rest of it."
    )
    producer: str = Field(
        "珠海高新区",
        min_length=1,
        max_length=60,
        description="The office that exported files name as their producer (数据产生单位, 填报单位).",
    )
    paper_prefix: str = Field(
        "珠高新",
        min_length=1,
        max_length=20,
        description="First words of the numbers of papers, as in 珠高新移〔2026〕12号.",
    )
    paper_unit_code: str = Field(
        "GXQ", min_length=1, max_length=20, description="The office whose papers are counted together."
    )
    claim_simple_limit_yuan: Decimal = Field(
        Decimal(300_000),
        gt=0,
        le=500_000,
        description="Damage in yuan up to which a claim is simple and experts' opinion will do: 300000, locally up to 500000.",
    )
    tiles_kept_mb: int = Field(
        64,
        ge=0,
        le=4096,
        description="Drawn vector tiles that a web process keeps until what they show changes, in MB; 0: none.",
    )
    export_at_once: int = Field(
        2000, ge=1, le=20_000, description="Most parcels of an export that is written while somebody waits."
    )
    export_keep_days: int = Field(7, ge=1, le=365, description="Days an export made in the background is kept.")
    paper_fonts: dict[Literal["小标宋", "仿宋", "楷体", "黑体", "宋体"], str] = Field(
        {},
        description="Installed font families that print the faces of official papers, as JSON; a name may end in ' Bold'. Faces "
        "not named stay with Noto Serif and Sans CJK SC.",
    )
    smtp_host: str | None = Field(None, description="The mail server; without it no mail is sent.")
    smtp_port: int = Field(587, ge=1, le=65535, description="Port of the mail server.")
    smtp_security: Literal["starttls", "ssl", "none"] = Field(
        "starttls", description="How the way to the mail server is encrypted; `none` only for one on this machine."
    )
    smtp_user: str | None = Field(None, description="Account at the mail server, if it wants one.")
    smtp_password: str | None = Field(None, repr=False, description="Its password.")
    smtp_sender: str = Field(
        "gis-service@localhost",
        pattern=r"^([^<>@\x00-\x1f]+ )?<?[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+>?$",
        description="Whom mail comes from, `name@host` or `Name <name@host>`.",
    )
    clue_radius_m: float = Field(
        150, gt=0, le=5000, description="Within how many metres two clues may be of one dumping."
    )
    clue_days: int = Field(7, ge=0, le=365, description="Within how many days two clues may be of one dumping.")
    clue_per_hour: int = Field(
        10, ge=1, le=1000, description="Reports an hour that the public page takes from one address."
    )
    patrol_view_m: float = Field(
        30,
        ge=5,
        le=200,
        description="How far an inspector sees from the track, in metres: what coverage is measured with.",
    )
    track_keep_days: int = Field(
        180, ge=30, le=1095, description="Days after which a track is thinned to its proof of coverage."
    )
    reporter_keep_days: int = Field(
        365,
        ge=180,
        le=3650,
        description="Days after a clue was dismissed or its case closed at which its reporter is forgotten.",
    )
    session_keep_days: int = Field(
        180,
        ge=180,
        le=3650,
        description="Days for which it is kept from where and with what browser somebody was signed in; six months at least by law.",
    )
    tianditu_key: str | None = Field(
        None,
        repr=False,
        description="The key (tk) of this service at Tianditu (天地图); without it Tianditu is not offered. It stays on the server.",
    )
    tianditu_url: str = Field(
        "https://t0.tianditu.gov.cn",
        pattern=r"^https?://[^/@?#\s]+(/[^?#\s]*)?$",
        description="The node of Tianditu: the national one, or that of the province, up to where the layer's name begins.",
    )
    tianditu_grid: Literal["WebMercatorQuad", "CGCS2000Quad"] = Field(
        "WebMercatorQuad",
        description="The matrices of Tianditu that are asked for: `w` (WebMercatorQuad), or `c` in degrees (CGCS2000Quad) where a node has "
        "only those.",
    )
    tianditu_note: str = Field(
        "天地图",
        min_length=1,
        max_length=100,
        description="What is written on maps over Tianditu, with its review number (审图号).",
    )
    base_sources: tuple[BaseSource, ...] = Field(
        (),
        max_length=12,
        description="Base maps of the desk from elsewhere, as JSON or TOML tables: `code`, `name`, `url` (an address with {z}, {x} and {y}, "
        "XYZ or WMTS), `key` for {key} in it, `datum` (cgcs2000, wgs84 or gcj02), `grid` (WebMercatorQuad; in degrees CGCS2000Quad, "
        "Tianditu's c, or WorldCRS84Quad), `note`, `min_zoom`, `max_zoom` (levels of that grid). The server fetches the tiles, from these "
        "hosts only; none is asked without it.",
    )
    analyst_listen: str | None = Field(
        None,
        description="Where the private database lets analysts in, `ADDRESS:PORT` such as 127.0.0.1:5433 (`gis-service analyst`); without it "
        "it listens on no port. Any other address than loopback needs the certificate of `gis-service tls make`.",
    )
    security_profile: Literal["dengbao2", "dengbao", "asvs"] = Field(
        "dengbao2",
        description="Rules of passwords, sessions and second factors: GB/T 22239 level 2 (`dengbao2`) or level 3 (`dengbao`: the three "
        "administrators sign in with a second factor), or OWASP ASVS 5.0 (`asvs`: long passwords that need not be changed, a second "
        "factor for all).",
    )
    hsts_days: int | None = Field(
        None,
        ge=0,
        le=730,
        description="Days for which a browser that came over HTTPS comes only so (HSTS); from a year on, to every name below ours too. "
        "Without it as the profile says: a day under GB/T 22239, a year under ASVS. 0 takes it back. A long one shuts people out "
        "who lose the certificate.",
    )
    unused_account_days: int | None = Field(
        None,
        ge=0,
        le=3650,
        description="Days after which an account that nobody uses is disabled, never the last of an administrator role; 0: never. "
        "Without it as the profile says: 90 under GB/T 22239, never under ASVS.",
    )
    oidc_issuer: str | None = Field(
        None,
        pattern=r"^https?://[^/@?#\s]+(/[^?#\s]*)?$",
        description="The provider of single sign-on (OpenID Connect), as its discovery document names it; https, or a loopback address. "
        "Without it people sign in with passwords only.",
    )
    oidc_client_id: str | None = Field(None, description="What this service is called at the provider.")
    oidc_client_secret: str | None = Field(
        None, repr=False, description="Its secret there; a public client has none (PKCE is always used)."
    )
    oidc_username_claim: str = Field(
        "preferred_username",
        pattern=r"^[A-Za-z_][A-Za-z0-9_.:/-]{0,99}$",
        description="The claim of the ID token that holds the account's name here. After the first sign-in the account stays with the "
        "provider's `sub`.",
    )
    oidc_acr_values: str = Field(
        "",
        description="Levels of signing in (`acr`, separated by blanks) of which the provider must name one, else our second factor is "
        "asked; they are asked of the provider too.",
    )
    oidc_amr_values: str = Field(
        "",
        description="Ways of signing in (`amr`, separated by blanks, such as `mfa otp hwk`) of which the provider must name one, else our "
        "second factor is asked. Where one of `oidc_acr_values` or of these is named, ours is not asked.",
    )
    oidc_create_accounts: bool = Field(
        False, description="Make an account, without any role, for whoever the provider knows and we do not."
    )
    oidc_local_login: Literal["everybody", "administrators"] = Field(
        "everybody", description="Who may still sign in with a password here when there is a provider."
    )
    oidc_ca_file: Path | None = Field(
        None, description="Certificates (PEM) the provider's is checked against, where it is not of a public authority."
    )
    sample: bool = Field(True, description="Load the sample district into an empty database at the first start.")
    environment: Literal["production", "test"] = Field("production", description="`test` for the test suite only.")
    log_format: Literal["text", "json"] = Field("text", description="Log lines for people or for machines.")

    @field_validator("analyst_listen")
    @classmethod
    def _is_an_address(cls, value: str | None) -> str | None:
        if value:
            address, _, port = value.rpartition(":")
            ip_address(address.strip("[]"))
            if not port.isdigit() or not 1024 <= int(port) <= 65535:
                raise ValueError("must be an address and a port from 1024 to 65535, such as 127.0.0.1:5433")
        return value or None

    @field_validator("proxies")
    @classmethod
    def _are_named(cls, value: str) -> str:
        """Never everybody (`*`): who asks is what tries are counted by and what the audit writes down."""
        for each in value.split(","):
            ip_network(each.strip())
        return value

    @field_validator("admin_networks")
    @classmethod
    def _are_networks(cls, value: str) -> str:
        networks.parsed(value)
        return value

    @model_validator(mode="after")
    def _has_what_is_pooled(self) -> Self:
        if self.database_pooled and not self.database_url:
            raise ValueError("database_pooled needs database_url, the address of the pooler")
        return self

    @field_validator("database_url")
    @classmethod
    def _is_postgres(cls, value: str | None) -> str | None:
        if value and not value.startswith(("postgresql://", "postgresql+psycopg://", "postgres://")):
            raise ValueError("must begin with postgresql://")
        return value or None

    @model_validator(mode="after")
    def _provider_can_be_asked(self) -> Self:
        if self.oidc_issuer and not self.oidc_client_id:
            raise ValueError("oidc_issuer needs oidc_client_id")
        if self.oidc_issuer and not is_private_way(self.oidc_issuer):
            raise ValueError("oidc_issuer must begin with https://; http only for an address of this machine")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def load() -> Settings:
    """The settings of this process; raises `WrongSetting` naming the setting and its fault."""
    try:
        return Settings()
    except ValidationError as error:
        # what was written for a base map may hold its key
        faults = [
            (".".join(map(str, e["loc"])), e["msg"], "…" if "base_sources" in e["loc"] else str(e["input"]))
            for e in error.errors()
        ]
        named = "; ".join(f"GIS_{loc.upper()} = {value!r}: {message}" for loc, message, value in faults)
        raise WrongSetting(fault=named, fault_zh=named) from None
