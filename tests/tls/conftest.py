"""A deployment with certificates of its own."""

from pathlib import Path

import pytest

from gis_service.settings import Settings
from gis_service.tls import keeping
from gis_service.tls.keeping import Known


@pytest.fixture
def intranet(tmp_path: Path) -> Settings:
    return Settings(environment="test", var_dir=tmp_path, title="示例服务", host="127.0.0.1", port=8443)


@pytest.fixture
def made(intranet: Settings) -> Known:
    return keeping.make(intranet, ["gis.example.lan"], ["192.168.1.10"])
