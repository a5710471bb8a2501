"""Training and evaluation of the tagger."""
