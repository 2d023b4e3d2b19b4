"""Migration 5, second part: searches and further orders, and what stands already is copied anew."""

from __future__ import annotations

_COPY_ANEW = """
MATCH (h:LedgerHead {id: 'changes'}) WHERE h.seq > 0
WITH h, CASE WHEN coalesce(h.whole_at, 0) > h.seq THEN h.whole_at ELSE h.seq END AS whole_at
SET h.whole_at = whole_at, h.seq = 0, h.emptying = true, h.build = randomUUID()
"""
"""Whoever follows the ledger next empties the graph and copies everything; until then it answers nothing."""

SEARCHES = (
    "CREATE INDEX person_kelurahan_born_key IF NOT EXISTS FOR (n:Person) ON (n.kelurahan, n.born_key)",
    "CREATE INDEX person_born_key IF NOT EXISTS FOR (n:Person) ON (n.born_key)",
    "CREATE INDEX household_area_key IF NOT EXISTS FOR (n:Household) ON (n.area_key)",
    "CREATE FULLTEXT INDEX person_search_key IF NOT EXISTS FOR (n:Person) ON EACH [n.search_key] "
    "OPTIONS {indexConfig: {`fulltext.analyzer`: 'whitespace'}}",
    _COPY_ANEW,
)
