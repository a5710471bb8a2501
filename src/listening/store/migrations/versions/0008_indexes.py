"""Indexes of what pages and counts ask: the newest verbatims, of all or of a source, and the tags of a code."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

NULLS_FIRST = {"created_at": "timestamp_ops NULLS FIRST"}


def upgrade() -> None:
    """Create them."""
    newest = ["created_at", "version"]
    op.create_index("verbatims_newest", "verbatims", ["current", *newest], postgresql_ops=NULLS_FIRST)
    op.create_index("verbatims_source", "verbatims", ["current", "source", *newest], postgresql_ops=NULLS_FIRST)
    scores = ["probability", "polarity", "version"]
    op.create_index("tags_code", "tags", ["model", "codebook", "code", *scores])


def downgrade() -> None:
    """Drop them."""
    op.drop_index("tags_code", "tags")
    op.drop_index("verbatims_source", "verbatims")
    op.drop_index("verbatims_newest", "verbatims")
