"""Requests and responses of GraphQL over HTTP."""
