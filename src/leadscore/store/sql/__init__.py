"""The live service's memory in SQL: SQLite by default, PostgreSQL in production."""
