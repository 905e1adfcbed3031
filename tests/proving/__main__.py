"""`make evidence`: run the proofs at small size and write what came out where the docs show it.

    .venv/bin/python -m tests.proving [--full] [--only faults,load.soak,…]

Each proof is a process of its own, so that none measures what another left behind. Figures are kept with their day, commit, machine
and time in `docs/evidence/evidence.json`; what was not run this time keeps the line of its last run, and a full size stands beside the
small one. `--only load.soak` is one part of a proof that has parts. Ends with 1 if a line falls short.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from dataclasses import asdict
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.proving import lines
from tests.proving.lines import Line

PARTS = {
    "faults": "故障 · faults",
    "load": "负载 · load",
    "restoring": "恢复 · restores",
    "upgrading": "升级 · upgrades",
    "migrating": "数据库结构 · migrations",
    "doors": "权限与留痕 · rights and traces",
    "insiders": "审计链 · the audit chain",
    "signing_in": "登录 · signing in",
    "pages": "网页 · pages",
    "hostile": "有害文件 · hostile files",
    "fuzz": "乱造的请求 · made-up requests",
    "filters": "筛选表达式 · filters",
    "parsers": "解析器 · parsers",
    "injection": "SQL 注入 · SQL in every word",
    "many": "多进程、多机 · many processes",
    "deployed": "离线安装 · installed without a network",
    "scanning": "扫描 · scans",
}
"""The module of each proof and its heading, in the order they run."""
MOST_MIN = 60
ROOT = Path(__file__).parents[2]
KEPT = ROOT / "docs" / "evidence" / "evidence.json"
PAGE = KEPT.with_name("README.md")
HOLDS = {True: "达到 · holds", False: "**未达到 · short**", None: "此处不能测 · not here"}
HEAD = """# 证据 · Evidence

`make evidence` 写的表:每行一项证明,数字是最近一次运行的真实结果,没有达到的照样写出,并说明原因。怎样运行见 [证明它扛得住](../how-to/prove-that-it-holds.md)。

The table that `make evidence` writes: one proof a line, with the true figure of its last run; what falls short is shown, with the reason.
R numbers are those of the list of bars that the proofs follow. Small sizes unless the line says full.
"""


def main() -> None:
    """Run what is asked, keep it, write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true", help="the full sizes: hours")
    parser.add_argument("--only", default=",".join(PARTS), help="proofs, or parts of them as `load.soak`, with commas")
    parser.add_argument("--part", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.part:
        _part(options.part, small=not options.full)
        return
    kept = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    short = False
    for name in options.only.split(","):
        run = _run(name, full=options.full)
        kept[key(name, full=options.full)] = run
        KEPT.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n")
        PAGE.write_text(page(kept))
        short = short or any(line["holds"] is False for line in run["lines"])
    sys.exit(short)


def key(name: str, *, full: bool) -> str:
    """Under which a run is kept: a full size does not take the place of the small one, nor the other way."""
    return f"{name} full" if full else name


def _part(name: str, *, small: bool) -> None:
    """In a process of its own: each line printed as it comes, and as JSON for the one that asked."""
    module, _, part = name.partition(".")
    found = import_module(f"tests.proving.{module}").lines
    for line in found(small, [part]) if part else found(small):
        lines.told([line])
        print("=", json.dumps(asdict(line), ensure_ascii=False), flush=True)


def _run(name: str, *, full: bool) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.proving", "--part", name, *(["--full"] if full else [])]
    found: list[dict[str, Any]] = []
    began = time.monotonic()
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as running:
        for told in running.stdout or ():
            if told.startswith("= "):
                found.append(json.loads(told[2:]))
            else:
                print(told, end="", flush=True)
    if running.returncode or not found:
        found.append(asdict(Line("-", name, f"ended with {running.returncode}", "runs to its end", False)))
    return {
        "lines": found,
        "size": "full" if full else "small",
        "seconds": round(time.monotonic() - began),
        **_where(),
    }


def _where() -> dict[str, str]:
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return {
        "on": datetime.now(UTC).date().isoformat(),
        "commit": commit.stdout.strip() or "-",
        "machine": f"{os.cpu_count()} × {platform.machine()}",
    }


def page(kept: dict[str, Any]) -> str:
    """The page of all that is kept: a table for each run, the small one of a proof before its full ones."""
    runs = [name for proof in PARTS for name in sorted(kept) if name.split()[0].partition(".")[0] == proof]
    tables = [_table(_title(name), kept[name]) for name in runs]
    return "\n".join([HEAD, *tables, _section("全部 · all of it", "", [asdict(in_all(kept))])])


def _title(name: str) -> str:
    proof, _, part = name.split(maxsplit=1)[0].partition(".")
    return f"{PARTS[proof]}{f' ({part})' if part else ''}"


def in_all(kept: dict[str, Any]) -> Line:
    """How long `make evidence` takes: the small run of each proof, and which were not run."""
    seconds = {name: kept[name].get("seconds", 0) for name in PARTS if name in kept}
    unknown = [name for name in PARTS if not seconds.get(name)]
    minutes = sum(seconds.values()) / 60
    longest = sorted(seconds, key=lambda name: -seconds[name])[:5]
    figure = f"{minutes:.0f} min: " + ", ".join(f"{name} {seconds[name] / 60:.1f}" for name in longest)
    why = f"not timed yet: {', '.join(unknown)}" if unknown else ""
    return Line(
        "R60", "every proof at small size", figure, f"≤ {MOST_MIN} min", not unknown and minutes <= MOST_MIN, why
    )


def _table(title: str, run: dict[str, Any]) -> str:
    took = f", {run['seconds'] / 60:.1f} min" if "seconds" in run else ""
    where = f"{run['on']}, {run['size']}, commit {run['commit']}, {run['machine']}{took}"
    return _section(title, where, run["lines"])


def _section(title: str, where: str, found: list[dict[str, Any]]) -> str:
    rows = [
        f"| {line['bar']} | {_cell(line['name'])} | {_cell(line['figure'])} | {_cell(line['goal'])} | "
        f"{HOLDS[line['holds']]}{': ' + _cell(line['why']) if line['why'] else ''} |"
        for line in found
    ]
    head = f"## {title}\n\n{where}\n" if where else f"## {title}\n"
    return "\n".join([head, "| | 证明 · proof | 结果 · figure | 目标 · goal | |", "|---|---|---|---|---|", *rows, ""])


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    main()
