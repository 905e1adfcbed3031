"""How many parcels lie in each square of the low zooms

Revision 0040, after 0039. The triggers that keep the counts true, and the first filling, are in `objects/140_parcel_squares.sql`.
"""

from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

VALUES = {
    "supply_status": "not_planned planned announced supplied withdrawn",
    "use_status": "idle temporary_use occupied planted stockpile parking construction",
    "fence_status": "full partial none damaged not_required unknown",
    "survey_status": "not_required pending desk_done geophysics_done drilling lab reported approved resurvey",
    "disposal_status": "not_listed proposed planned scheme_review approved procurement preparing excavating removing base_inspection backfilling acceptance audited closed_out suspended hazard_found",
    "handover_status": "not_planned listed prepared consulted inspection issues signing handed_over returned transferred_again supplied",
}
"""The values of the status axes; a column of counts for each."""


def upgrade() -> None:
    op.execute("create schema if not exists layer")  # in a new database the objects, which make it, come later
    counts = ", ".join(f"{axis}_{value} int" for axis, values in VALUES.items() for value in values.split())
    op.execute(f"""
        create table layer.parcel_square (
            grid text not null check (grid in ('mercator', 'degrees')),
            level smallint not null check (level between 6 and 15),
            seen_by text not null check (seen_by in ('all', 'area', 'unit', 'published')),
            seen_id bigint not null,
            x int not null,
            y int not null,
            n int not null,
            {counts},
            primary key (grid, level, seen_by, seen_id, x, y))""")
    axes = ", ".join(f"{axis} text not null" for axis in VALUES)
    op.execute(f"""
        create table layer.parcel_square_change (
            x_mercator int not null,
            y_mercator int not null,
            x_degrees int not null,
            y_degrees int not null,
            area_id bigint,
            custodian_unit_id bigint,
            is_published boolean not null,
            {axes},
            n int not null)""")


def downgrade() -> None:
    for event in ("insert", "update", "delete"):
        op.execute(f"drop trigger if exists y_squares_{event} on parcel")
    op.execute("drop table layer.parcel_square_change, layer.parcel_square")
    op.execute("""
        drop function if exists parcel_squares_told(), fill_parcel_squares(), fold_parcel_squares(), parcel_squares_amiss(), squares_of(geometry)
    """)
