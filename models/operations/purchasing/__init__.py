"""Carts, purchases and payments."""
