"""Migration 5: payments."""

from __future__ import annotations

from graph_schema.migrations.step import Migration

M0005 = Migration(
    5,
    "Payments",
    ("CREATE CONSTRAINT payment_id_unique IF NOT EXISTS FOR (n:Payment) REQUIRE n.id IS UNIQUE",),
)
