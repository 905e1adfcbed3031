"""A database server for the length of a run: quick, migrated once as a template, forgotten afterwards."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gis_service.core import migrate
from gis_service.core.cluster import Cluster


@contextmanager
def scratch_cluster() -> Iterator[Cluster]:
    """In a folder of its own; databases are cloned from its template."""
    folder = Path(tempfile.mkdtemp(prefix="gis-test-", dir="/tmp"))
    made = Cluster.for_tests(folder)
    try:
        made.start(owner=True)
        made.create_template(migrate.upgrade)
        yield made
    finally:
        made.remove()
        shutil.rmtree(folder, ignore_errors=True)
