"""The table of what can be found: one row for each text of a parcel, an area, a unit, a place or a document."""

from sqlalchemy import BigInteger, CheckConstraint, Identity, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from gis_service.core.db import Base

KINDS = ("parcel", "area", "unit", "place", "document")


class SearchTerm(Base):
    """Kept by triggers (`migrations/objects/085_search.sql`); only `haystack` is filled from here.

    The scope of a parcel stands here once more: operators of trigrams may not use their index under a row policy, so
    the functions that search look past the policy and ask for the scope themselves.
    """

    __tablename__ = "search_term"
    __table_args__ = (
        CheckConstraint("kind in (" + ", ".join(f"'{kind}'" for kind in KINDS) + ")", name="kind"),
        Index("ix_search_term_letters", "letters"),
        Index("ix_search_term_kind_subject_id", "kind", "subject_id"),
        Index("ix_search_term_waiting", "id", postgresql_where=text("haystack is null")),
        *(
            Index(
                f"ix_search_term_{name}",
                "haystack",
                postgresql_using="gin",
                postgresql_ops={"haystack": "gin_trgm_ops"},
                postgresql_with={"gin_pending_list_limit": "512"},  # KB; every search reads the list through
                postgresql_where=text(where),
            )
            for name, where in (
                ("parcels", "kind = 'parcel' and haystack is not null"),
                ("others", "kind <> 'parcel' and haystack is not null"),
            )
        ),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    subject_id: Mapped[int] = mapped_column(BigInteger)
    field: Mapped[str] = mapped_column(Text)
    value: Mapped[str] = mapped_column(Text)
    letters: Mapped[str] = mapped_column(Text(collation="C"))
    haystack: Mapped[str | None] = mapped_column(Text)
    is_retired: Mapped[bool] = mapped_column(server_default=text("false"))
    area_id: Mapped[int | None] = mapped_column(BigInteger)
    custodian_unit_id: Mapped[int | None] = mapped_column(BigInteger)
    is_published: Mapped[bool] = mapped_column(server_default=text("false"))
