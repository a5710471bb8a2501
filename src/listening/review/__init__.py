"""People and the tagger: what they should read, what they decided."""
