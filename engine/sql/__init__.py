"""Reads that are compiled once: from a document to one SQL statement and one function that shapes its answer."""
