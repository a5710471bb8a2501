"""Cards of current verbatims, by which pages find and count them; they are made at the first use."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "cells",
        sa.Column("id", sa.BigInteger(), autoincrement=False, primary_key=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("channel", sa.String(10), nullable=False),
        sa.Column("wave", sa.Text()),
        sa.Column("brand", sa.Text()),
        sa.Column("weight", sa.Float(), nullable=False),
    )
    op.create_table(
        "cards",
        sa.Column("moment", sa.BigInteger(), autoincrement=False),
        sa.Column("version", sa.String(20)),
        sa.Column("cell", sa.BigInteger(), nullable=False),
        sa.Column("flagged", sa.Boolean(), nullable=False),
        sa.Column("sentiment", sa.String(8)),
        sa.Column("tones", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("moment", "version", postgresql_include=["cell", "flagged", "sentiment", "tones"]),
        sqlite_with_rowid=False,
    )
    op.create_index("cards_version", "cards", ["version"], unique=True)
    op.create_table(
        "deck",
        sa.Column("id", sa.Integer(), autoincrement=False, primary_key=True),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("codebook", sa.Text(), nullable=False),
        sa.Column("thresholds", sa.JSON(), nullable=False),
        sa.Column("made", sa.String(20)),
    )


def downgrade() -> None:
    """Drop them."""
    for name in ("deck", "cards", "cells"):
        op.drop_table(name)
