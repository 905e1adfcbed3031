"""The atlas as the worker makes it: from the database to the file. Arguments: addresses of the roles as JSON, count, file."""

import json
import sys
from pathlib import Path

from gis_service.access.actor import EVERYTHING
from gis_service.services import Services
from gis_service.settings import Settings
from gis_service.sheets.atlas.asked import Said, understood
from gis_service.sheets.atlas.local import written


class Addressed(Services):
    addresses: dict[str, str]

    def url(self, role: str) -> str:
        return self.addresses[role]


def main() -> None:
    addresses, count, out = json.loads(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    services = Addressed(Settings(environment="test", var_dir=out.parent), long_work=True)
    services.addresses = addresses
    numbers = ",".join(f"GX-{n:04}" for n in range(1, count + 1))
    written(services, EVERYTHING, understood(Said(), {"parcel_no": numbers}), out)
    services.close()


if __name__ == "__main__":
    main()
