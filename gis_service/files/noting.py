"""What is written of a file whose bytes are in the store."""

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gis_service.files.models import StoredFile


def note_file(session: Session, sha256: str, name: str, size_bytes: int, by_id: int | None = None) -> None:
    """A file is known from now on; the same bytes are known once, by the name and the person who came first."""
    row = {"sha256": sha256, "name": name, "size_bytes": size_bytes, "stored_by": by_id}
    session.execute(insert(StoredFile).values(row).on_conflict_do_nothing())
