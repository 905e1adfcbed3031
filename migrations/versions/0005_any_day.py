"""The ends of a version's time as plain columns that indexes may use under row policies; since when a name or paper belongs

Revision 0005, after 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

VERSIONED = ("parcel", "boundary_point")


def upgrade() -> None:
    for table in VERSIONED:
        version = f"{table}_version"
        op.execute(
            f"""alter table {version}
                  add column valid_from timestamptz generated always as (lower(valid)) stored,
                  add column valid_to timestamptz generated always as (coalesce(upper(valid), 'infinity'::timestamptz)) stored"""
        )
        op.create_index(
            f"ix_{version}_geom_valid", version, ["geom", "valid_from", "valid_to"], postgresql_using="gist"
        )
        op.drop_index(f"idx_{version}_geom", version)
    op.create_index("ix_parcel_version_id_valid", "parcel_version", ["id", "valid_to", "valid_from"])
    op.create_index(
        "ix_parcel_version_valid_from",
        "parcel_version",
        ["valid_from", "id"],
        postgresql_include=["area_id", "custodian_unit_id", "is_published"],
    )
    op.create_index(
        "ix_parcel_version_valid",
        "parcel_version",
        ["valid"],
        postgresql_using="gist",
        postgresql_include=["id", "area_id", "custodian_unit_id", "is_published", "retired_on"],
    )
    _since()


def _since() -> None:
    """Names have been there since their parcel; papers since the first version that rests on them, else since their parcel."""
    op.execute(CLOCK)
    for table in ("parcel_alias", "parcel_document"):
        op.add_column(table, sa.Column("since", sa.TIMESTAMP(timezone=True), nullable=True))
    op.execute(
        "update parcel_alias a set since = (select min(v.valid_from) from parcel_version v where v.id = a.parcel_id)"
    )
    op.execute(
        """update parcel_document d set since = (
               select coalesce(min(v.valid_from) filter (where v.version_document_id = d.document_id), min(v.valid_from))
                 from parcel_version v where v.id = d.parcel_id)"""
    )
    for table in ("parcel_alias", "parcel_document"):
        op.execute(f"alter table {table} alter since set default version_clock(), alter since set not null")


CLOCK = """
    create or replace function version_clock() returns timestamptz language sql stable as $$
        select case when coalesce(current_setting('app.version_at', true), '') <> ''
                     and pg_has_role(session_user, 'gis_owner', 'member')
                    then current_setting('app.version_at')::timestamptz
                    else now() end
    $$"""
"""As in `objects/020_versions.sql`, which comes after the migrations; a default must find it."""


def downgrade() -> None:
    op.execute("drop view if exists layer.parcel_history, layer.boundary_point_history")
    for table in ("parcel_alias", "parcel_document"):
        op.drop_column(table, "since")
    for name in ("ix_parcel_version_id_valid", "ix_parcel_version_valid_from", "ix_parcel_version_valid"):
        op.drop_index(name, "parcel_version")
    for table in VERSIONED:
        version = f"{table}_version"
        op.drop_index(f"ix_{version}_geom_valid", version)
        op.execute(
            f"""alter table {version} drop constraint ex_{version}_valid,
                  add constraint ex_{version}_valid exclude using gist (id with =, valid with &&),
                  drop column valid_from, drop column valid_to"""
        )
        op.create_index(f"idx_{version}_geom", version, ["geom"], postgresql_using="gist")
