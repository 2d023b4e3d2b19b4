"""The words that rules may use: actions with their labels, treatments, and where each may stand."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from graph_schema import LABELS, Sensitivity, sensitivity

ACTIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "person:read": ("Person", "FamilyCard", "Address", "SourceRecord", "Assessment", "Household"),
        "person:check": ("Person",),
        "area:read": ("Area",),
        "agency:read": ("Agency",),
        "programme:read": ("Programme",),
        "enrolment:read": ("Enrolment", "Payment"),
        "release:read": ("Release",),
        "entry:read": ("Entry",),
        "entry:prove": ("Entry",),
        "disclosure:read": ("Disclosure",),
        "lineage:read": ("Lineage",),
        "ledger:prove": ("Checkpoint",),
        "viewer:read": ("Viewer",),
        "schema:read": ("Schema",),
        "enrolment:propose": ("Enrolment",),
        "enrolment:accept": ("Enrolment",),
        "enrolment:end": ("Enrolment",),
        "enrolment:refuse": ("Enrolment",),
        "enrolment:suspend": ("Enrolment",),
        "payment:record": ("Payment",),
        "overlap:find": ("Enrolment",),
        "overlap:rule": ("OverlapRules",),
        "enrolment:match": ("Enrolment",),
        "person:correct": ("Person",),
        "person:form": ("Person",),
        "household:form": ("Household",),
        "household:arrange": ("Household",),
        "model:adopt": ("MatchModel",),
        "survivorship:read": ("SurvivorshipRules",),
        "survivorship:set": ("SurvivorshipRules",),
        "match:read": ("Match",),
        "match:judge": ("Match",),
        "match:run": ("Match",),
        "programme:define": ("Programme",),
        "agency:define": ("Agency",),
        "area:list": ("Area",),
        "actor:read": ("Actor",),
        "actor:register": ("Actor",),
        "actor:suspend": ("Actor",),
        "role:grant": ("Actor",),
        "policy:read": ("Policy",),
        "policy:explain": ("Policy",),
        "policy:simulate": ("Policy",),
        "policy:propose": ("PolicyChange",),
        "policy:approve": ("PolicyChange",),
        "policy:adopt": ("Policy",),
        "release:open": ("Release",),
        "release:take": ("Release",),
        "release:close": ("Release",),
        "release:abandon": ("Release",),
    }
)
"""Each action → the labels that a rule on it may name; commands are about the label of their subject."""

READS: Mapping[str, str] = MappingProxyType(
    {label: action for action in ACTIONS if action.endswith(":read") for label in ACTIONS[action]}
)
"""Label → the action that opens its rows and fields."""

PERSONAL = frozenset({"Person", "Household", "FamilyCard", "Address", "Enrolment", "SourceRecord"})
"""Labels whose nodes are about living persons: every answer that holds one is recorded."""

_NUMBERS = frozenset({"nik", "number"})
_NAMES = frozenset({"name", "mother_name"})


class Treatment(StrEnum):
    """How much of a value is shown, from narrow to wide."""

    WITHHOLD = "withhold"
    PSEUDONYM = "pseudonym"
    INITIALS = "initials"
    PARTIAL = "partial"
    """Of a number, that there is one (hub/docs/decisions/0016)."""
    YEAR = "year"
    SHOW = "show"


WIDEST_FIRST: tuple[Treatment, ...] = tuple(reversed(Treatment))


def supported(label: str, property: str, treatment: Treatment) -> bool:  # noqa: A002 - the schema's word
    """Whether a value of this property can be given that treatment; what can't is refused, never shown."""
    match treatment:
        case Treatment.WITHHOLD | Treatment.SHOW:
            return True
        case Treatment.PARTIAL:
            return sensitivity(label, property) is Sensitivity.IDENTITY and property in _NUMBERS
        case Treatment.INITIALS:
            return label == "Person" and property in _NAMES
        case Treatment.YEAR:
            return label == "Person" and property == "born_on"
        case _:
            return False


def properties_of(action: str, obj: str) -> list[tuple[str, str]]:
    """The (label, property) pairs that `obj`, a class or a `Label.property`, stands for under an action."""
    labels = [label for label in ACTIONS[action] if label in LABELS]
    return [
        (label, each.name)
        for label in labels
        for each in LABELS[label].properties
        if obj in (each.sensitivity.value, f"{label}.{each.name}")
    ]
