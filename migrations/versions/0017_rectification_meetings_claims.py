"""Rectifications; meetings with agenda, attendance and actions; claims for damage

Revision 0017, after 0016
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

Moment = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "rectification",
        sa.Column("proceeding_id", sa.BigInteger(), nullable=False),
        sa.Column("parcel_id", sa.BigInteger(), nullable=True),
        sa.Column("item_code", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("campaign", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("demand", sa.Text(), nullable=True),
        sa.Column("found_on", sa.Date(), nullable=False),
        sa.Column("proposed_by", sa.Date(), nullable=True),
        sa.Column("correct_by", sa.Date(), nullable=True),
        sa.Column("recurred", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint("severity in ('low', 'medium', 'high')", name=op.f("ck_rectification_severity")),
        sa.CheckConstraint(
            "source in ('patrol', 'check', 'meeting', 'superior', 'complaint')", name=op.f("ck_rectification_source")
        ),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcel.id"], name=op.f("fk_rectification_parcel_id")),
        sa.ForeignKeyConstraint(["proceeding_id"], ["proceeding.id"], name=op.f("fk_rectification_proceeding_id")),
        sa.PrimaryKeyConstraint("proceeding_id", name=op.f("pk_rectification")),
    )
    op.create_index("ix_rectification_parcel_id_item_code", "rectification", ["parcel_id", "item_code"])
    op.create_index("ix_rectification_campaign", "rectification", ["campaign"])
    _meetings()
    op.create_table(
        "damage_claim",
        sa.Column("proceeding_id", sa.BigInteger(), nullable=False),
        sa.Column("obligor", sa.Text(), nullable=False),
        sa.Column("claimant_level", sa.Text(), nullable=True),
        sa.Column("lead_department", sa.Text(), nullable=True),
        sa.Column("incident_on", sa.Date(), nullable=False),
        sa.Column("incident_until", sa.Date(), nullable=True),
        sa.Column("is_simple", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.CheckConstraint("claimant_level in ('city', 'province')", name=op.f("ck_damage_claim_claimant")),
        sa.CheckConstraint("incident_until >= incident_on", name=op.f("ck_damage_claim_incident")),
        sa.ForeignKeyConstraint(["proceeding_id"], ["proceeding.id"], name=op.f("fk_damage_claim_proceeding_id")),
        sa.PrimaryKeyConstraint("proceeding_id", name=op.f("pk_damage_claim")),
    )


def _meetings() -> None:
    op.create_table(
        "meeting",
        sa.Column("proceeding_id", sa.BigInteger(), nullable=False),
        sa.Column("planned_at", Moment, nullable=False),
        sa.Column("agenda_as_of", Moment, nullable=True),
        sa.Column("issued_at", Moment, nullable=True),
        sa.ForeignKeyConstraint(["proceeding_id"], ["proceeding.id"], name=op.f("fk_meeting_proceeding_id")),
        sa.PrimaryKeyConstraint("proceeding_id", name=op.f("pk_meeting")),
    )
    op.create_table(
        "meeting_topic",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("meeting_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("conclusion", sa.Text(), server_default="", nullable=False),
        sa.Column("removed_at", Moment, nullable=True),
        sa.Column("removed_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("kind in ('late', 'returned', 'by_hand')", name=op.f("ck_meeting_topic_kind")),
        sa.CheckConstraint("(kind = 'by_hand') = (subject_id is null)", name=op.f("ck_meeting_topic_subject")),
        sa.CheckConstraint(
            "removed_at is null or btrim(removed_reason) <> ''", name=op.f("ck_meeting_topic_removed_why")
        ),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.proceeding_id"], name=op.f("fk_meeting_topic_meeting_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["proceeding.id"], name=op.f("fk_meeting_topic_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_topic")),
        sa.UniqueConstraint("meeting_id", "subject_id", name=op.f("uq_meeting_topic_meeting_id_subject_id")),
    )
    op.create_index("ix_meeting_topic_subject_id", "meeting_topic", ["subject_id"])
    op.create_table(
        "meeting_attendance",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("meeting_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("person", sa.Text(), server_default="", nullable=False),
        sa.Column("came", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("unit_id is not null or btrim(person) <> ''", name=op.f("ck_meeting_attendance_somebody")),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.proceeding_id"], name=op.f("fk_meeting_attendance_meeting_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_meeting_attendance_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_attendance")),
    )
    op.create_index("ix_meeting_attendance_meeting_id", "meeting_attendance", ["meeting_id"])
    op.create_table(
        "action_item",
        sa.Column("proceeding_id", sa.BigInteger(), nullable=False),
        sa.Column("meeting_id", sa.BigInteger(), nullable=False),
        sa.Column("topic_id", sa.BigInteger(), nullable=False),
        sa.Column("responsible", sa.Text(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("deferred", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("made_at", Moment, server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.proceeding_id"], name=op.f("fk_action_item_meeting_id")),
        sa.ForeignKeyConstraint(["proceeding_id"], ["proceeding.id"], name=op.f("fk_action_item_proceeding_id")),
        sa.ForeignKeyConstraint(["topic_id"], ["meeting_topic.id"], name=op.f("fk_action_item_topic_id")),
        sa.PrimaryKeyConstraint("proceeding_id", name=op.f("pk_action_item")),
    )
    op.create_index("ix_action_item_meeting_id", "action_item", ["meeting_id"])


def downgrade() -> None:
    for table in ("damage_claim", "action_item", "meeting_attendance", "meeting_topic", "meeting", "rectification"):
        op.drop_table(table)
