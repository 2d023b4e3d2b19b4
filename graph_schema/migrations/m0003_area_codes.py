"""Migration 3: areas by code."""

from __future__ import annotations

from graph_schema.migrations.step import Migration

M0003 = Migration(
    3,
    "Areas by code",
    ("CREATE INDEX area_code IF NOT EXISTS FOR (n:Area) ON (n.code)",),
)
