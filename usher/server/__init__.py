"""Serving: the processes, their protocols, and what they are made of."""
