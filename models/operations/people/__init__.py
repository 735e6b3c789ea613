"""Users, roles and domains."""
