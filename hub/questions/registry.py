"""The total table of questions: the action each needs, what it is about, and how it becomes a plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from hub.access.scope import Scope
from hub.questions import areas, households, model, nodes, people, programmes
from hub.questions.plan import Plan


@dataclass(frozen=True, slots=True)
class QuestionSpec:
    """A row of the table of questions."""

    action: str
    """`noun:verb`, as in the policy file and the GraphQL schema."""
    label: str
    personal: bool
    """Whether each answer is recorded before it leaves; others are as soon as they show somebody."""
    plan: Callable[[Any, Scope], Plan] | None = None
    """How it is put to the graph; None for what the ledger answers, or a statement of its own (hub.graph.asked)."""


QUESTIONS: Mapping[type, QuestionSpec] = MappingProxyType(
    {
        model.Viewer: QuestionSpec("viewer:read", "Viewer", personal=False),
        model.ApiSchema: QuestionSpec("schema:read", "Schema", personal=False),
        model.PersonById: QuestionSpec("person:read", "Person", True, people.person_by_id),
        model.PersonByNik: QuestionSpec("person:read", "Person", True, people.person_by_nik),
        model.PersonCheck: QuestionSpec("person:check", "Person", True),
        model.Persons: QuestionSpec("person:read", "Person", True, people.persons),
        model.PersonsByName: QuestionSpec("person:read", "Person", True, people.persons_by_name),
        model.HouseholdById: QuestionSpec("person:read", "Household", True, households.household_by_id),
        model.Households: QuestionSpec("person:read", "Household", True, households.households),
        model.FamilyCardByNumber: QuestionSpec(
            "person:read", "FamilyCard", True, households.family_card_by_number
        ),
        model.AreaByCode: QuestionSpec("area:read", "Area", False, areas.area_by_code),
        model.Agencies: QuestionSpec("agency:read", "Agency", False, programmes.agencies),
        model.Programmes: QuestionSpec("programme:read", "Programme", False, programmes.programmes),
        model.Enrolments: QuestionSpec("enrolment:read", "Enrolment", True, programmes.enrolments),
        model.NodeById: QuestionSpec("person:read", "Person", personal=True),
        model.FamilyCardById: QuestionSpec("person:read", "FamilyCard", True, nodes.by_id("FamilyCard")),
        model.AddressById: QuestionSpec("person:read", "Address", True, nodes.by_id("Address")),
        model.AreaById: QuestionSpec("area:read", "Area", False, nodes.by_id("Area")),
        model.AgencyById: QuestionSpec("agency:read", "Agency", False, nodes.by_id("Agency")),
        model.ProgrammeById: QuestionSpec("programme:read", "Programme", False, nodes.by_id("Programme")),
        model.EnrolmentById: QuestionSpec("enrolment:read", "Enrolment", True, nodes.by_id("Enrolment")),
        model.SourceRecordById: QuestionSpec(
            "person:read", "SourceRecord", True, nodes.by_id("SourceRecord")
        ),
        model.Overlaps: QuestionSpec("overlap:find", "Enrolment", True),
        model.OverlapRules: QuestionSpec("overlap:find", "Enrolment", personal=False),
        model.LedgerEntry: QuestionSpec("entry:read", "Entry", personal=False),
        model.LedgerEntries: QuestionSpec("entry:read", "Entry", personal=False),
        model.LedgerCheckpoint: QuestionSpec("ledger:prove", "Checkpoint", personal=False),
        model.InclusionProof: QuestionSpec("ledger:prove", "Checkpoint", personal=False),
        model.ConsistencyProof: QuestionSpec("ledger:prove", "Checkpoint", personal=False),
        model.Evidence: QuestionSpec("entry:prove", "Entry", personal=False),
        model.Lineage: QuestionSpec("lineage:read", "Lineage", personal=True),
        model.Disclosures: QuestionSpec("disclosure:read", "Disclosure", personal=True),
        model.SourceStatements: QuestionSpec("person:read", "SourceRecord", personal=True),
        model.ReleasePersons: QuestionSpec("person:read", "SourceRecord", personal=True),
        model.ReleaseHouseholds: QuestionSpec("person:read", "SourceRecord", personal=True),
        model.ReleaseRecords: QuestionSpec("release:read", "Release", personal=False),
        model.MatchRows: QuestionSpec("match:run", "Match", personal=False),
        model.MatchesKnown: QuestionSpec("match:run", "Match", personal=False),
        model.Stays: QuestionSpec("match:run", "Match", personal=False),
        model.HouseholdsKnown: QuestionSpec("match:run", "Match", personal=False),
        model.EntryRows: QuestionSpec("match:run", "Match", personal=False),
        model.RunningModel: QuestionSpec("match:run", "Match", personal=False),
        model.SurvivorshipInForce: QuestionSpec("survivorship:read", "SurvivorshipRules", personal=False),
        model.PersonsStanding: QuestionSpec("match:run", "Match", personal=False),
        model.MatchQueue: QuestionSpec("match:read", "Match", personal=True),
        model.MatchById: QuestionSpec("match:read", "Match", personal=True),
        model.PairExplained: QuestionSpec("match:read", "Match", personal=True),
        model.UnmatchedEntries: QuestionSpec("match:read", "Match", personal=True),
        model.RunningPolicy: QuestionSpec("policy:read", "Policy", personal=False),
        model.PolicyVersions: QuestionSpec("policy:read", "Policy", personal=False),
        model.AccessExplained: QuestionSpec("policy:explain", "Policy", personal=False),
        model.PolicySimulated: QuestionSpec("policy:simulate", "Policy", personal=True),
        model.Actors: QuestionSpec("actor:read", "Actor", personal=False),
        model.Releases: QuestionSpec("release:read", "Release", personal=False),
    }
)

ACTIONS: Mapping[type, str] = MappingProxyType({kind: spec.action for kind, spec in QUESTIONS.items()})
