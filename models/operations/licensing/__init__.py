"""Licenses assigned, changed, transferred, removed and activated."""
