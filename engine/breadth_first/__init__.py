"""Breadth-first execution of operations without a plan: compiled once, run one level of the response at a time."""
