"""An index of what takes a verdict back: whether one stands is asked of each, again and again."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create it."""
    op.create_index("ix_verdicts_undoes", "verdicts", ["undoes"])


def downgrade() -> None:
    """Drop it."""
    op.drop_index("ix_verdicts_undoes", "verdicts")
