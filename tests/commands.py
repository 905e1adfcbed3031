"""A group of commands of the product on the services of a test."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import typer

from tests.conftest import CloneServices


def installed(install: Callable[..., Any], services: CloneServices) -> typer.Typer:
    """An application with what `install` (that of a `cli` module) adds, each command given `services`."""

    @contextmanager
    def service() -> Iterator[CloneServices]:
        yield services

    app = typer.Typer()
    app.callback()(lambda: None)
    install(app, service)
    return app
