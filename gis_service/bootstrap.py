"""Set-up on a machine that has only Python and its package managers: `python3 gis_service/bootstrap.py setup|run|test`.
`bundle FILE` packs all of it for a machine without a network, `setup --offline` installs it there (bundle.py).

Standard library only. Every step looks first whether it has been done; a second run reaches the server in about a
second. What can be expected to fail ends in one sentence, in Chinese and English, that says what to do.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Callable, Iterator, NamedTuple, NoReturn  # noqa: UP035  an old Python must get to its sentence

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LOG = ROOT / "var" / "setup.log"
NPM_STAMP = ROOT / "gis_service" / "web" / "node_modules" / ".package-lock.json"
OLDEST_PYTHON = (3, 11)
NEEDED_GB, NEEDED_FOR_TESTS_GB = 3.0, 4.0  # measured on a bare Debian 12: 1.8 and 3.1, and a database grows
CREATECLUSTER = "/etc/postgresql-common/createcluster.conf"


class Stop(Exception):
    """An expected end: the sentence a person reads."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh}\n  {en}")


# ---- what it says


class Teller:
    """Numbered steps with the seconds since the start; inside a step, how far it is."""

    def __init__(self, steps: int) -> None:
        self.began, self.number, self.steps = time.monotonic(), 0, steps

    def step(self, zh: str, en: str) -> None:
        self.number += 1
        self.say(f"[{self.number}/{self.steps}] {zh} · {en}")

    def say(self, line: str) -> None:
        print(f"{time.monotonic() - self.began:6.1f} s  {line}", flush=True)

    def detail(self, line: str) -> None:
        self.say(f"      {line}")


