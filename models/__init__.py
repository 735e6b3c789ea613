"""The business: tables, operations, errors, events, authority, migrations. Knows no HTTP, GraphQL or SMTP."""
