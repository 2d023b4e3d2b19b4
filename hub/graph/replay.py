"""A few subjects of the graph as they were after some entry, made of their facts where and when they are asked for.

The same ops that Neo4j and the check read (hub.graph.ops). A relationship is found from the end whose facts tell it;
from the other end, look-ups name who may stand there, and their own facts decide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, Protocol

from hub.commands.tracing import living_at, naming
from hub.domain.facts import Fact, Json
from hub.graph.ops import Add, Drop, Op, Put, Tie
from hub.graph.project import ops_of

Key = tuple[str, str]
End = tuple[str, Mapping[str, Any]]
"""Id of the node at the other end, and what the relationship bears."""


class PastSource(Protocol):
    """Where facts up to some entry come from."""

    def facts(self, subjects: Iterable[str]) -> list[Fact]:
        """All facts about some subjects up to that entry that matter to the graph, in order, payloads opened."""

    def payloads(self, ids: Iterable[str]) -> Mapping[str, Json]:
        """Payloads of facts by id."""

    def find(self, space: str, value: str) -> tuple[str, ...]:
        """The subjects that a look-up names, today or formerly."""


class Replay:
    """Nodes and relationships after one entry. Not thread-safe: one instance an answer."""

    def __init__(self, source: PastSource) -> None:
        self._source = source
        self._loaded: set[str] = set()
        self._nodes: dict[Key, dict[str, Any]] = {}
        self._ties: dict[tuple[str, str, str], Tie] = {}
        self._adds: dict[tuple[str, str, str], dict[Add, None]] = {}
        self._into: dict[str, str] = {}

    def node(self, label: str, subject: str) -> Mapping[str, Any] | None:
        """The properties of a node; None where there was none."""
        self._load([subject])
        return self._nodes.get((label, subject))

    def became(self, subject: str) -> str:
        """Whom a subject had become by then: itself, unless it had been merged."""
        self._load([subject])
        while subject in self._into:
            subject = self._into[subject]
            self._load([subject])
        return subject

    def beside(self, label: str, subject: str, type_: str, along: bool, target: str) -> list[End]:
        """The nodes at the other end of a node's relationships of one type, `along` them or against."""
        if along and (label, type_) not in _TOLD_BY_TARGET:
            return self._told(label, subject, type_, target)
        if not along and (target, type_) in _TOLD_BY_TARGET:
            return self._told(label, subject, type_, target)
        found: list[End] = []
        candidates = _WAYS_BACK[type_](self, subject)
        self._load(candidates)
        for each in candidates:
            if (target, each) in self._nodes:
                ends = self._told(target, each, type_, label)
                found += [(each, bears) for to, bears in ends if to == subject]
        return found

    def _told(self, label: str, subject: str, type_: str, target: str) -> list[End]:
        """What the node's own facts tell."""
        self._load([subject])
        key = (label, subject, type_)
        ends: list[tuple[str, Mapping[str, Any]]] = []
        tie = self._ties.get(key)
        if tie is not None:
            ends += [(self._id(tie, each), bears) for each, bears in tie.ends]
        ends += [(add.to, dict(add.properties)) for add in self._adds.get(key, ())]
        self._load([to for to, _ in ends])
        return [(to, bears) for to, bears in ends if (target, to) in self._nodes]

    def _id(self, tie: Tie, value: str) -> str:
        if tie.target_key == "id":
            return value
        return next(iter(self._source.find(_CODES[tie.target], value)), "")

    def _load(self, subjects: Iterable[str]) -> None:
        new = [each for each in dict.fromkeys(subjects) if each and each not in self._loaded]
        if not new:
            return
        self._loaded.update(new)
        facts = self._source.facts(new)
        for fact in facts:
            if into := fact.ref("into"):
                self._into[fact.subject] = into
        for op in ops_of(facts, self._source.payloads):
            self._apply(op)

    def _apply(self, op: Op) -> None:
        key = (op.label, op.id)
        match op:
            case Put():
                # As in Neo4j, what is said of a node that is not there is said to nobody. What facts say of others,
                # until when an agency sees a person, is about rights: those are today's, and nobody reads it here.
                if op.fresh or key in self._nodes:
                    self._nodes.setdefault(key, {"id": op.id}).update(op.properties)
            case Tie():
                self._ties[(*key, op.type)] = op
            case Add():
                self._adds.setdefault((*key, op.type), {})[op] = None
            case Drop():
                self._nodes.pop(key, None)

    # -- ways back -----------------------------------------------------------------------------------------

    def look_up(self, space: str, value: str) -> list[str]:
        """Who may stand at the other end, by one look-up."""
        return list(self._source.find(space, value))

    def living(self, address: str) -> list[str]:
        """Persons who may live at an address."""
        dwellings = (each for fact in self._source.facts([address]) for each in fact.refs_as("dwelling"))
        return living_at(self._source.find, dict.fromkeys(dwellings))

    def naming(self, dwelling: str) -> list[str]:
        """Records that may name a dwelling."""
        return naming(self._source.find, [dwelling])


_TOLD_BY_TARGET = frozenset({("Person", "MEMBER_OF")})
"""Relationships, by the label they start at, that the facts of the node at their end tell."""
_WAYS_BACK: Mapping[str, Callable[[Replay, str], list[str]]] = MappingProxyType({
    "MEMBER_OF": lambda replay, person: replay.look_up("household_of", person),
    "FOR_PERSON": lambda replay, person: replay.look_up("enrolments_of", person),
    "FOR_HOUSEHOLD": lambda replay, household: replay.look_up("enrolments_of", household),
    "FORMED_FROM": lambda replay, record: replay.look_up("person_of", record),
    "LISTED_ON": lambda replay, card: replay.look_up("listed_on", card),
    "LIVES_AT": Replay.living,
    "FROM_DWELLING": Replay.naming,
})  # fmt: skip
"""Type of a relationship → who may stand at the end whose facts tell it."""
WAYS_BACK = frozenset(_WAYS_BACK)
_CODES: Mapping[str, str] = MappingProxyType(
    {"Area": "area:KEMENDAGRI", "Agency": "agency", "Programme": "programme"}
)
"""Labels that others name by code → the look-up that finds them."""
