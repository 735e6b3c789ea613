"""Running queries: by one SQL statement, or breadth first over the resolvers of the schema."""
