"""French customer text made ready: clean, scrubbed of personal data, its language known, cut into segments."""
