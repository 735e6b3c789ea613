"""Limits of how often and how much."""
