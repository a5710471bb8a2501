"""Readers of what customers wrote: survey exports, forums, social networks, any table."""
