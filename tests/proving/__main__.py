"""`make evidence`: run the proofs at small size and write what came out where the docs show it.

    .venv/bin/python -m tests.proving [--full] [--only faults,load,…]

Each proof is a process of its own, so that none measures what another left behind. Figures are kept with their day, commit and
machine in `docs/evidence/evidence.json`; what was not run this time keeps the line of its last run. Ends with 1 if a line falls short.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
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
    "insiders": "审计链 · the audit chain",
    "signing_in": "登录 · signing in",
    "fuzz": "乱造的请求 · made-up requests",
    "upgrading": "升级 · upgrades",
    "many": "多进程、多机 · many processes",
    "deployed": "离线安装 · installed without a network",
    "scanning": "扫描 · scans",
}
"""The module of each proof and its heading, in the order they run."""
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
    parser.add_argument("--only", default=",".join(PARTS), help="parts, with commas")
    parser.add_argument("--part", choices=PARTS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.part:
        _part(options.part, small=not options.full)
        return
    kept = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    for name in options.only.split(","):
        kept[name] = _run(name, full=options.full)
        KEPT.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n")
        PAGE.write_text(page(kept))
    sys.exit(any(line["holds"] is False for name in options.only.split(",") for line in kept[name]["lines"]))


def _part(name: str, *, small: bool) -> None:
    """In a process of its own: each line printed as it comes, and as JSON for the one that asked."""
    module = import_module(f"tests.proving.{name}")
    for line in module.lines(small):
        lines.told([line])
        print("=", json.dumps(asdict(line), ensure_ascii=False), flush=True)


def _run(name: str, *, full: bool) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.proving", "--part", name, *(["--full"] if full else [])]
    found: list[dict[str, Any]] = []
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as running:
        for told in running.stdout or ():
            if told.startswith("= "):
                found.append(json.loads(told[2:]))
            else:
                print(told, end="", flush=True)
    if running.returncode or not found:
        found.append(asdict(Line("-", name, f"ended with {running.returncode}", "runs to its end", False)))
    return {"lines": found, "size": "full" if full else "small", **_where()}


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
    """The page of all that is kept, a table for each part."""
    parts = [_table(title, kept[name]) for name, title in PARTS.items() if name in kept]
    return "\n".join([HEAD, *parts])


def _table(title: str, run: dict[str, Any]) -> str:
    rows = [
        f"| {line['bar']} | {_cell(line['name'])} | {_cell(line['figure'])} | {_cell(line['goal'])} | "
        f"{HOLDS[line['holds']]}{': ' + _cell(line['why']) if line['why'] else ''} |"
        for line in run["lines"]
    ]
    head = f"## {title}\n\n{run['on']}, {run['size']}, commit {run['commit']}, {run['machine']}\n"
    return "\n".join([head, "| | 证明 · proof | 结果 · figure | 目标 · goal | |", "|---|---|---|---|---|", *rows, ""])


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    main()
