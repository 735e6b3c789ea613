"""The ways in which a request is run."""
