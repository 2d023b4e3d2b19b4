"""Who may see and do what: Casbin rules compiled into scopes."""
