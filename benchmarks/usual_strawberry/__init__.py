"""Strawberry and Tortoise as their guides show them, on Usher's tables: what most people would write."""
