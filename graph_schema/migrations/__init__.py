"""The numbered steps by which a database comes to today's schema; a step is never changed once released."""

from __future__ import annotations

from graph_schema.migrations.m0001_first import M0001
from graph_schema.migrations.m0002_assessments import M0002
from graph_schema.migrations.m0003_area_codes import M0003
from graph_schema.migrations.m0004_households import M0004
from graph_schema.migrations.m0005_officers import M0005
from graph_schema.migrations.step import Migration

__all__ = ["MIGRATIONS", "Migration"]

MIGRATIONS: tuple[Migration, ...] = (M0001, M0002, M0003, M0004, M0005)
