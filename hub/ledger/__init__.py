"""The ledger: what happened, in an append-only table that an outsider can verify. Only SQL lives here."""
