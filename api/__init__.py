"""GraphQL and what is served around it: parse, call, present. No rules, no transactions, no SQL."""
