"""How the fields of each object are read from the graph: from a property, or over a relationship."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from graph_schema import PropertyType, find_property
from hub.domain.standard.codes import HEAD


@dataclass(frozen=True, slots=True)
class Value:
    """A field that is a property of the node."""

    property: str


@dataclass(frozen=True, slots=True)
class Codes:
    """A field that is a list of {system, code}: the node's codes in other systems, by property."""

    systems: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Link:
    """A field that is another object, or a list of them, over one relationship."""

    pattern: str
    """Path pattern over variables {n} and {m}."""
    label: str
    many: bool = False
    guard: str = ""
    """Property of this object that the link tells, e.g. a person's area tells the kelurahan."""
    only: tuple[str, str | None] | None = None
    """(property, value) that the other object must have, and that the asker must be allowed to see; None: any value."""
    order: str = "{m}.id"
    """What orders the other objects, or which of several is the one."""
    filters: tuple[str, ...] = ()
    """Names that the argument `filter` may hold."""
    owned: bool = False
    """True where the other object belongs to this person: row predicates see it through its persons."""


@dataclass(frozen=True, slots=True)
class Measures:
    """A field that is a list of single findings, taken from the paired lists of Assessment nodes.

    Each class of measures is shown or not by itself; register, release and date go with the finding.
    """

    patterns: tuple[str, ...]
    """Path patterns from {n} to an Assessment {m} and the Release {r} it was found in."""
    owned: bool = False
    """True where the findings belong to this person: row predicates see them through their persons."""
    classes: tuple[str, ...] = ("demographic", "welfare", "health")


@dataclass(frozen=True, slots=True)
class Values:
    """A field that is a list of golden values with the rows that they were chosen among."""

    fields: tuple[tuple[str, str, str], ...]
    """Name in the API, property of the person and of the relationship, name in the survivorship rules."""


@dataclass(frozen=True, slots=True)
class Trail:
    """A field that the ledger answers once the row is there: the entries about it. Open to whom its origin is."""


TRAIL = ("lineage:read", "Lineage")
"""Action and label that open trails."""
Field = Value | Codes | Link | Measures | Values | Trail
_GOLDEN = (
    "nik", "name", "sex", "born_on", "birthplace", "mother_name", "marital_status", "occupation", "education",
    "alive", "presence", "relation_to_head",
)  # fmt: skip


def _values(*names: str, **renamed: str) -> dict[str, Field]:
    found: dict[str, Field] = {name: Value(name) for name in names}
    return found | {name.rstrip("_"): Value(read) for name, read in renamed.items()}


