"""Subscriptions over WebSockets and streams."""
