"""Public code lists that the hub ships, each with its origin and licence (LICENSES.md beside them)."""
