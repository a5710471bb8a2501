"""What incremental sources need: cursors, deletions, reposts, flags."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns and the table."""
    op.add_column("verbatims", sa.Column("repost_of", sa.String(200)))
    op.add_column("verbatims", sa.Column("flags", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("verbatims", sa.Column("deleted_at", sa.DateTime()))
    op.create_table(
        "cursors",
        sa.Column("source", sa.String(80), primary_key=True),
        sa.Column("configuration", sa.String(20), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("run", sa.String(20), nullable=False),
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_table("cursors")
    with op.batch_alter_table("verbatims") as table:
        for column in ("deleted_at", "flags", "repost_of"):
            table.drop_column(column)
