"""Which files belong to a parcel."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, Text, func, text
from sqlalchemy.orm import Mapped, mapped_column

from gis_service.access.models import one_of
from gis_service.core.db import Base
from gis_service.parcels.attachments.rules import FileKind
from gis_service.parcels.models import Moment


class ParcelFile(Base):
    """附件 of a parcel: from when it was there, and until when."""

    __tablename__ = "parcel_file"
    __table_args__ = (
        one_of("kind", FileKind),
        CheckConstraint("removed_at is null or btrim(removed_reason) <> ''", name="removed_why"),
        Index(
            "uq_parcel_file_present", "parcel_id", "sha256", unique=True, postgresql_where=text("removed_at is null")
        ),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    parcel_id: Mapped[int] = mapped_column(ForeignKey("parcel.id"), index=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"))
    name: Mapped[str] = mapped_column(Text, doc="as the person called it")
    kind: Mapped[str] = mapped_column(Text)
    media_type: Mapped[str] = mapped_column(Text)
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    caption: Mapped[str | None] = mapped_column(Text)
    thumbnail_sha256: Mapped[str | None] = mapped_column(Text, doc="the small copy of a picture, in the file store")
    import_batch_id: Mapped[int | None] = mapped_column(BigInteger)
    added_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
    added_by: Mapped[int | None] = mapped_column(BigInteger)
    added_by_name: Mapped[str] = mapped_column(Text, server_default="")
    removed_at: Mapped[datetime | None] = mapped_column(Moment)
    removed_by_name: Mapped[str | None] = mapped_column(Text)
    removed_reason: Mapped[str | None] = mapped_column(Text)
