"""One operation, one function, one file, one transaction: authority, lock, facts, refusals, writes, event."""
