"""The work queue's own tables, as procrastinate defines them, in the schema `jobs`

Revision 0002, after 0001
"""

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("create schema if not exists jobs")
    op.execute("set local search_path = jobs, public")
    op.get_bind().exec_driver_sql(SchemaManager.get_schema().replace("%", "%%"))
    op.execute("set local search_path = public")


def downgrade() -> None:
    op.execute("drop schema jobs cascade")
