"""Schema history. 0001 was written by Tortoise from the tables; every constraint is in hand-written SQL.

Tortoise's own `Meta.constraints` never reach the database, so the tables declare none; a test reads the
database's catalogue and compares.
"""
