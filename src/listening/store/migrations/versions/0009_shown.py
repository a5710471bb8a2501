"""What coders were shown, and how they sign in: what each saw of versions, open sessions, tries at the door."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# who gave a verdict that was not blind had seen what the engine or others said
SEEN_BEFORE = """
INSERT INTO shown (version, coder, at)
SELECT version, coder, min(at) FROM verdicts
WHERE NOT blind AND version IN (SELECT version FROM verbatims)
GROUP BY version, coder
"""


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "shown",
        sa.Column("version", sa.String(20), primary_key=True),
        sa.Column("coder", sa.String(80), primary_key=True),
        sa.Column("at", sa.DateTime(), nullable=False),
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("coder", sa.String(80), nullable=False, index=True),
        sa.Column("began", sa.DateTime(), nullable=False),
    )
    op.create_table(
        "attempts",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("account", sa.String(32), nullable=False),
        sa.Column("address", sa.String(32), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
    )
    op.execute(SEEN_BEFORE)


def downgrade() -> None:
    """Drop them."""
    for table in ("attempts", "sessions", "shown"):
        op.drop_table(table)
