"""GraphQL documents: parsed, checked and measured once."""
