"""Migration 4: households."""

from __future__ import annotations

from graph_schema.migrations.step import Migration

M0004 = Migration(
    4,
    "Households",
    (
        "CREATE CONSTRAINT household_id_unique IF NOT EXISTS FOR (n:Household) REQUIRE n.id IS UNIQUE",
        "CREATE INDEX household_kelurahan_id IF NOT EXISTS FOR (n:Household) ON (n.kelurahan, n.id)",
    ),
)
