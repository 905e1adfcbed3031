"""Past boundary points are asked for by parcel

Revision 0004, after 0003
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_boundary_point_version_parcel_id", "boundary_point_version", ["parcel_id"])


def downgrade() -> None:
    op.drop_index("ix_boundary_point_version_parcel_id", "boundary_point_version")
