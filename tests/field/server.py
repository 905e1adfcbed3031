"""The real application as a process of its own, so that it can be killed: `python -m tests.field.server FACTS` (JSON)."""

import json
import sys
from pathlib import Path

import uvicorn

import gis_service.main as app_module
from gis_service.services import Services
from gis_service.settings import Settings


class Given(Services):
    """Services on a database named by whoever started us."""

    urls: dict[str, str]

    def url(self, role: str) -> str:
        return self.urls[role]


def main() -> None:
    facts = json.loads(sys.argv[1])
    services = Given(Settings(environment="test", var_dir=Path(facts["var"]), threads=4))
    services.urls = facts["urls"]
    app_module.WEB = Path(facts["web"])
    app = app_module.create_app(services.settings, services)
    uvicorn.run(app, host="127.0.0.1", port=facts["port"], log_level="error", access_log=False)


if __name__ == "__main__":
    main()
