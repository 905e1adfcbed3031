"""Notifications

Revision 0014, after 0013
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "notification_digest",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("due_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_notification_digest_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification_digest")),
    )
    op.create_index("uq_notification_digest_due", "notification_digest", ["user_id", "due_at"], unique=True)
    op.create_table(
        "notification_preference",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("by_email", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("digest", sa.Text(), server_default="off", nullable=False),
        sa.Column("digest_hour", sa.SmallInteger(), server_default=sa.text("8"), nullable=False),
        sa.Column("quiet_from", sa.Time(), nullable=True),
        sa.Column("quiet_to", sa.Time(), nullable=True),
        sa.Column("urgent_through_quiet", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("muted", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("row_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("digest in ('off', 'daily', 'weekly')", name=op.f("ck_notification_preference_digest")),
        sa.CheckConstraint(
            "not by_email or (email is not null and email ~ '^[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+$')",
            name=op.f("ck_notification_preference_address"),
        ),
        sa.CheckConstraint("(quiet_from is null) = (quiet_to is null)", name=op.f("ck_notification_preference_quiet")),
        sa.CheckConstraint("digest_hour between 0 and 23", name=op.f("ck_notification_preference_digest_hour")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_notification_preference_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_notification_preference")),
    )
    op.create_table(
        "webhook",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("kinds", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("url ~ '^https?://'", name=op.f("ck_webhook_url")),
        sa.ForeignKeyConstraint(["created_by"], ["app_user.id"], name=op.f("fk_webhook_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
    )
    op.create_table(
        "notification",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("event", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), server_default="info", nullable=False),
        sa.Column("title_zh", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("body_zh", sa.Text(), server_default="", nullable=False),
        sa.Column("body_en", sa.Text(), server_default="", nullable=False),
        sa.Column("link", sa.Text(), server_default="", nullable=False),
        sa.Column("subject", sa.Text(), server_default="", nullable=False),
        sa.Column("dedupe_key", sa.Text(), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("read_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("planned_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("waits_for_digest", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("digest_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("kind ~ '^[a-z][a-z_.]{0,59}$'", name=op.f("ck_notification_kind")),
        sa.CheckConstraint("level in ('info', 'warn', 'late')", name=op.f("ck_notification_level")),
        sa.CheckConstraint("link = '' or link ~ '^/[^/\\\\]'", name=op.f("ck_notification_link")),
        sa.ForeignKeyConstraint(["digest_id"], ["notification_digest.id"], name=op.f("fk_notification_digest_id")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_notification_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification")),
    )
    op.create_index(op.f("ix_notification_digest_id"), "notification", ["digest_id"], unique=False)
    op.create_index(
        "ix_notification_for_digest",
        "notification",
        ["user_id"],
        unique=False,
        postgresql_where=sa.text("waits_for_digest and digest_id is null and read_at is null"),
    )
    op.create_index(
        "ix_notification_unplanned",
        "notification",
        ["id"],
        unique=False,
        postgresql_where=sa.text("planned_at is null"),
    )
    op.create_index(
        "ix_notification_unread", "notification", ["user_id"], unique=False, postgresql_where=sa.text("read_at is null")
    )
    op.create_index("ix_notification_user_id_id", "notification", ["user_id", "id"], unique=False)
    op.create_index(
        "uq_notification_told",
        "notification",
        ["user_id", "dedupe_key"],
        unique=True,
        postgresql_where=sa.text("read_at is null and dedupe_key is not null"),
    )
    op.create_table(
        "notification_delivery",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("token", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("notification_id", sa.BigInteger(), nullable=True),
        sa.Column("digest_id", sa.BigInteger(), nullable=True),
        sa.Column("webhook_id", sa.BigInteger(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("tries", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("next_try_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("sent_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(channel = 'webhook') = (webhook_id is not null)", name=op.f("ck_notification_delivery_receiver")
        ),
        sa.CheckConstraint("channel in ('email', 'webhook')", name=op.f("ck_notification_delivery_channel")),
        sa.CheckConstraint(
            "num_nonnulls(notification_id, digest_id) = 1 or (channel = 'webhook' and digest_id is null)",
            name=op.f("ck_notification_delivery_content"),
        ),
        sa.CheckConstraint(
            "state in ('waiting', 'sent', 'failed', 'given_up')", name=op.f("ck_notification_delivery_state")
        ),
        sa.ForeignKeyConstraint(
            ["digest_id"], ["notification_digest.id"], name=op.f("fk_notification_delivery_digest_id")
        ),
        sa.ForeignKeyConstraint(
            ["notification_id"], ["notification.id"], name=op.f("fk_notification_delivery_notification_id")
        ),
        sa.ForeignKeyConstraint(["webhook_id"], ["webhook.id"], name=op.f("fk_notification_delivery_webhook_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification_delivery")),
        sa.UniqueConstraint("token", name=op.f("uq_notification_delivery_token")),
    )
    op.create_index(op.f("ix_notification_delivery_digest_id"), "notification_delivery", ["digest_id"], unique=False)
    op.create_index(
        "ix_notification_delivery_due",
        "notification_delivery",
        ["next_try_at"],
        unique=False,
        postgresql_where=sa.text("state in ('waiting', 'failed')"),
    )
    op.create_index(
        op.f("ix_notification_delivery_notification_id"), "notification_delivery", ["notification_id"], unique=False
    )
    op.create_index(op.f("ix_notification_delivery_webhook_id"), "notification_delivery", ["webhook_id"], unique=False)


def downgrade() -> None:
    for table in ("notification_delivery", "notification", "webhook", "notification_preference", "notification_digest"):
        op.drop_table(table)
    op.execute("drop function if exists is_the_service, actor_is")
