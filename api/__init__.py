"""GraphQL and the pages around it: parse, call, present. No rules, no transactions, no SQL."""
