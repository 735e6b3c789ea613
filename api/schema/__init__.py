"""The GraphQL schema: types, mutations, errors, and the context of their resolvers."""
