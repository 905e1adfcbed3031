"""Versions of layers. The shipped folder is version 0 and has no row."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Integer, Text, func
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from gis_service.core.db import Base
from gis_service.core.http import CONFLICTS


class LayerVersion(Base):
    """One version of how a layer is presented; only added, never changed."""

    __tablename__ = "layer_version"
    __table_args__ = (
        CheckConstraint("version > 0", name="version"),
        CheckConstraint("length(btrim(reason)) > 0", name="reason"),
        CheckConstraint("restored >= 0 and restored < version", name="restored"),
    )
    layer_id: Mapped[str] = mapped_column(Text, primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    content: Mapped[dict[str, Any] | None] = mapped_column(
        JSONB(none_as_null=True), doc="null: as shipped, also when a later release ships it otherwise"
    )
    restored: Mapped[int | None] = mapped_column(
        Integer, doc="the earlier version this one goes back to; 0 is as shipped"
    )
    reason: Mapped[str] = mapped_column(Text)
    made_by: Mapped[int | None] = mapped_column(BigInteger)
    made_by_name: Mapped[str] = mapped_column(Text, server_default="")
    made_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())


CONFLICTS["pk_layer_version"] = (
    "有人同时保存了这个图层,请刷新后重试。", "somebody saved this layer at the same moment; load it again and retry.",
)  # fmt: skip
