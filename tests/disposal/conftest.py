import pytest
from sqlalchemy.orm import Session

from tests.disposal.desk import Desk


@pytest.fixture
def desk(session: Session) -> Desk:
    return Desk(session)
