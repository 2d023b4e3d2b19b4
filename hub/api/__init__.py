"""GraphQL over HTTP: translates to the two doors and back."""
