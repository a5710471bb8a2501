"""What flows and commands call: ingest, tag, summarise, publish.

Each step asks the store what is missing, does it in batches, and commits each batch; a step killed at any point and
started again loses nothing and does nothing twice.
"""
