"""Patrols: plans, tasks, walks, what was seen; the inbox of phones; conflicts

Revision 0018, after 0017
"""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "patrol_plan",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("district_code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), server_default="regular", nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("walker", sa.Text(), nullable=False),
        sa.Column("area_id", sa.BigInteger(), nullable=True),
        sa.Column("risk_level", sa.Text(), nullable=True),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("per_days", sa.Integer(), nullable=False),
        sa.Column("night", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("stopped_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("row_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("(kind = 'extra') = (reason is not null)", name=op.f("ck_patrol_plan_extra_has_reason")),
        sa.CheckConstraint("kind in ('regular', 'extra')", name=op.f("ck_patrol_plan_kind")),
        sa.CheckConstraint("reason in ('typhoon', 'rain', 'holiday', 'event')", name=op.f("ck_patrol_plan_reason")),
        sa.CheckConstraint("risk_level in ('high', 'medium', 'low')", name=op.f("ck_patrol_plan_risk_level")),
        sa.CheckConstraint("walker in ('custodian', 'district')", name=op.f("ck_patrol_plan_walker")),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_patrol_plan_days")),
        sa.CheckConstraint(
            "times between 1 and 10 and per_days between 1 and 366", name=op.f("ck_patrol_plan_frequency")
        ),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_patrol_plan_area_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patrol_plan")),
    )
    op.create_table(
        "field_conflict",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("record_uuid", sa.Uuid(), nullable=False),
        sa.Column("noun", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("parcel_id", sa.BigInteger(), nullable=True),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("was", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("theirs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("theirs_by", sa.Text(), nullable=True),
        sa.Column("theirs_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("mine", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("mine_by", sa.Text(), nullable=False),
        sa.Column("mine_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("chosen", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("settled_by", sa.BigInteger(), nullable=True),
        sa.Column("settled_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("state in ('open', 'settled')", name=op.f("ck_field_conflict_state")),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcel.id"], name=op.f("fk_field_conflict_parcel_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_field_conflict")),
    )
    op.create_index(
        "ix_field_conflict_open",
        "field_conflict",
        ["created_at"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(op.f("ix_field_conflict_record_uuid"), "field_conflict", ["record_uuid"], unique=False)
    op.create_table(
        "field_device",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("public_key", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("app_version", sa.Text(), nullable=True),
        sa.Column("last_user_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "first_seen_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("last_seen_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("holds", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("storage", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("clock_offset_s", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(["last_user_id"], ["app_user.id"], name=op.f("fk_field_device_last_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_field_device")),
    )
    op.create_table(
        "field_upload",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("received_bytes", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_field_upload_user_id")),
        sa.PrimaryKeyConstraint("sha256", "user_id", name=op.f("pk_field_upload")),
    )
    op.create_table(
        "inbox_record",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("body_text", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("sent_by_id", sa.BigInteger(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=True),
        sa.Column("patrol_uuid", sa.Uuid(), nullable=True),
        sa.Column("files", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("app_version", sa.Text(), nullable=True),
        sa.Column("made_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("received_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("by_rescue", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("reason", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("judged_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("row_noun", sa.Text(), nullable=True),
        sa.Column("row_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name=op.f("ck_inbox_record_sha256")),
        sa.CheckConstraint("verdict in ('stored', 'held', 'refused')", name=op.f("ck_inbox_record_verdict")),
        sa.ForeignKeyConstraint(["by_id"], ["app_user.id"], name=op.f("fk_inbox_record_by_id")),
        sa.ForeignKeyConstraint(["sent_by_id"], ["app_user.id"], name=op.f("fk_inbox_record_sent_by_id")),
        sa.PrimaryKeyConstraint("uuid", name=op.f("pk_inbox_record")),
    )
    op.create_index("ix_inbox_record_by_id_received_at", "inbox_record", ["by_id", "received_at"], unique=False)
    op.create_index(
        "ix_inbox_record_held",
        "inbox_record",
        ["received_at"],
        unique=False,
        postgresql_where=sa.text("verdict = 'held'"),
    )
    op.create_index("ix_inbox_record_patrol_uuid", "inbox_record", ["patrol_uuid"], unique=False)
    op.create_table(
        "patrol_task",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("district_code", sa.Text(), nullable=False),
        sa.Column("plan_id", sa.BigInteger(), nullable=True),
        sa.Column("round_no", sa.Integer(), nullable=True),
        sa.Column("part_no", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("area_id", sa.BigInteger(), nullable=True),
        sa.Column("grid_cell_id", sa.BigInteger(), nullable=True),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("assignee_id", sa.BigInteger(), nullable=True),
        sa.Column("night", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("due_from", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("closed_reason", sa.Text(), nullable=True),
        sa.Column("escalated_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("row_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "state in ('open', 'started', 'done', 'missed', 'cancelled')", name=op.f("ck_patrol_task_state")
        ),
        sa.CheckConstraint("due_on >= due_from", name=op.f("ck_patrol_task_days")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_patrol_task_area_id")),
        sa.ForeignKeyConstraint(["assignee_id"], ["app_user.id"], name=op.f("fk_patrol_task_assignee_id")),
        sa.ForeignKeyConstraint(
            ["grid_cell_id"], ["grid_cell.id"], name=op.f("fk_patrol_task_grid_cell_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["patrol_plan.id"], name=op.f("fk_patrol_task_plan_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_patrol_task_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patrol_task")),
        sa.UniqueConstraint(
            "plan_id",
            "round_no",
            "grid_cell_id",
            "unit_id",
            "part_no",
            name="uq_patrol_task_round",
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index("ix_patrol_task_area_id_due_on", "patrol_task", ["area_id", "due_on"], unique=False)
    op.create_index("ix_patrol_task_assignee_id_state", "patrol_task", ["assignee_id", "state"], unique=False)
    op.create_index("ix_patrol_task_unit_id_due_on", "patrol_task", ["unit_id", "due_on"], unique=False)
    op.create_table(
        "patrol",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("client_uuid", sa.Uuid(), nullable=False),
        sa.Column("district_code", sa.Text(), nullable=False),
        sa.Column("task_id", sa.BigInteger(), nullable=True),
        sa.Column("inspector_id", sa.BigInteger(), nullable=False),
        sa.Column("inspector_name", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("area_id", sa.BigInteger(), nullable=True),
        sa.Column("device_id", sa.Uuid(), nullable=True),
        sa.Column("started_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("clock_offset_s", sa.Float(), nullable=True),
        sa.Column("weather", sa.Text(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), server_default="running", nullable=False),
        sa.Column("length_m", sa.Numeric(precision=12, scale=1), nullable=True),
        sa.Column("received_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("measured_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("thinned_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("row_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("state in ('running', 'recorded', 'archived')", name=op.f("ck_patrol_state")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_patrol_area_id")),
        sa.ForeignKeyConstraint(["inspector_id"], ["app_user.id"], name=op.f("fk_patrol_inspector_id")),
        sa.ForeignKeyConstraint(["task_id"], ["patrol_task.id"], name=op.f("fk_patrol_task_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_patrol_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patrol")),
        sa.UniqueConstraint("client_uuid", name=op.f("uq_patrol_client_uuid")),
    )
    op.create_index("ix_patrol_area_id_started_at", "patrol", ["area_id", "started_at"], unique=False)
    op.create_index("ix_patrol_inspector_id_started_at", "patrol", ["inspector_id", "started_at"], unique=False)
    op.create_index(op.f("ix_patrol_task_id"), "patrol", ["task_id"], unique=False)
    op.create_index("ix_patrol_unit_id_started_at", "patrol", ["unit_id", "started_at"], unique=False)
    op.create_table(
        "patrol_task_parcel",
        sa.Column("task_id", sa.BigInteger(), nullable=False),
        sa.Column("parcel_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("visited_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcel.id"], name=op.f("fk_patrol_task_parcel_parcel_id")),
        sa.ForeignKeyConstraint(["task_id"], ["patrol_task.id"], name=op.f("fk_patrol_task_parcel_task_id")),
        sa.PrimaryKeyConstraint("task_id", "parcel_id", name=op.f("pk_patrol_task_parcel")),
    )
    op.create_index(op.f("ix_patrol_task_parcel_parcel_id"), "patrol_task_parcel", ["parcel_id"], unique=False)
    op.create_geospatial_table(
        "field_photo",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("record_uuid", sa.Uuid(), nullable=False),
        sa.Column("patrol_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("of_sha256", sa.Text(), nullable=True),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("thumbnail_sha256", sa.Text(), nullable=True),
        sa.Column("taken_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column(
            "place",
            Geometry(
                geometry_type="POINT",
                srid=4490,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.Column("accuracy_m", sa.Float(), nullable=True),
        sa.Column("bearing_deg", sa.Float(), nullable=True),
        sa.Column("from_album", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("exif", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("caption", sa.Text(), nullable=True),
        sa.CheckConstraint("kind in ('original', 'stamped', 'voice')", name=op.f("ck_field_photo_kind")),
        sa.ForeignKeyConstraint(["patrol_id"], ["patrol.id"], name=op.f("fk_field_photo_patrol_id")),
        sa.ForeignKeyConstraint(["sha256"], ["stored_file.sha256"], name=op.f("fk_field_photo_sha256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_field_photo")),
    )
    op.create_geospatial_index(
        "idx_field_photo_place", "field_photo", ["place"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_index(op.f("ix_field_photo_patrol_id"), "field_photo", ["patrol_id"], unique=False)
    op.create_index(op.f("ix_field_photo_record_uuid"), "field_photo", ["record_uuid"], unique=False)
    op.create_index("ix_field_photo_sha256", "field_photo", ["sha256"], unique=False)
    op.create_geospatial_table(
        "observation",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("client_uuid", sa.Uuid(), nullable=False),
        sa.Column("patrol_id", sa.BigInteger(), nullable=False),
        sa.Column("visit_uuid", sa.Uuid(), nullable=True),
        sa.Column("parcel_id", sa.BigInteger(), nullable=True),
        sa.Column("area_id", sa.BigInteger(), nullable=True),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("item_code", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("answers", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("quantity", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("quantity_unit", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column(
            "geom",
            Geometry(srid=4490, dimension=2, spatial_index=False, from_text="ST_GeomFromEWKT", name="geometry"),
            nullable=True,
        ),
        sa.Column("accuracy_m", sa.Float(), nullable=True),
        sa.Column("moved_by_hand", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("distance_m", sa.Float(), nullable=True),
        sa.Column("seen_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("row_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("followed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("followed_by_noun", sa.Text(), nullable=True),
        sa.Column("followed_by_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("severity in ('low', 'medium', 'high')", name=op.f("ck_observation_severity")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_observation_area_id")),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcel.id"], name=op.f("fk_observation_parcel_id")),
        sa.ForeignKeyConstraint(["patrol_id"], ["patrol.id"], name=op.f("fk_observation_patrol_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_observation_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_observation")),
        sa.UniqueConstraint("client_uuid", name=op.f("uq_observation_client_uuid")),
    )
    op.create_geospatial_index(
        "idx_observation_geom", "observation", ["geom"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_index("ix_observation_area_id_seen_at", "observation", ["area_id", "seen_at"], unique=False)
    op.create_index("ix_observation_parcel_id_seen_at", "observation", ["parcel_id", "seen_at"], unique=False)
    op.create_index(op.f("ix_observation_patrol_id"), "observation", ["patrol_id"], unique=False)
    op.create_table(
        "patrol_coverage",
        sa.Column("patrol_id", sa.BigInteger(), nullable=False),
        sa.Column("parcel_id", sa.BigInteger(), nullable=False),
        sa.Column("seen_share", sa.Float(), nullable=False),
        sa.Column("view_m", sa.Float(), nullable=False),
        sa.Column("inside_s", sa.Float(), nullable=False),
        sa.Column("nearest_m", sa.Float(), nullable=False),
        sa.Column("first_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("last_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("proved", sa.Boolean(), nullable=False),
        sa.CheckConstraint("seen_share between 0 and 1", name=op.f("ck_patrol_coverage_seen_share")),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcel.id"], name=op.f("fk_patrol_coverage_parcel_id")),
        sa.ForeignKeyConstraint(["patrol_id"], ["patrol.id"], name=op.f("fk_patrol_coverage_patrol_id")),
        sa.PrimaryKeyConstraint("patrol_id", "parcel_id", name=op.f("pk_patrol_coverage")),
    )
    op.create_index(op.f("ix_patrol_coverage_parcel_id"), "patrol_coverage", ["parcel_id"], unique=False)
    op.create_table(
        "patrol_flag",
        sa.Column("patrol_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "code in ('teleport', 'car_speed', 'replay', 'mock', 'clock', 'accuracy', 'synthetic')",
            name=op.f("ck_patrol_flag_code"),
        ),
        sa.ForeignKeyConstraint(["patrol_id"], ["patrol.id"], name=op.f("fk_patrol_flag_patrol_id")),
        sa.PrimaryKeyConstraint("patrol_id", "code", name=op.f("pk_patrol_flag")),
    )
    op.create_geospatial_table(
        "track_part",
        sa.Column("client_uuid", sa.Uuid(), nullable=False),
        sa.Column("patrol_id", sa.BigInteger(), nullable=False),
        sa.Column("began_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="MULTIPOINTM",
                srid=4490,
                dimension=3,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("fixes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("gaps", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("mock", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(["patrol_id"], ["patrol.id"], name=op.f("fk_track_part_patrol_id")),
        sa.PrimaryKeyConstraint("client_uuid", name=op.f("pk_track_part")),
    )
    op.create_geospatial_index(
        "idx_track_part_geom", "track_part", ["geom"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_index("ix_track_part_patrol_id_began_at", "track_part", ["patrol_id", "began_at"], unique=False)
    op.create_geospatial_table(
        "visit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("client_uuid", sa.Uuid(), nullable=False),
        sa.Column("patrol_id", sa.BigInteger(), nullable=False),
        sa.Column("parcel_id", sa.BigInteger(), nullable=False),
        sa.Column("came_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("left_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("all_fine", sa.Boolean(), nullable=False),
        sa.Column("form_code", sa.Text(), nullable=False),
        sa.Column("form_version", sa.Integer(), nullable=False),
        sa.Column("answers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "place",
            Geometry(
                geometry_type="POINT",
                srid=4490,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.Column("accuracy_m", sa.Float(), nullable=True),
        sa.Column("distance_m", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcel.id"], name=op.f("fk_visit_parcel_id")),
        sa.ForeignKeyConstraint(["patrol_id"], ["patrol.id"], name=op.f("fk_visit_patrol_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
        sa.UniqueConstraint("client_uuid", name=op.f("uq_visit_client_uuid")),
    )
    op.create_geospatial_index(
        "idx_visit_place", "visit", ["place"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_index("ix_visit_parcel_id_came_at", "visit", ["parcel_id", "came_at"], unique=False)
    op.create_index(op.f("ix_visit_patrol_id"), "visit", ["patrol_id"], unique=False)
    op.create_table(
        "observation_change",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("client_uuid", sa.Uuid(), nullable=True),
        sa.Column("observation_id", sa.BigInteger(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("was", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("now", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("made_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["observation_id"], ["observation.id"], name=op.f("fk_observation_change_observation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_observation_change")),
        sa.UniqueConstraint("client_uuid", "field", name=op.f("uq_observation_change_client_uuid_field")),
    )
    op.create_index(
        op.f("ix_observation_change_observation_id"), "observation_change", ["observation_id"], unique=False
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_field_conflict_record_uuid"), table_name="field_conflict")
    op.drop_index("ix_field_conflict_open", table_name="field_conflict", postgresql_where=sa.text("state = 'open'"))
    op.drop_table("field_conflict")
    op.drop_index(op.f("ix_observation_change_observation_id"), table_name="observation_change")
    op.drop_table("observation_change")
    op.drop_index(op.f("ix_visit_patrol_id"), table_name="visit")
    op.drop_index("ix_visit_parcel_id_came_at", table_name="visit")
    op.drop_geospatial_index("idx_visit_place", table_name="visit", postgresql_using="gist", column_name="place")
    op.drop_geospatial_table("visit")
    op.drop_index("ix_track_part_patrol_id_began_at", table_name="track_part")
    op.drop_geospatial_index(
        "idx_track_part_geom", table_name="track_part", postgresql_using="gist", column_name="geom"
    )
    op.drop_geospatial_table("track_part")
    op.drop_table("patrol_flag")
    op.drop_index(op.f("ix_patrol_coverage_parcel_id"), table_name="patrol_coverage")
    op.drop_table("patrol_coverage")
    op.drop_index(op.f("ix_observation_patrol_id"), table_name="observation")
    op.drop_index("ix_observation_parcel_id_seen_at", table_name="observation")
    op.drop_index("ix_observation_area_id_seen_at", table_name="observation")
    op.drop_geospatial_index(
        "idx_observation_geom", table_name="observation", postgresql_using="gist", column_name="geom"
    )
    op.drop_geospatial_table("observation")
    op.drop_index("ix_field_photo_sha256", table_name="field_photo")
    op.drop_index(op.f("ix_field_photo_record_uuid"), table_name="field_photo")
    op.drop_index(op.f("ix_field_photo_patrol_id"), table_name="field_photo")
    op.drop_geospatial_index(
        "idx_field_photo_place", table_name="field_photo", postgresql_using="gist", column_name="place"
    )
    op.drop_geospatial_table("field_photo")
    op.drop_index(op.f("ix_patrol_task_parcel_parcel_id"), table_name="patrol_task_parcel")
    op.drop_table("patrol_task_parcel")
    op.drop_index("ix_patrol_unit_id_started_at", table_name="patrol")
    op.drop_index(op.f("ix_patrol_task_id"), table_name="patrol")
    op.drop_index("ix_patrol_inspector_id_started_at", table_name="patrol")
    op.drop_index("ix_patrol_area_id_started_at", table_name="patrol")
    op.drop_table("patrol")
    op.drop_index("ix_patrol_task_unit_id_due_on", table_name="patrol_task")
    op.drop_index("ix_patrol_task_assignee_id_state", table_name="patrol_task")
    op.drop_index("ix_patrol_task_area_id_due_on", table_name="patrol_task")
    op.drop_table("patrol_task")
    op.drop_index("ix_inbox_record_patrol_uuid", table_name="inbox_record")
    op.drop_index("ix_inbox_record_held", table_name="inbox_record", postgresql_where=sa.text("verdict = 'held'"))
    op.drop_index("ix_inbox_record_by_id_received_at", table_name="inbox_record")
    op.drop_table("inbox_record")
    op.drop_table("field_upload")
    op.drop_table("field_device")
    op.drop_table("patrol_plan")
