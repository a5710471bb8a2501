"""What groups texts that repeat one another: the group of each version, its bands; an index of reposts."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables and the index."""
    op.create_table(
        "copies",
        sa.Column("version", sa.String(20), primary_key=True),
        sa.Column("original", sa.String(20), nullable=False, index=True),
        sa.Column("content", sa.String(20), index=True),
        sa.Column("method", sa.String(8), nullable=False),
        sa.Column("run", sa.String(20), nullable=False),
    )
    op.create_table(
        "copy_bands",
        sa.Column("band", sa.BigInteger(), primary_key=True),
        sa.Column("version", sa.String(20), primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_verbatims_repost_of", "verbatims", ["repost_of"])


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_verbatims_repost_of", "verbatims")
    op.drop_table("copy_bands")
    op.drop_table("copies")
