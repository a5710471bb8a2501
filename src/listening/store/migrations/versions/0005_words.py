"""What a source or a person wrote has no length of ours: PostgreSQL would refuse a long one."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

LENGTHS = {
    "verbatims": {
        "source": 80,
        "external_id": 200,
        "brand": 80,
        "thread": 200,
        "parent": 200,
        "repost_of": 200,
        "wave": 40,
    },
    "readings": {"model": 80, "codebook": 80},
    "tags": {"model": 80, "codebook": 80, "code": 80},
    "runs": {"step": 40, "model": 80, "codebook": 80},
    "quarantine": {"source": 80, "row": 200},
    "cursors": {"source": 80},
    "queue": {"code": 80, "source": 80},
    "verdicts": {"codebook": 80, "model": 80},
    "audit": {"actor": 80, "action": 40, "subject": 200},
    "tombstones": {"why": 40},
    "codebooks": {"reference": 80},
}


def upgrade() -> None:
    """Take the lengths away."""
    for name, columns in LENGTHS.items():
        with op.batch_alter_table(name) as table:
            for column, length in columns.items():
                table.alter_column(column, existing_type=sa.String(length), type_=sa.Text())


def downgrade() -> None:
    """Put them back."""
    for name, columns in LENGTHS.items():
        with op.batch_alter_table(name) as table:
            for column, length in columns.items():
                table.alter_column(column, existing_type=sa.Text(), type_=sa.String(length))
