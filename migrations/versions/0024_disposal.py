"""Disposal projects, carriers and sites, manifests with their flags, waivers by name, densities observed

Revision 0024, after 0023
"""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

from gis_service.core.srid import STORAGE_SRID

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

Moment = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "carrier_permit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("district_code", sa.Text(), nullable=False),
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("permit_no", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("created_at", Moment, server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by_name", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("btrim(carrier) <> '' and btrim(permit_no) <> ''", name=op.f("ck_carrier_permit_named")),
        sa.CheckConstraint("valid_until >= valid_from", name=op.f("ck_carrier_permit_valid")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carrier_permit")),
        sa.UniqueConstraint("district_code", "permit_no", name=op.f("uq_carrier_permit_district_code_permit_no")),
    )
    op.create_table(
        "disposal_site",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("district_code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.Column("licence_no", sa.Text(), nullable=True),
        sa.Column("licensed_from", sa.Date(), nullable=True),
        sa.Column("licensed_until", sa.Date(), nullable=True),
        sa.Column("accepts", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column(
            "place",
            Geometry(geometry_type="POINT", srid=STORAGE_SRID, dimension=2, spatial_index=False),
            nullable=False,
        ),
        sa.Column(
            "geom",
            Geometry(geometry_type="MULTIPOLYGON", srid=STORAGE_SRID, dimension=2, spatial_index=False),
            nullable=True,
        ),
        sa.Column("radius_m", sa.Integer(), server_default=sa.text("300"), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("created_at", Moment, server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by_name", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("btrim(name) <> ''", name=op.f("ck_disposal_site_name")),
        sa.CheckConstraint(
            "kind in ('landfill', 'recycling', 'backfill', 'transfer', 'incineration', 'industrial')",
            name=op.f("ck_disposal_site_kind"),
        ),
        sa.CheckConstraint(
            "geom is null or (st_isvalid(geom) and not st_isempty(geom))", name=op.f("ck_disposal_site_geom_valid")
        ),
        sa.CheckConstraint("radius_m between 10 and 5000", name=op.f("ck_disposal_site_radius")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disposal_site")),
        sa.UniqueConstraint("district_code", "name", name=op.f("uq_disposal_site_district_code_name")),
    )
    op.create_index("idx_disposal_site_geom", "disposal_site", ["geom"], unique=False, postgresql_using="gist")
    op.create_index("idx_disposal_site_place", "disposal_site", ["place"], unique=False, postgresql_using="gist")
    op.create_table(
        "carrier_truck",
        sa.Column("carrier_id", sa.BigInteger(), nullable=False),
        sa.Column("plate", sa.Text(), nullable=False),
        sa.Column("gross_limit_t", sa.Numeric(precision=6, scale=2), server_default=sa.text("31"), nullable=False),
        sa.CheckConstraint("gross_limit_t > 0", name=op.f("ck_carrier_truck_gross_limit")),
        sa.ForeignKeyConstraint(["carrier_id"], ["carrier_permit.id"], name=op.f("fk_carrier_truck_carrier_id")),
        sa.PrimaryKeyConstraint("carrier_id", "plate", name=op.f("pk_carrier_truck")),
    )
    op.create_table(
        "disposal",
        sa.Column("proceeding_id", sa.BigInteger(), nullable=False),
        sa.Column("waste_class", sa.Text(), nullable=False),
        sa.Column("other_classes", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("estimate_low_m3", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("estimate_best_m3", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("estimate_high_m3", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("estimate_id", sa.Text(), nullable=True),
        sa.Column("survey_no", sa.Text(), nullable=True),
        sa.Column("plan_year", sa.Integer(), nullable=True),
        sa.Column("batch", sa.Text(), nullable=True),
        sa.Column("budget_yuan", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("lead_unit_id", sa.BigInteger(), nullable=True),
        sa.Column("method", sa.Text(), nullable=True),
        sa.Column("planned_until", sa.Date(), nullable=True),
        sa.Column("approved_m3", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("approved_yuan", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("contractor", sa.Text(), nullable=True),
        sa.Column("contractor_unit_id", sa.BigInteger(), nullable=True),
        sa.Column("supervisor", sa.Text(), nullable=True),
        sa.Column("removal_from", sa.Date(), nullable=True),
        sa.Column("removal_until", sa.Date(), nullable=True),
        sa.Column("base_points", sa.Integer(), nullable=True),
        sa.Column("base_is_clean", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("measured_m3", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("audited_yuan", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("stopped_at", sa.Text(), nullable=True),
        sa.Column("hazard_settled", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("accepted_loads", sa.Integer(), nullable=True),
        sa.Column("accepted_net_t", sa.Numeric(precision=14, scale=3), nullable=True),
        sa.Column("accepted_loose_m3", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.CheckConstraint(
            "waste_class in ('excavated_soil', 'slurry', 'site_waste', 'demolition_waste', 'decoration_waste', 'domestic_waste', 'general_industrial', 'hazardous', 'sludge', 'green_waste', 'mixed', 'unknown')",
            name=op.f("ck_disposal_waste_class"),
        ),
        sa.CheckConstraint(
            "estimate_low_m3 <= estimate_best_m3 and estimate_best_m3 <= estimate_high_m3",
            name=op.f("ck_disposal_estimate"),
        ),
        sa.CheckConstraint("removal_until >= removal_from", name=op.f("ck_disposal_removal")),
        sa.ForeignKeyConstraint(["contractor_unit_id"], ["unit.id"], name=op.f("fk_disposal_contractor_unit_id")),
        sa.ForeignKeyConstraint(["lead_unit_id"], ["unit.id"], name=op.f("fk_disposal_lead_unit_id")),
        sa.ForeignKeyConstraint(["proceeding_id"], ["proceeding.id"], name=op.f("fk_disposal_proceeding_id")),
        sa.PrimaryKeyConstraint("proceeding_id", name=op.f("pk_disposal")),
    )
    op.create_index("ix_disposal_plan_year_batch", "disposal", ["plan_year", "batch"], unique=False)
    op.create_table(
        "parcel_waiver",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("parcel_id", sa.BigInteger(), nullable=False),
        sa.Column("proceeding_id", sa.BigInteger(), nullable=True),
        sa.Column("for_supply", sa.Boolean(), nullable=False),
        sa.Column("for_handover", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("measures", sa.Text(), server_default="", nullable=False),
        sa.Column("given_at", Moment, server_default=sa.text("now()"), nullable=False),
        sa.Column("given_by", sa.BigInteger(), nullable=True),
        sa.Column("given_by_name", sa.Text(), nullable=False),
        sa.Column("revoked_at", Moment, nullable=True),
        sa.Column("revoked_by_name", sa.Text(), nullable=True),
        sa.Column("revoked_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("btrim(reason) <> '' and btrim(given_by_name) <> ''", name=op.f("ck_parcel_waiver_by_name")),
        sa.CheckConstraint(
            "revoked_at is null or btrim(revoked_reason) <> ''", name=op.f("ck_parcel_waiver_revoked_why")
        ),
        sa.CheckConstraint("for_supply or for_handover", name=op.f("ck_parcel_waiver_for_something")),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcel.id"], name=op.f("fk_parcel_waiver_parcel_id")),
        sa.ForeignKeyConstraint(["proceeding_id"], ["proceeding.id"], name=op.f("fk_parcel_waiver_proceeding_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parcel_waiver")),
    )
    op.create_index("ix_parcel_waiver_parcel_id", "parcel_waiver", ["parcel_id"], unique=False)
    op.create_index("ix_parcel_waiver_proceeding_id", "parcel_waiver", ["proceeding_id"], unique=False)
    op.create_table(
        "density_observation",
        sa.Column("proceeding_id", sa.BigInteger(), nullable=False),
        sa.Column("waste_class", sa.Text(), nullable=False),
        sa.Column("loads", sa.Integer(), nullable=False),
        sa.Column("net_t", sa.Numeric(precision=14, scale=3), nullable=False),
        sa.Column("loose_m3", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("in_place_m3", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("t_per_m3_loose", sa.Numeric(precision=8, scale=4), nullable=True),
        sa.Column("t_per_m3_in_place", sa.Numeric(precision=8, scale=4), nullable=True),
        sa.Column("observed_on", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "waste_class in ('excavated_soil', 'slurry', 'site_waste', 'demolition_waste', 'decoration_waste', 'domestic_waste', 'general_industrial', 'hazardous', 'sludge', 'green_waste', 'mixed', 'unknown')",
            name=op.f("ck_density_observation_waste_class"),
        ),
        sa.CheckConstraint("loose_m3 > 0 and in_place_m3 > 0", name=op.f("ck_density_observation_volume")),
        sa.CheckConstraint("net_t > 0 and loads > 0", name=op.f("ck_density_observation_weighed")),
        sa.ForeignKeyConstraint(
            ["proceeding_id"], ["disposal.proceeding_id"], name=op.f("fk_density_observation_proceeding_id")
        ),
        sa.PrimaryKeyConstraint("proceeding_id", "waste_class", name=op.f("pk_density_observation")),
    )
    op.create_table(
        "disposal_carrier",
        sa.Column("proceeding_id", sa.BigInteger(), nullable=False),
        sa.Column("carrier_id", sa.BigInteger(), nullable=False),
        sa.Column("added_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("added_by_name", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["carrier_id"], ["carrier_permit.id"], name=op.f("fk_disposal_carrier_carrier_id")),
        sa.ForeignKeyConstraint(
            ["proceeding_id"], ["disposal.proceeding_id"], name=op.f("fk_disposal_carrier_proceeding_id")
        ),
        sa.PrimaryKeyConstraint("proceeding_id", "carrier_id", name=op.f("pk_disposal_carrier")),
    )
    op.create_index("ix_disposal_carrier_carrier_id", "disposal_carrier", ["carrier_id"], unique=False)
    op.create_table(
        "disposal_site_consent",
        sa.Column("proceeding_id", sa.BigInteger(), nullable=False),
        sa.Column("site_id", sa.BigInteger(), nullable=False),
        sa.Column("consented_on", sa.Date(), nullable=False),
        sa.Column("doc_no", sa.Text(), server_default="", nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("added_by_name", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["proceeding_id"], ["disposal.proceeding_id"], name=op.f("fk_disposal_site_consent_proceeding_id")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["disposal_site.id"], name=op.f("fk_disposal_site_consent_site_id")),
        sa.PrimaryKeyConstraint("proceeding_id", "site_id", name=op.f("pk_disposal_site_consent")),
    )
    op.create_index("ix_disposal_site_consent_site_id", "disposal_site_consent", ["site_id"], unique=False)
    op.create_table(
        "manifest",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("district_code", sa.Text(), nullable=False),
        sa.Column("manifest_no", sa.Text(), nullable=False),
        sa.Column("proceeding_id", sa.BigInteger(), nullable=False),
        sa.Column("parcel_id", sa.BigInteger(), nullable=True),
        sa.Column("waste_class", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("counts", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("is_excused", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("plate", sa.Text(), nullable=False),
        sa.Column("driver", sa.Text(), server_default="", nullable=False),
        sa.Column("carrier_id", sa.BigInteger(), nullable=True),
        sa.Column("carrier", sa.Text(), server_default="", nullable=False),
        sa.Column("loaded_m3", sa.Numeric(precision=6, scale=2), nullable=True),
        sa.Column("loaded_net_t", sa.Numeric(precision=7, scale=3), nullable=True),
        sa.Column("loaded_at", Moment, nullable=True),
        sa.Column("departed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "load_place",
            Geometry(geometry_type="POINT", srid=STORAGE_SRID, dimension=2, spatial_index=False),
            nullable=True,
        ),
        sa.Column("load_file_id", sa.BigInteger(), nullable=True),
        sa.Column("track_id", sa.Text(), nullable=True),
        sa.Column("site_id", sa.BigInteger(), nullable=True),
        sa.Column("unloaded_at", Moment, nullable=True),
        sa.Column(
            "unload_place",
            Geometry(geometry_type="POINT", srid=STORAGE_SRID, dimension=2, spatial_index=False),
            nullable=True,
        ),
        sa.Column("unload_file_id", sa.BigInteger(), nullable=True),
        sa.Column("gross_t", sa.Numeric(precision=7, scale=3), nullable=True),
        sa.Column("tare_t", sa.Numeric(precision=7, scale=3), nullable=True),
        sa.Column("net_t", sa.Numeric(precision=7, scale=3), nullable=True),
        sa.Column("ticket_no", sa.Text(), nullable=True),
        sa.Column("producer_confirmed", sa.Text(), server_default="", nullable=False),
        sa.Column("carrier_confirmed", sa.Text(), server_default="", nullable=False),
        sa.Column("receiver_confirmed", sa.Text(), server_default="", nullable=False),
        sa.Column("national_no", sa.Text(), nullable=True),
        sa.Column("remark", sa.Text(), server_default="", nullable=False),
        sa.Column("said_sha256", sa.Text(), nullable=False),
        sa.Column("file_sha256", sa.Text(), nullable=True),
        sa.Column("file_row", sa.Integer(), nullable=True),
        sa.Column("created_at", Moment, server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("created_by_name", sa.Text(), server_default="", nullable=False),
        sa.Column("received_by_name", sa.Text(), server_default="", nullable=False),
        sa.Column("voided_at", Moment, nullable=True),
        sa.Column("voided_by_name", sa.Text(), nullable=True),
        sa.Column("voided_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("(status = 'void') = (voided_at is not null)", name=op.f("ck_manifest_voided")),
        sa.CheckConstraint("btrim(manifest_no) <> '' and btrim(plate) <> ''", name=op.f("ck_manifest_named")),
        sa.CheckConstraint("status <> 'void' or not counts", name=op.f("ck_manifest_void_counts_not")),
        sa.CheckConstraint(
            "status in ('issued', 'loaded', 'in_transit', 'received', 'mismatch', 'void')",
            name=op.f("ck_manifest_status"),
        ),
        sa.CheckConstraint(
            "status not in ('received', 'mismatch') or unloaded_at is not null", name=op.f("ck_manifest_received_when")
        ),
        sa.CheckConstraint("voided_at is null or btrim(voided_reason) <> ''", name=op.f("ck_manifest_voided_why")),
        sa.CheckConstraint(
            "waste_class in ('excavated_soil', 'slurry', 'site_waste', 'demolition_waste', 'decoration_waste', 'domestic_waste', 'general_industrial', 'hazardous', 'sludge', 'green_waste', 'mixed', 'unknown')",
            name=op.f("ck_manifest_waste_class"),
        ),
        sa.CheckConstraint("loaded_m3 > 0 and loaded_m3 < 100", name=op.f("ck_manifest_loaded_m3")),
        sa.CheckConstraint(
            "loaded_net_t > 0 and gross_t > 0 and tare_t > 0 and net_t > 0", name=op.f("ck_manifest_weights")
        ),
        sa.ForeignKeyConstraint(["carrier_id"], ["carrier_permit.id"], name=op.f("fk_manifest_carrier_id")),
        sa.ForeignKeyConstraint(["file_sha256"], ["stored_file.sha256"], name=op.f("fk_manifest_file_sha256")),
        sa.ForeignKeyConstraint(["load_file_id"], ["proceeding_file.id"], name=op.f("fk_manifest_load_file_id")),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcel.id"], name=op.f("fk_manifest_parcel_id")),
        sa.ForeignKeyConstraint(["proceeding_id"], ["disposal.proceeding_id"], name=op.f("fk_manifest_proceeding_id")),
        sa.ForeignKeyConstraint(["site_id"], ["disposal_site.id"], name=op.f("fk_manifest_site_id")),
        sa.ForeignKeyConstraint(["unload_file_id"], ["proceeding_file.id"], name=op.f("fk_manifest_unload_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_manifest")),
    )
    op.create_index("idx_manifest_load_place", "manifest", ["load_place"], unique=False, postgresql_using="gist")
    op.create_index("idx_manifest_unload_place", "manifest", ["unload_place"], unique=False, postgresql_using="gist")
    op.create_index("ix_manifest_manifest_no", "manifest", ["manifest_no"], unique=False)
    op.create_index("ix_manifest_plate_loaded_at", "manifest", ["plate", "loaded_at"], unique=False)
    op.create_index("ix_manifest_proceeding_id_loaded_at", "manifest", ["proceeding_id", "loaded_at"], unique=False)
    op.create_index("ix_manifest_ticket_no", "manifest", ["ticket_no"], unique=False)
    op.create_index(
        "uq_manifest_no",
        "manifest",
        ["district_code", "manifest_no"],
        unique=True,
        postgresql_where=sa.text("counts and not is_excused"),
    )
    op.create_index(
        "uq_manifest_ticket",
        "manifest",
        ["site_id", "ticket_no"],
        unique=True,
        postgresql_where=sa.text("counts and not is_excused and ticket_no is not null"),
    )
    op.create_table(
        "manifest_flag",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("manifest_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("zh", sa.Text(), nullable=False),
        sa.Column("en", sa.Text(), nullable=False),
        sa.Column("raised_at", Moment, server_default=sa.text("now()"), nullable=False),
        sa.Column("lifted_at", Moment, nullable=True),
        sa.Column("verdict", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("decided_at", Moment, nullable=True),
        sa.Column("decided_by_name", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(verdict is null) = (decided_at is null) and (verdict is null or (btrim(decided_by_name) <> '' and btrim(reason) <> ''))",
            name=op.f("ck_manifest_flag_decided_by_name"),
        ),
        sa.CheckConstraint("level in ('error', 'warning')", name=op.f("ck_manifest_flag_level")),
        sa.CheckConstraint("verdict in ('stands', 'does_not_count')", name=op.f("ck_manifest_flag_verdict")),
        sa.ForeignKeyConstraint(["manifest_id"], ["manifest.id"], name=op.f("fk_manifest_flag_manifest_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_manifest_flag")),
        sa.UniqueConstraint("manifest_id", "code", name=op.f("uq_manifest_flag_manifest_id_code")),
    )
    op.create_table(
        "disposal_body",
        sa.Column("proceeding_id", sa.BigInteger(), nullable=False),
        sa.Column("waste_body_id", sa.BigInteger(), nullable=False),
        sa.Column("is_open", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.ForeignKeyConstraint(
            ["proceeding_id"], ["disposal.proceeding_id"], name=op.f("fk_disposal_body_proceeding_id")
        ),
        sa.ForeignKeyConstraint(["waste_body_id"], ["waste_body.id"], name=op.f("fk_disposal_body_waste_body_id")),
        sa.PrimaryKeyConstraint("proceeding_id", "waste_body_id", name=op.f("pk_disposal_body")),
    )
    op.create_index(
        "uq_disposal_body_open", "disposal_body", ["waste_body_id"], unique=True, postgresql_where=sa.text("is_open")
    )


def downgrade() -> None:
    op.execute("drop view if exists layer.disposal_site")
    op.execute("drop trigger if exists c_supply_waits on parcel")
    for table in (
        "disposal_body",
        "manifest_flag",
        "manifest",
        "disposal_site_consent",
        "disposal_carrier",
        "density_observation",
        "parcel_waiver",
        "disposal",
        "carrier_truck",
        "disposal_site",
        "carrier_permit",
    ):
        op.drop_table(table)
