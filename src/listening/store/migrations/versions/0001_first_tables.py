"""First tables: verbatims, segments, readings, tags, runs, quarantine."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "verbatims",
        sa.Column("version", sa.String(20), primary_key=True),
        sa.Column("id", sa.String(20), nullable=False, index=True),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False, index=True),
        sa.Column("source", sa.String(80), nullable=False),
        sa.Column("channel", sa.String(10), nullable=False),
        sa.Column("external_id", sa.String(200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("question", sa.Text()),
        sa.Column("language", sa.String(8)),
        sa.Column("created_at", sa.DateTime()),
        sa.Column("author", sa.String(64)),
        sa.Column("brand", sa.String(80)),
        sa.Column("url", sa.Text()),
        sa.Column("thread", sa.String(200)),
        sa.Column("parent", sa.String(200)),
        sa.Column("nps", sa.Integer()),
        sa.Column("csat", sa.Integer()),
        sa.Column("ces", sa.Integer()),
        sa.Column("stars", sa.Float()),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.Column("wave", sa.String(40)),
        sa.Column("meta", sa.JSON(), nullable=False),
        sa.Column("run", sa.String(20), nullable=False),
    )
    op.create_index("verbatims_current", "verbatims", ["current", "language", "version"])
    op.create_table(
        "segments",
        sa.Column("version", sa.String(20), primary_key=True),
        sa.Column("rank", sa.Integer(), primary_key=True),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("stop", sa.Integer(), nullable=False),
    )
    op.create_table(
        "readings",
        sa.Column("version", sa.String(20), primary_key=True),
        sa.Column("model", sa.String(80), primary_key=True),
        sa.Column("codebook", sa.String(80), primary_key=True),
        sa.Column("negatif", sa.Float(), nullable=False),
        sa.Column("neutre", sa.Float(), nullable=False),
        sa.Column("positif", sa.Float(), nullable=False),
        sa.Column("run", sa.String(20), nullable=False),
    )
    op.create_table(
        "tags",
        sa.Column("version", sa.String(20), primary_key=True),
        sa.Column("model", sa.String(80), primary_key=True),
        sa.Column("codebook", sa.String(80), primary_key=True),
        sa.Column("code", sa.String(80), primary_key=True),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("polarity", sa.String(8), nullable=False),
        sa.Column("polarity_probability", sa.Float(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("stop", sa.Integer(), nullable=False),
        sa.Column("run", sa.String(20), nullable=False),
    )
    op.create_table(
        "runs",
        sa.Column("id", sa.String(20), primary_key=True),
        sa.Column("step", sa.String(40), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime()),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("model", sa.String(80)),
        sa.Column("codebook", sa.String(80)),
        sa.Column("configuration", sa.JSON(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("message", sa.Text()),
    )
    op.create_table(
        "quarantine",
        sa.Column("id", sa.String(20), primary_key=True),
        sa.Column("source", sa.String(80), nullable=False),
        sa.Column("row", sa.String(200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("run", sa.String(20), nullable=False),
    )


def downgrade() -> None:
    """Drop them."""
    for table in ("quarantine", "runs", "tags", "readings", "segments", "verbatims"):
        op.drop_table(table)