class Progress:
    """Counts the lines of a command that match a pattern, and says so at each quarter."""

    def __init__(self, pattern: str, of: int) -> None:
        self.pattern, self.of, self.done, self.quarter = re.compile(pattern), of, 0, 0

    def __call__(self, line: str) -> None:
        if self.pattern.search(line):
            self.done += 1
            quarter = min(4 * self.done // max(self.of, 1), 4)
            if quarter > self.quarter:
                self.quarter = quarter
                teller.detail(f"{self.done}/{self.of}")


teller = Teller(4)
lists = Path("/var/lib/apt/lists")
no_source = False  # true where packages of the system can come from nowhere


# ---- the machine


def newer_python() -> str | None:
    """Another Python on this machine that is new enough."""
    found = (shutil.which(f"python3.{minor}") for minor in range(16, OLDEST_PYTHON[1] - 1, -1))
    return next((path for path in found if path), None)


def check_python(version: tuple[int, ...] = tuple(sys.version_info[:3])) -> None:
    """Python 3.11 or newer: this one, or one that takes over from here."""
    if version >= OLDEST_PYTHON:
        return
    other = newer_python()
    if other:
        os.execv(other, [other, *sys.argv])  # noqa: S606
    has = ".".join(map(str, version))
    raise Stop(
        f"Python {has} 版本过低:请安装 Python 3.11 或更高版本(例如 apt install python3.11 python3.11-venv)后重试。",
        f"Python {has} is too old: install Python 3.11 or newer (for example python3.11 python3.11-venv) and try again.",
    )


def check_writable() -> None:
    """The data's folder is always written; `.venv` only when something changes, and then it says so itself."""
    folder = ROOT / "var" if (ROOT / "var").exists() else ROOT
    if not os.access(folder, os.W_OK):
        raise not_writable(str(folder))


def not_writable(path: str) -> Stop:
    return Stop(
        f"{path} 不可写:请以其所有者或 root(sudo)运行。",
        f"{path} is not writable: run as its owner or as root (sudo).",
    )


def theirs(path: Path) -> Path:
    """With sudo in a user's project, what we put into `var/` belongs to that user, who will run the service."""
    owner = ROOT.stat()
    if os.geteuid() == 0 and owner.st_uid != 0:
        os.chown(path, owner.st_uid, owner.st_gid)
    return path


def free_gb(folder: Path) -> float:
    return shutil.disk_usage(folder).free / 1e9


def check_disk(tests: bool) -> None:
    """Only before a first set-up: afterwards nothing large is written any more."""
    if "project" in Stamp.read():
        return
    needed = NEEDED_FOR_TESTS_GB if tests else NEEDED_GB
    for folder in (ROOT, Path("/usr")):
        free = free_gb(folder)
        if free < needed:
            raise Stop(
                f"磁盘空间不足:{folder} 所在磁盘剩余 {free:.1f} GB,首次安装约需 {needed:.0f} GB,请清理后重试。",
                f"Too little disk space: {free:.1f} GB free at {folder}, a first set-up needs about {needed:.0f} GB. "
                "Free some and try again.",
            )


def setting(name: str) -> str | None:
    """A setting of the service, from its environment variable or its file."""
    file = ROOT / "gis_service.toml"
    if f"GIS_{name.upper()}" in os.environ:
        return os.environ[f"GIS_{name.upper()}"] or None
    if not file.exists():
        return None
    import tomllib

    try:
        return str(tomllib.loads(file.read_text("utf-8")).get(name) or "") or None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise Stop(f"gis_service.toml 有误:{fault}。", f"gis_service.toml cannot be read: {fault}.") from None


def check_port() -> None:
    """Say it before the long work, not after: the server will want this port."""
    host, port = setting("host") or "127.0.0.1", setting("port") or "8000"
    if not port.isdigit():
        return  # the service itself says what is wrong with a setting
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((host, int(port)))
        except OSError:
            raise Stop(
                f"端口 {port} 已被占用:服务可能已在运行(http://{host}:{port}/);否则请换一个端口,例如 GIS_PORT=8001 make run。",
                f"Port {port} is taken: the service may be running already (http://{host}:{port}/); if not, choose another "
                "one, for example GIS_PORT=8001 make run.",
            ) from None


# ---- commands of others, followed

NETWORK_DOWN = (
    r"Temporary failure|not resolve|NameResolution|not known|NewConnection|[Tt]ime(d |-)?out|is unreachable|refused"
    r"|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ProxyError|Cannot connect to proxy"
)
EXPLAINED = (
    (
        r"No space left on device|ENOSPC|enough free space",
        "磁盘已满:请清理磁盘后重试,已完成的步骤不会重做",
        "The disk is full: free some space and try again; what is done is not done again",
    ),
    (
        NETWORK_DOWN,
        "无法访问软件源:请检查网络或代理(https_proxy、pip config、npm config、/etc/apt/sources.list)后重试",
        "The package source cannot be reached: check network and proxy (https_proxy, pip config, npm config, apt) and try again",
    ),
    (
        r"DO NOT MATCH THE HASHES",
        "下载的软件包与锁文件中的校验值不符,已拒绝安装:请检查所用软件源",
        "A downloaded package does not have the checksum of the lock file and was refused: check the package source",
    ),
    (
        r"No matching distribution",
        "软件源中没有适合本机 Python 的软件包:请换用 Python 3.11–3.13 或更完整的软件源",
        "The package source has no package that suits this Python: use Python 3.11–3.13 or a more complete source",
    ),
    (
        r"Permission denied|EACCES",
        "没有写权限:.venv 或 gis_service/web 属于其他用户,请以其所有者或 root(sudo)运行",
        "No right to write: .venv or gis_service/web belongs to another user; run as its owner or as root (sudo)",
    ),
    (
        r"Could not get lock|Unable to acquire the dpkg",
        "另一个 apt 正在运行:请等它结束后重试",
        "Another apt is running: wait until it has ended and try again",
    ),
)


class Failed(Exception):
    """A command that ended badly, with what it printed."""

    def __init__(self, output: str) -> None:
        super().__init__(output)
        self.output = output

    def sentence(self, what_zh: str, what_en: str) -> Stop:
        if free_gb(ROOT) < 0.05:  # npm goes on with half-written files and fails over something else
            self.output = "ENOSPC"
        for pattern, zh, en in EXPLAINED:
            if re.search(pattern, self.output):
                return Stop(f"{zh}。(详见 {LOG})", f"{en}. (Details: {LOG})")
        fault = next(
            (f": {line.strip()}" for line in self.output.splitlines() if re.search(r"\b(error|E): ", line, re.I)), ""
        )
        return Stop(
            f"{what_zh}失败{fault}(详见 {LOG} 末尾)。", f"{what_en} failed{fault} (details at the end of {LOG})."
        )


def follow(command: list[str], notice: Callable[[str], None] | None = None, env: dict[str, str] | None = None) -> str:
    """Run a command with its output in the log; `notice` sees each line as it comes."""
    lines = []
    with LOG.open("a", encoding="utf-8") as log, _started(command, {**os.environ, **(env or {})}) as process:
        print("$", *command, file=log, flush=True)
        for line in process.stdout or ():
            log.write(line)
            lines.append(line)
            if notice:
                notice(line)
    if process.returncode != 0:
        raise Failed("".join(lines))
    return "".join(lines)


def _started(command: list[str], env: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )


# ---- packages of the system


class Need(NamedTuple):
    """Something the machine must have, and the packages that bring it."""

    name: str
    is_there: Callable[[], bool]
    packages: Callable[[], list[str]]


def needs(tests: bool) -> list[Need]:
    found = [Need("Python venv", has_venv, venv_packages), Need("中文字体 (CJK font)", has_cjk_font, cjk_font)]
    if tests or not setting("database_url"):
        found.append(Need("PostgreSQL + PostGIS", has_postgis, postgis_packages))
    if tests:
        found.append(Need("Chromium", lambda: chromium() is not None, chromium_packages))
    return found


def has_venv() -> bool:
    """Debian keeps `ensurepip` apart from its Python."""
    import importlib.util

    return all(importlib.util.find_spec(name) for name in ("venv", "ensurepip"))


def venv_packages() -> list[str]:
    return [f"python3.{sys.version_info[1]}-venv"]


CJK_NAME = re.compile(
    r"CJK|wqy|uming|ukai|SourceHan|NotoSans[HS]C|msyh|simsun|simhei|HarmonyOS|Fallback|PingFang", re.I
)


def has_cjk_font() -> bool:
    folders = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")
    files = (name for folder in folders for _, _, names in os.walk(os.path.expanduser(folder)) for name in names)  # noqa: PTH111
    return any(CJK_NAME.search(name) and name.lower().endswith((".ttc", ".ttf", ".otf")) for name in files)


def cjk_font() -> list[str]:
    return ["fonts-noto-cjk"]


def has_postgis() -> bool:
    from gis_service.core import binaries

    return bool(binaries.installed())


def postgis_packages() -> list[str]:
    """The newest version the package source offers, or the one whose server is here already."""
    offered = {int(name.split("-")[1]) for name in apt_names(r"^postgresql-[0-9]+-postgis-3$")}
    usable = {major for major in offered if major >= 15}
    if not usable:
        raise Stop(
            "软件源中没有 PostgreSQL 15+ 的 PostGIS:请添加 PostgreSQL 官方软件源,或用 GIS_DATABASE_URL 指定已有数据库。",
            "The package source has no PostGIS for PostgreSQL 15 or newer: add the PostgreSQL project's package source, or "
            "name an existing database in GIS_DATABASE_URL (then no PostgreSQL is needed here).",
        )
    here = {int(path.parent.parent.name) for path in Path("/usr/lib/postgresql").glob("[0-9]*/bin/postgres")}
    major = max(usable & here or usable)
    return [f"postgresql-{major}", f"postgresql-{major}-postgis-3"]


def chromium() -> str | None:
    """A browser for the tests: Debian's Chromium, Chrome or Edge (Ubuntu's `chromium-browser` is only a signpost)."""
    if os.environ.get("E2E_CHROMIUM"):
        return os.environ["E2E_CHROMIUM"]
    names = ("chromium", "google-chrome", "google-chrome-stable", "microsoft-edge")
    return next((path for path in map(shutil.which, names) if path), None)


def chromium_packages() -> list[str]:
    """Debian has one; where there is none (Ubuntu), the browser tests are left out, and it is said."""
    return _search(r"^chromium$")


def system_packages(tests: bool) -> None:
    """All that lacks, in one installation."""
    if cut_off().exists():
        mend()
    lacking = [need for need in needs(tests) if not need.is_there()]
    if not lacking:
        teller.detail("已齐备 · nothing lacks")
        return
    teller.detail("缺少 · lacking: " + ", ".join(need.name for need in lacking))
    if no_source or not shutil.which("apt-get"):
        raise by_hand(", ".join(need.name for need in lacking))
    apt_lists()
    packages = {need.name: need.packages() for need in lacking}
    if any(packages.values()):
        install([package for names in packages.values() for package in names])
    for need in lacking:
        if packages[need.name] and not need.is_there():
            raise Stop(
                f"安装后仍找不到 {need.name}(详见 {LOG})。", f"{need.name} is not found after its installation ({LOG})."
            )


def by_hand(names: str) -> Stop:
    return Stop(
        f"{'安装包中没有系统软件包' if no_source else '本机没有 apt-get'}:请用本机的软件包管理器安装 {names} 后重试(已有数据库可用 GIS_DATABASE_URL 指定)。",
        f"There is no {'package of the system in the bundle' if no_source else 'apt-get here'}: install {names} with this machine's package manager and try again (an existing database "
        "can be named in GIS_DATABASE_URL).",
    )


def apt_lists(fresh: bool = False) -> None:
    """The catalogue of packages, fetched when there is none; apt-get calls it success when nothing could be fetched."""
    if not fresh and has_lists():
        return
    teller.detail("更新软件源目录 · fetching the catalogue of packages")
    try:
        output = follow(apt_get("update", "-q"))
    except Failed as failed:
        raise failed.sentence("apt-get update", "apt-get update") from None
    if re.search(r"^(Err:|W: Failed)", output, re.M) and (fresh or not has_lists()):
        raise Failed(output).sentence("apt-get update", "apt-get update")


def has_lists() -> bool:
    return any(lists.glob("*_Packages*"))


def apt_names(pattern: str) -> list[str]:
    """Packages on offer; an old catalogue without any is fetched anew, once."""
    names = _search(pattern)
    if not names:
        apt_lists(fresh=True)
        names = _search(pattern)
    return names


def _search(pattern: str) -> list[str]:
    found = subprocess.run(
        ["apt-cache", "search", "--names-only", pattern], capture_output=True, text=True, check=False
    )
    return [line.split(" ")[0] for line in found.stdout.splitlines()]


def apt_get(*words: str) -> list[str]:
    """apt-get that asks nothing, waits for another apt, and restarts nobody's services."""
    quiet = ["env", "DEBIAN_FRONTEND=noninteractive", "NEEDRESTART_SUSPEND=1", "LC_ALL=C.UTF-8"]
    quiet += [f"APT_CONFIG={os.environ['APT_CONFIG']}"] if "APT_CONFIG" in os.environ else []  # sudo would drop it
    return [*as_root(), *quiet, "apt-get", "-o", "DPkg::Lock::Timeout=300", "-o", "Dpkg::Use-Pty=0", *words]


def cut_off() -> Path:
    """There while apt works: an installation that ended in the middle may have left files without their set-up."""
    return LOG.with_name("system.unfinished")


def mend() -> None:
    teller.detail("上次安装被中断,先修复 · mending an installation that was cut off")
    try:
        follow([*as_root(), "env", "DEBIAN_FRONTEND=noninteractive", "dpkg", "--configure", "-a"])
        follow(apt_get("install", "-f", "-y", "-q"))
    except Failed as failed:
        raise failed.sentence("dpkg --configure -a", "dpkg --configure -a") from None
    cut_off().unlink(missing_ok=True)


def install(packages: list[str]) -> None:
    teller.detail("apt-get install " + " ".join(packages))
    keep_postgres_quiet(packages)
    cut_off().touch()
    theirs(cut_off())
    order = apt_get("install", "-y", "-q", "--no-install-recommends", *packages)
    try:
        _install_or_refresh(order)
    except Failed as failed:
        raise failed.sentence("apt-get install", "apt-get install") from None
    cut_off().unlink(missing_ok=True)


def _install_or_refresh(order: list[str]) -> None:
    """One more try where the catalogue is out of date, or where somebody else's installation was cut off."""
    try:
        _install(order)
    except Failed as failed:
        if "dpkg --configure -a" in failed.output:
            mend()
        elif re.search(r"404 +Not Found|Unable to locate package", failed.output):
            apt_lists(fresh=True)
        else:
            raise
        _install(order)


def _install(order: list[str]) -> None:
    """Each package is fetched, unpacked and set up: three lines each move the progress."""
    wanted = subprocess.run([*order, "-s"], capture_output=True, text=True, check=False).stdout.count("\nInst ")
    follow(order, Progress(r"^(Get:\d|Unpacking |Setting up )", 3 * wanted))


def keep_postgres_quiet(packages: list[str]) -> None:
    """Debian makes and starts a cluster `main` when PostgreSQL comes; where there was none, there shall be none."""
    arriving = any(name.startswith("postgresql-") for name in packages)
    if not arriving or any(Path("/usr/lib/postgresql").glob("[0-9]*/bin/postgres")):
        return
    script = f"mkdir -p {Path(CREATECLUSTER).parent}; grep -qs ^create_main_cluster {CREATECLUSTER} || "
    script += f"echo 'create_main_cluster = false' >> {CREATECLUSTER}"
    follow([*as_root(), "sh", "-c", script])


def as_root() -> list[str]:
    """Nothing for root; sudo, without a password if it can, asking for it if somebody is there to type."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo"):
        if subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0:
            return ["sudo", "-n"]
        if sys.stdin.isatty() and subprocess.run(["sudo", "-v"], check=False).returncode == 0:
            return ["sudo"]
    raise Stop(
        "安装系统软件包需要管理员权限:请以 root 运行一次 make setup,或给本用户 sudo 权限后重试。",
        "System packages need administrator rights: run `make setup` once as root, or give this user sudo, and try again.",
    )


# ---- packages of Python


class Stamp:
    """What has been done in the virtual environment, so that it is not done again."""

    file, unfinished = VENV / "gis-setup.json", VENV / "gis-setup.unfinished"

    @classmethod
    def read(cls) -> dict[str, str]:
        try:
            return dict(json.loads(cls.file.read_text("utf-8")))
        except (OSError, ValueError):
            return {}

    @classmethod
    def write(cls, **facts: str) -> None:
        cls.file.write_text(json.dumps({**cls.read(), **facts}, indent=1), "utf-8")


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def python_packages(tests: bool) -> bool:
    """Returns whether anything had to be installed."""
    have_venv()
    changed = install_locked("requirements-dev.lock") if tests else install_runtime()
    if not any([changed, install_ourselves()]):
        teller.detail("已是最新 · up to date")
    return changed


@contextmanager
def compiled_meanwhile(changed: bool) -> Iterator[None]:
    """Byte-compile the packages on the other core, which pip would do one after the other (half of its time)."""
    if not changed:
        yield
        return
    command = [*python(), "-m", "compileall", "-q", str(VENV / "lib")]
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, **quiet) as compiling:  # type: ignore[call-overload]
        try:
            yield
        except BaseException:
            compiling.kill()
            raise


def have_venv() -> None:
    """A working environment of this Python in this folder; a half-made or a moved one is made anew."""
    if VENV.exists() and (Stamp.unfinished.exists() or not venv_works()):
        teller.detail("虚拟环境不完整,重建 · the virtual environment is incomplete and is made anew")
        shutil.rmtree(VENV)
    if VENV.exists():
        return
    VENV.mkdir()
    Stamp.unfinished.touch()
    try:
        follow([sys.executable, "-m", "venv", str(VENV)])
    except Failed as failed:
        raise failed.sentence("创建虚拟环境", "Making the virtual environment") from None
    Stamp.write(place=str(ROOT))


def venv_works() -> bool:
    """Its Python starts, has pip, and its scripts carry this folder's name."""
    try:
        asked = subprocess.run([*python(), "-c", "import pip"], capture_output=True, check=False)
    except OSError:
        return False
    return asked.returncode == 0 and Stamp.read().get("place", str(ROOT)) == str(ROOT)


def python() -> list[str]:
    return [str(VENV / "bin" / "python")]


def install_runtime() -> bool:
    """What `requirements-dev.lock` brought counts, since it holds everything of `requirements.lock`."""
    if Stamp.read().get("requirements-dev.lock") == digest(ROOT / "requirements-dev.lock"):
        return False
    return install_locked("requirements.lock")


def install_locked(name: str) -> bool:
    """Exactly the versions and hashes of the lock file; returns whether anything had to be done."""
    lock = ROOT / name
    if Stamp.read().get(name) == digest(lock):
        return False
    pins = len(re.findall(r"^[\w.\[\]-]+==", lock.read_text("utf-8"), re.M))
    teller.detail(f"pip install -r {name} ({pins})")
    pip(
        "--require-hashes",
        "--no-deps",
        "--only-binary",
        ":all:",
        "--no-compile",
        "-r",
        name,
        progress=Progress(r"^Collecting ", pins),
    )
    Stamp.write(**{name: digest(lock)})
    return True


def install_ourselves() -> bool:
    project = digest(ROOT / "pyproject.toml")
    if Stamp.read().get("project") == project and (VENV / "bin" / "gis-service").exists():
        return False
    pip("--no-build-isolation", "--no-deps", "--no-index", "-e", ".")
    Stamp.write(project=project)
    return True


def pip(*words: str, progress: Callable[[str], None] = lambda _line: None) -> None:
    """pip install, not led astray by a `--user` or a prompt in somebody's configuration."""

    def notice(line: str) -> None:
        progress(line)
        if line.startswith("Installing collected packages"):  # from here on a sudden end leaves halves behind
            Stamp.unfinished.touch()
            if "-r" in words:
                teller.detail("解压 · unpacking")

    env = {"PIP_USER": "0", "PIP_NO_INPUT": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_ROOT_USER_ACTION": "ignore"}
    try:
        follow([*python(), "-m", "pip", "install", *words], notice, env)
    except Failed as failed:
        raise failed.sentence("pip install", "pip install") from None
    Stamp.unfinished.unlink(missing_ok=True)


# ---- web pages


def web_pages() -> None:
    try:
        output = follow([*python(), "-m", "gis_service.web.build"])
    except Failed as failed:
        NPM_STAMP.unlink(missing_ok=True)  # what npm left may be the reason: it is fetched anew next time
        raise failed.sentence("构建网页", "Building the web pages") from None
    teller.detail((output.strip().splitlines() or ["-"])[-1].strip())


# ---- verbs


def setup(tests: bool, offline: bool = False) -> None:
    if offline:
        from gis_service import bundle

        bundle.prepare()
    teller.step("检查本机", "checking this machine")
    check_writable()
    check_disk(tests)
    with one_at_a_time():
        teller.step("系统软件包", "packages of the system")
        system_packages(tests)
        teller.step("Python 软件包", "packages of Python")
        with compiled_meanwhile(python_packages(tests)):
            teller.step("网页", "web pages")
            web_pages()


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """`make run` and `make test` in two windows do not set up the same folder at once."""
    import fcntl

    LOG.parent.mkdir(exist_ok=True)
    theirs(LOG.parent)
    with (LOG.parent / "setup.lock").open("a") as lock:
        theirs(LOG.parent / "setup.lock")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            teller.detail("等待另一个安装结束 · waiting for another set-up to end")
            fcntl.flock(lock, fcntl.LOCK_EX)
        LOG.write_text("")
        theirs(LOG)
        yield


def run() -> NoReturn:
    check_port()
    setup(tests=False)
    hand_over("gis-service", "serve")


def test(arguments: list[str]) -> int:
    setup(tests=True)
    teller.say("检查模块依赖 · import contract")
    code = tool("lint-imports")
    if code:
        return code
    workers, chosen = str(len(os.sched_getaffinity(0))), []
    if not chromium():
        teller.say("没有 Chromium,跳过浏览器测试(可用 E2E_CHROMIUM 指定)· no Chromium: browser tests are left out")
        chosen = ["-m", "not browser"]
    teller.say(f"测试 · tests ({workers} × pytest)")
    return tool("pytest", "-n", workers, "--durations", "30", *chosen, *arguments)


def tool(name: str, *words: str) -> int:
    """Run a program of the virtual environment on our own terminal."""
    env = {**os.environ, "E2E_CHROMIUM": chromium() or ""}
    return subprocess.run([str(VENV / "bin" / name), *words], cwd=ROOT, env=env, check=False).returncode


def hand_over(program: str, *words: str) -> NoReturn:
    """Become the service: signals then reach it directly."""
    teller.say("启动服务 · starting the service")
    sys.stdout.flush()
    os.chdir(ROOT)
    os.execv(str(VENV / "bin" / program), [program, *words])  # noqa: S606


def main(arguments: list[str]) -> int:
    verb, rest = (arguments[0] if arguments else ""), arguments[1:]
    if verb == "run":
        run()
    if verb == "test":
        return test(rest)
    if verb == "setup":
        setup(tests="--tests" in rest, offline="--offline" in rest)
        return 0
    if verb == "bundle":
        from gis_service import bundle

        return bundle.make(rest)
    print(__doc__)
    return 2


def guarded(arguments: list[str]) -> int:
    """Expected ends as one sentence, Ctrl-C without a trace."""
    try:
        check_python()
        return main(arguments)
    except Stop as stop:
        print(f"\n✗ {stop}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\n已中断,再次运行即可继续。 · Interrupted; run again to go on.", file=sys.stderr)
        return 130
    except PermissionError as refused:
        print(f"\n✗ {not_writable(str(refused.filename))}", file=sys.stderr)
        return 1
    except OSError as trouble:
        if trouble.errno != 28:  # ENOSPC
            raise
        print(f"\n✗ {Failed('ENOSPC').sentence('', '')}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.modules["gis_service.bootstrap"] = sys.modules["__main__"]  # one module, by either name
    sys.path[0] = str(ROOT)  # not this file's folder, whose names are not for everybody
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
    sys.stderr.reconfigure(errors="replace")  # type: ignore[union-attr]
    sys.exit(guarded(sys.argv[1:]))
