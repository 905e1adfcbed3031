"""A database of somebody else's, entered by a login that is nobody until it becomes one of the three roles."""

from contextlib import closing
from pathlib import Path

from gis_service.core.cluster import Cluster
from gis_service.jobs import queue
from gis_service.parcels.search import jobs as search
from gis_service.services import Services
from gis_service.settings import Settings
from tests.conftest import CloneServices
from tests.live import work_off
from tests.pooling import LOGIN, let_in


def test_the_worker_becomes_the_role_and_finds_its_queue(
    cluster: Cluster, services: CloneServices, tmp_path: Path
) -> None:
    with cluster.admin() as connection:
        let_in(connection)
    server = cluster.server
    address = f"postgresql://{LOGIN}@/{services.name}?host={server.socket_dir}&port={server.port}"
    settings = Settings(environment="test", var_dir=tmp_path, threads=4, database_url=address)
    with closing(Services(settings, long_work=True)) as theirs:
        with theirs.sessions.begin() as session:
            job_id = queue.enqueue(session, search.TASK)
        work_off(theirs)
        with theirs.sessions.begin() as session:
            assert (queue.state(session, job_id) or {})["state"] == "succeeded"
