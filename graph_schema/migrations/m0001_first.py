"""Migration 1: unique ids and codes, and the first indexes."""

from __future__ import annotations

from graph_schema.migrations.step import Migration

M0001 = Migration(
    1,
    "Unique ids and codes, and the first indexes",
    (
        "CREATE CONSTRAINT person_id_unique IF NOT EXISTS FOR (n:Person) REQUIRE n.id IS UNIQUE",
        "CREATE CONSTRAINT family_card_id_unique IF NOT EXISTS FOR (n:FamilyCard) REQUIRE n.id IS UNIQUE",
        "CREATE CONSTRAINT address_id_unique IF NOT EXISTS FOR (n:Address) REQUIRE n.id IS UNIQUE",
        "CREATE CONSTRAINT area_id_unique IF NOT EXISTS FOR (n:Area) REQUIRE n.id IS UNIQUE",
        (
            "CREATE CONSTRAINT area_system_code_unique IF NOT EXISTS "
            "FOR (n:Area) REQUIRE (n.system, n.code) IS UNIQUE"
        ),
        "CREATE CONSTRAINT agency_id_unique IF NOT EXISTS FOR (n:Agency) REQUIRE n.id IS UNIQUE",
        "CREATE CONSTRAINT agency_code_unique IF NOT EXISTS FOR (n:Agency) REQUIRE n.code IS UNIQUE",
        "CREATE CONSTRAINT programme_id_unique IF NOT EXISTS FOR (n:Programme) REQUIRE n.id IS UNIQUE",
        "CREATE CONSTRAINT programme_code_unique IF NOT EXISTS FOR (n:Programme) REQUIRE n.code IS UNIQUE",
        "CREATE CONSTRAINT enrolment_id_unique IF NOT EXISTS FOR (n:Enrolment) REQUIRE n.id IS UNIQUE",
        "CREATE CONSTRAINT source_record_id_unique IF NOT EXISTS FOR (n:SourceRecord) REQUIRE n.id IS UNIQUE",
        "CREATE CONSTRAINT release_id_unique IF NOT EXISTS FOR (n:Release) REQUIRE n.id IS UNIQUE",
        "CREATE CONSTRAINT ledger_head_id_unique IF NOT EXISTS FOR (n:LedgerHead) REQUIRE n.id IS UNIQUE",
        (
            "CREATE CONSTRAINT schema_version_id_unique IF NOT EXISTS "
            "FOR (n:SchemaVersion) REQUIRE n.id IS UNIQUE"
        ),
        "CREATE INDEX person_nik IF NOT EXISTS FOR (n:Person) ON (n.nik)",
        "CREATE INDEX person_kelurahan_sort_key IF NOT EXISTS FOR (n:Person) ON (n.kelurahan, n.sort_key)",
        "CREATE INDEX person_sort_key IF NOT EXISTS FOR (n:Person) ON (n.sort_key)",
        "CREATE INDEX person_born_on IF NOT EXISTS FOR (n:Person) ON (n.born_on)",
        "CREATE INDEX family_card_number IF NOT EXISTS FOR (n:FamilyCard) ON (n.number)",
        "CREATE INDEX area_bps_code IF NOT EXISTS FOR (n:Area) ON (n.bps_code)",
        "CREATE INDEX enrolment_status IF NOT EXISTS FOR (n:Enrolment) ON (n.status)",
        "CREATE INDEX source_record_row_key IF NOT EXISTS FOR (n:SourceRecord) ON (n.row_key)",
    ),
)
