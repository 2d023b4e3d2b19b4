"""Migration 5: payments, searches and further orders."""

from __future__ import annotations

from graph_schema.migrations.m0005_searches import SEARCHES
from graph_schema.migrations.step import Migration

M0005 = Migration(
    5,
    "Payments, searches and further orders",
    (
        "CREATE CONSTRAINT payment_id_unique IF NOT EXISTS FOR (n:Payment) REQUIRE n.id IS UNIQUE",
        *SEARCHES,  # last: the graph is copied anew at their end
    ),
)
