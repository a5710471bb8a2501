"""Refused rows keep keyed hashes of their cells: they are found when their author asks for erasure."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; the rows refused until now have no marks before they are read again."""
    op.add_column("quarantine", sa.Column("marks", sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    """Drop it."""
    with op.batch_alter_table("quarantine") as table:
        table.drop_column("marks")
