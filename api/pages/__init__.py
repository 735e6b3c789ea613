"""Web pages and files beside the API."""
