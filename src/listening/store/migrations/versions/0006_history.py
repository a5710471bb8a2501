"""What runs replace is kept: former states of verbatims and of groups, so that a report can be made again."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "former_verbatims",
        sa.Column("version", sa.String(20), primary_key=True),
        sa.Column("ended_by", sa.String(20), primary_key=True),
        sa.Column("channel", sa.String(10), nullable=False),
        sa.Column("language", sa.String(8)),
        sa.Column("created_at", sa.DateTime()),
        sa.Column("author", sa.String(64)),
        sa.Column("brand", sa.Text()),
        sa.Column("url", sa.Text()),
        sa.Column("thread", sa.Text()),
        sa.Column("parent", sa.Text()),
        sa.Column("repost_of", sa.Text()),
        sa.Column("flags", sa.JSON(), nullable=False),
        sa.Column("nps", sa.Integer()),
        sa.Column("csat", sa.Integer()),
        sa.Column("ces", sa.Integer()),
        sa.Column("stars", sa.Float()),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.Column("wave", sa.Text()),
        sa.Column("meta", sa.JSON(), nullable=False),
        sa.Column("run", sa.String(20), nullable=False),
    )
    op.create_table(
        "former_copies",
        sa.Column("version", sa.String(20), primary_key=True),
        sa.Column("ended_by", sa.String(20), primary_key=True),
        sa.Column("original", sa.String(20), nullable=False),
        sa.Column("run", sa.String(20), nullable=False),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("former_copies")
    op.drop_table("former_verbatims")
