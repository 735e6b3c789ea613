"""Accounts opened, sign-in links and sessions."""
