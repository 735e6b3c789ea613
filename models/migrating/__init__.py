"""Changing the schema of the database while it is used."""
