"""Figures of what customers write: themes, sentiment, scores, with their intervals, and quotes."""
