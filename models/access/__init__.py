"""Viewers, their credentials and their rights."""
