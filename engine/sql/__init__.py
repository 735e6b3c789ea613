"""Planned reads: from a document to one SQL statement, and one function that makes the answer of its row."""
