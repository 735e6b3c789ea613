"""Credentials of requests, and the addresses that they come from."""
