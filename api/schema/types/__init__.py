"""GraphQL types, one file each: what a row shows, and where its relations are loaded from."""
