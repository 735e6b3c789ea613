"""Pages and files that are served beside the API."""
