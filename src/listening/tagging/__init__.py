"""Engines that read sentiment and themes in texts, all behind one protocol."""