FIELDS: Mapping[str, Mapping[str, Field]] = MappingProxyType(
    {
        "Person": _values(
            "id", "version", "nik", "name", "sex", "born_on", "born_year", "birthplace", "mother_name",
            "marital_status", "occupation", "education", "alive", "presence", "relation_to_head", "civil_registry",
            "confirmed_on", "civil_differs",
        )
        | {
            "values": Values((*((each, each, each) for each in _GOLDEN), ("area", "kelurahan", "address"))),
            "household": Link("({n})-[:MEMBER_OF]->({m}:Household)", "Household"),
            "family_cards": Link("({n})-[:LISTED_ON]->({m}:FamilyCard)", "FamilyCard", many=True, owned=True),
            "address": Link("({n})-[:LIVES_AT]->({m}:Address)", "Address", owned=True),
            "area": Link("({n})-[:DOMICILED_IN]->({m}:Area)", "Area", guard="kelurahan"),
            "enrolments": Link(
                "({n})<-[:FOR_PERSON]-({m}:Enrolment)", "Enrolment", many=True, owned=True,
                filters=("status", "programme"),
            ),
            "source_records": Link(
                "({n})-[:FORMED_FROM]->({m}:SourceRecord)", "SourceRecord", many=True, owned=True
            ),
            "assessments": Measures(
                (
                    "({n})-[:FORMED_FROM]->(:SourceRecord)-[:ASSESSED_AS]->({m}:Assessment)-[:FOUND_IN]->({r}:Release)",
                    "({n})-[:FORMED_FROM]->(:SourceRecord)-[{r}d:FROM_DWELLING]->(:SourceRecord)-[:ASSESSED_AS]->"
                    "({m}:Assessment)-[:FOUND_IN]->({r}:Release {{id: {r}d.release}})",
                ),
                owned=True,
            ),
            "history": Trail(),
        },
        "Household": _values("id", "version")
        | {
            "history": Trail(),
            # Whom a person named head may stand in the registers as something else.
            "head": Link("({n})-[:HEADED_BY]->({m}:Person)", "Person", only=("relation_to_head", None)),
            "members": Link("({n})<-[:MEMBER_OF]-({m}:Person)", "Person", many=True),
            "family_cards": Link("({n})-[:HOLDS]->({m}:FamilyCard)", "FamilyCard", many=True),
            "address": Link("({n})-[:HOUSED_AT]->({m}:Address)", "Address"),
            "area": Link("({n})-[:SITUATED_IN]->({m}:Area)", "Area", guard="kelurahan"),
            "enrolments": Link(
                "({n})<-[:FOR_HOUSEHOLD]-({m}:Enrolment)", "Enrolment", many=True, filters=("status", "programme")
            ),
            "source_records": Link("({n})-[:TOLD_BY]->({m}:SourceRecord)", "SourceRecord", many=True),
            "assessments": Measures(
                ("({n})-[:TOLD_BY]->(:SourceRecord)-[:ASSESSED_AS]->({m}:Assessment)-[:FOUND_IN]->({r}:Release)",)
            ),
        },
        "FamilyCard": _values("id", "version", "number")
        | {
            "head": Link(
                "({n})<-[:LISTED_ON]-({m}:Person)", "Person", only=("relation_to_head", HEAD)
            ),
            "persons": Link("({n})<-[:LISTED_ON]-({m}:Person)", "Person", many=True),
        },
        "Address": _values("id", "version", "text", "street", "number", "rt", "rw")
        | {"area": Link("({n})-[:IN_AREA]->({m}:Area)", "Area", guard="rw")},
        "Area": _values("id", "system", "code", "name", "level")
        | {
            "parent": Link("({n})-[:PART_OF]->({m}:Area)", "Area"),
            "children": Link("({n})<-[:PART_OF]-({m}:Area)", "Area", many=True, order="{m}.code"),
            "other_codes": Codes((("BPS", "bps_code"),)),
        },
        "Agency": _values("id", "code", "name")
        | {"programmes": Link("({n})<-[:RUN_BY]-({m}:Programme)", "Programme", many=True, order="{m}.code")},
        "Programme": _values(
            "id", "version", "code", "name", "unit", "funded_by", "needs", "quota", "max_decile", "min_age", "max_age"
        )
        | {"agency": Link("({n})-[:RUN_BY]->({m}:Agency)", "Agency")},
        "Enrolment": _values(
            "id", "version", "status", "reason", "periods", "proposed_on", "eligible_on", "suspended_on",
            "last_paid_on", from_="from_on", to="to_on",
        )
        | {
            "history": Trail(),
            "programme": Link("({n})-[:IN_PROGRAMME]->({m}:Programme)", "Programme"),
            "person": Link("({n})-[:FOR_PERSON]->({m}:Person)", "Person"),
            "household": Link("({n})-[:FOR_HOUSEHOLD]->({m}:Household)", "Household"),
            "family_card": Link("({n})-[:FOR_FAMILY_CARD]->({m}:FamilyCard)", "FamilyCard"),
            "payments": Link(
                "({n})-[:PAID_BY]->({m}:Payment)", "Payment", many=True, order="{m}.paid_on, {m}.id"
            ),
        },
        "Payment": _values("id", "paid_on", "amount", "period"),
        "SourceRecord": _values("id", "version", "register", "row_key", "taken_at")
        | {
            "release": Link(
                "({n})-[:IN_RELEASE]->({m}:Release {{status: 'CLOSED'}})", "Release",
                order="{m}.as_of DESC, {m}.id DESC",
            ),
            "person": Link("({n})<-[:FORMED_FROM]-({m}:Person)", "Person"),
        },
        "Release": _values(
            "id", "register", "label", "as_of", "status", "accepted", "repeated", "refused", "digest"
        ),
    }
)  # fmt: skip
"""Label → field (snake_case of the API) → how it is read."""

REQUIRED_LINKS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"Enrolment": ("programme",), "Programme": ("agency",), "SourceRecord": ("release",)}
)
"""Links that the API promises never to be null: where the other end may not be seen, this end is not either."""


def is_date(label: str, name: str) -> bool:
    """Whether a property holds a date, which answers give as ISO text."""
    return find_property(label, name).type is PropertyType.DATE


def camel(name: str) -> str:
    """The name of a field as the API writes it."""
    return re.sub(r"_([a-z])", lambda match: match[1].upper(), name)


@dataclass(frozen=True, slots=True)
class Node:
    """A pick with the parameter that its argument is bound to: what a plan is compiled from."""

    name: str
    key: str
    args: tuple[str, ...]
    slot: str
    below: tuple[Node, ...] = field(default=())


def numbered(shape: tuple[tuple[object, ...], ...]) -> tuple[Node, ...]:
    """The tree of a selection's shape; arguments are numbered a0, a1 … in the order of `selection.walk`."""
    return _numbered(shape, iter(range(1 << 30)))


def _numbered(shape: tuple[tuple[object, ...], ...], numbers: Iterator[int]) -> tuple[Node, ...]:
    nodes = []
    for name, key, args, below in shape:
        slot = f"a{next(numbers)}" if args else ""
        nodes.append(Node(name, key, args, slot, _numbered(below, numbers)))  # type: ignore[arg-type]  # shape() is loosely typed
    return tuple(nodes)
