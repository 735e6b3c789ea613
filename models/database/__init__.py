"""The database: connections, transactions, statements, and what it needs to be."""
