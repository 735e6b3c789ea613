"""The numbers of the database's advisory locks, each held by one process at a time until its transaction ends.

Nothing else may lock them in the same database.
"""

MIGRATING = 7_236_041
MAKING_DELIVERIES = 7_236_042
KEEPING_TOTALS = 7_236_043
KEEPING_SEARCH_ENTRIES = 7_236_044
