"""What review and lineage need: coders, queue, verdicts, audit, exports, tombstones, codebooks; the lineage of runs."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.add_column("runs", sa.Column("lineage", sa.JSON(), nullable=False, server_default="{}"))
    op.create_table(
        "coders",
        sa.Column("name", sa.String(80), primary_key=True),
        sa.Column("role", sa.String(8), nullable=False),
        sa.Column("password", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "queue",
        sa.Column("id", sa.String(20), primary_key=True),
        sa.Column("verbatim", sa.String(20), nullable=False, index=True),
        sa.Column("version", sa.String(20), nullable=False, index=True),
        sa.Column("reason", sa.String(12), nullable=False),
        sa.Column("code", sa.String(80)),
        sa.Column("source", sa.String(80), nullable=False),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("rank", sa.Float(), nullable=False),
        sa.Column("asked_by", sa.String(80)),
        sa.Column("closed_at", sa.DateTime()),
        sa.Column("run", sa.String(20), nullable=False),
    )
    op.create_table(
        "verdicts",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("verbatim", sa.String(20), nullable=False, index=True),
        sa.Column("version", sa.String(20), nullable=False, index=True),
        sa.Column("coder", sa.String(80), nullable=False, index=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("origin", sa.String(12), nullable=False),
        sa.Column("blind", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("sentiment", sa.String(8)),
        sa.Column("codes", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("codebook", sa.String(80), nullable=False),
        sa.Column("undoes", sa.String(32)),
        sa.Column("queue", sa.String(20)),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("model", sa.String(80)),
    )
    op.create_table(
        "audit",
        sa.Column("sequence", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("actor", sa.String(80), nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.create_table(
        "exports",
        sa.Column("id", sa.String(20), primary_key=True),
        sa.Column("run", sa.String(20)),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("versions", sa.JSON(), nullable=False),
    )
    op.create_table(
        "tombstones",
        sa.Column("place", sa.String(32), primary_key=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("why", sa.String(40), nullable=False),
    )
    op.create_table(
        "codebooks",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("reference", sa.String(80), nullable=False, index=True),
        sa.Column("content", sa.Text(), nullable=False),
    )
    op.create_index("queue_open", "queue", ["closed_at", "rank", "id"])


def downgrade() -> None:
    """Drop them."""
    for table in ("codebooks", "tombstones", "exports", "audit", "verdicts", "queue", "coders"):
        op.drop_table(table)
    with op.batch_alter_table("runs") as runs:
        runs.drop_column("lineage")
