"""The store: verbatims, segments, tags, runs and quarantine, in SQLite or PostgreSQL."""
