"""Migration 2: assessments."""

from __future__ import annotations

from graph_schema.migrations.step import Migration

M0002 = Migration(
    2,
    "Assessments",
    ("CREATE CONSTRAINT assessment_id_unique IF NOT EXISTS FOR (n:Assessment) REQUIRE n.id IS UNIQUE",),
)
