"""Background work after a change, outside any request."""
