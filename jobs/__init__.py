"""Background work: what happens after a change, outside any request."""
