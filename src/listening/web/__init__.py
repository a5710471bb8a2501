"""The pages where people code, compare and read verbatims, served from the store."""
