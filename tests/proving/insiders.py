"""R41: what a superuser does to the audit trail is found. `python -m tests.proving.insiders` prints the line."""

from collections.abc import Iterator
from pathlib import Path

from gis_service.backup import heads as nightly
from gis_service.core.cluster import Cluster
from gis_service.settings import Settings
from tests.audit.attacks import ATTACKS, honest, superuser
from tests.conftest import CloneServices
from tests.proving.lines import Line, ended
from tests.proving.premises import scratch
from tests.scratch import scratch_cluster


def lines(small: bool = False) -> Iterator[Line]:
    """Each attack on a database of its own, and one database that nobody touched; `small` changes nothing."""
    with scratch() as folder, scratch_cluster() as cluster:
        found = {name: _kinds(cluster, folder, name) for name in ATTACKS}
        honest_kinds = _kinds(cluster, folder, None)
    missed = [name for name, kinds in found.items() if ATTACKS[name][1] not in kinds]
    figure = f"{len(found) - len(missed)}/{len(found)} found, {len(honest_kinds)} false alarms on an honest database"
    why = f"missed: {', '.join(missed)}" if missed else "the last two by signed heads alone"
    yield Line("R41", "audit tamper", figure, "6/6, 0 false", not missed and not honest_kinds and len(found) == 6, why)


def _kinds(cluster: Cluster, folder: Path, attack: str | None) -> list[str]:
    """The kinds of faults found after an attack, by the heads of two nights."""
    name = f"insider_{len(list(folder.glob('var-*')))}"
    services = CloneServices(
        Settings(environment="test", var_dir=folder / f"var-{name}", threads=2), cluster, cluster.clone(name)
    )
    try:
        for _ in range(2):
            honest(services)
            nightly.night(services)
        if attack:
            with superuser(services) as session:
                ATTACKS[attack][0](session)
        return [fault.kind for fault in nightly.verify(services).faults]
    finally:
        services.close()
        cluster.drop(name)


if __name__ == "__main__":
    ended(lines())
