"""The command group `gis-service patrols`: each part of patrols adds its own commands."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import typer

from gis_service.patrols.basemaps import cli as basemaps
from gis_service.patrols.inbox import cli as inbox


def install(commands: typer.Typer, service: Callable[[], Any], var_dir: Callable[[], Path]) -> None:
    """Add the commands of patrols; `service` opens the services they work with."""
    basemaps.install(commands, service, lambda: var_dir() / "basemaps")
    inbox.install(commands, service)
