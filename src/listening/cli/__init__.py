"""The command line: `listening`."""
