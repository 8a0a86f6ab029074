"""The OpenAPI document: what routes are told of themselves, and the shapes of what they take."""
