"""The graph's schema as data; from it come constraints, the schema page, query checks and masks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from graph_schema.migrations import MIGRATIONS, Migration
from graph_schema.nodes import NODES
from graph_schema.notation import Constraint, Index, Node, Property, PropertyType, Relationship, Sensitivity
from graph_schema.relationships import RELATIONSHIPS

__all__ = [
    "LABELS",
    "MIGRATIONS",
    "NODES",
    "RELATIONSHIPS",
    "Constraint",
    "Index",
    "Migration",
    "Node",
    "Property",
    "PropertyType",
    "Relationship",
    "Sensitivity",
    "find_property",
    "sensitivity",
    "visibility_label",
    "visibility_until",
]

LABELS: Mapping[str, Node] = MappingProxyType({node.label: node for node in NODES})
"""Each node of the schema by its label."""

_AGENCY = re.compile(r"[a-z0-9_]+")


def sensitivity(label: str, property: str) -> Sensitivity:  # noqa: A002 - the schema's own word
    """The class of one property of a label. KeyError when the schema has no such label or property."""
    return find_property(label, property).sensitivity


def find_property(label: str, name: str) -> Property:
    """One property of a label, also one that agencies have each (`vis_dinsos_until`).

    KeyError when the schema has no such label or property: what is not described is not read.
    """
    node = LABELS[label]
    for each in node.properties:
        if each.name == name:
            return each
    for each in node.per_agency:
        before, after = each.name.split("{agency}")
        if re.fullmatch(f"{re.escape(before)}{_AGENCY.pattern}{re.escape(after)}", name):
            return each
    raise KeyError(f"{label}.{name}")


def visibility_label(agency: str) -> str:
    """The label of persons whom this agency has, or lately had, enrolled. ValueError on a malformed code."""
    return f"Vis_{_checked(agency)}"


def visibility_until(agency: str) -> str:
    """The date property beside that label. ValueError on a malformed code."""
    return f"vis_{_checked(agency)}_until"


def _checked(agency: str) -> str:
    # The code becomes part of a Cypher text, where parameters can't stand.
    if not _AGENCY.fullmatch(agency):
        raise ValueError(f"not an agency code: {agency!r}")
    return agency
