"""Where a value comes from, and what was decided from it: a graph of what facts say of each other, under scope.

A fact makes the next version of its subject: that version is an entity. The entry that holds the fact is an activity,
its actor and agency are agents (W3C PROV). Upstream lie the rows of registers, judgements and corrections a version was
made from; downstream what was made from it since.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from hub.access.conditions import NEVER
from hub.access.scope import Scope
from hub.access.vocabulary import READS
from hub.commands.reading import resolved
from hub.domain.errors import InvalidInput
from hub.domain.facts import Fact, Json, Subject
from hub.domain.kinds import KINDS, Log
from hub.ledger.answering import Cursors
from hub.ledger.lineage_steps import Step, Steps
from hub.ledger.lineage_views import EntityViews
from hub.ledger.store import Entry, Ledger
from hub.ledger.telling import Telling
from hub.questions import model
from hub.questions.model import Viewed

DEEPEST, MOST = 10, 400
_ROOTS = ("Person", "Household", "Enrolment", "SourceRecord")
TRACED = ("lineage:read", "Lineage")


@dataclass(slots=True)
class _Found:
    """The graph as it grows: nodes by id, edges once each."""

    nodes: dict[str, dict[str, Any]] = field(default_factory=dict)
    edges: dict[tuple[str, str, str, str], None] = field(default_factory=dict)
    truncated: bool = False


def lineage(ledger: Ledger, question: model.Lineage, scope: Scope, cursors: Cursors) -> Viewed:
    """The lineage of a subject, or of one golden value; None when there is none such, or not for this asker."""
    if not 0 <= question.depth <= DEEPEST:
        raise InvalidInput(f"Lineage is told to a depth of 0 to {DEEPEST}.", "Ask for less.")
    tracing = _Tracing(ledger, scope, question.field)
    root = resolved(tracing.history, question.subject)
    if root is None or root.type not in _ROOTS or not tracing.may(root):
        return Viewed(None, (), ())
    start = tracing.start(root)
    if question.field is not None and not start:
        raise InvalidInput(
            "No such value was chosen for this person.", "Name a field as `values` does, e.g. name."
        )
    tracing.walk(start, question.depth)
    from hub.ledger.lineage_prov import prov_json  # noqa: PLC0415 - its library takes long to load, and few ask

    nodes, edges = list(tracing.found.nodes.values()), tracing.edges()
    data = {
        "subject": root.id, "field": question.field, "truncated": tracing.found.truncated,
        "nodes": nodes, "edges": edges, "prov_json": prov_json(nodes, edges),
    }  # fmt: skip
    return Viewed(data, tuple(tracing.views.seen), tuple(tracing.views.withheld))


class _Tracing:
    """One walk, both ways, breadth first."""

    def __init__(self, ledger: Ledger, scope: Scope, wanted: str | None) -> None:
        self._ledger = ledger
        self._scope = scope
        self._field = wanted
        telling = Telling(ledger, scope)
        self._sight = telling.sight
        self.history = telling.sight.history
        self.steps = Steps(ledger, self.history, wanted)
        self.views = EntityViews(ledger, telling, self.steps, wanted)
        self.found = _Found()
        self._entries: dict[int, Entry] = {}

    def may(self, root: Subject) -> bool:
        """Whether a subject may be seen and traced by the asker."""
        return self._sight.sees(root.type, root.id) and self._sight.holds(
            self._scope.rows(*TRACED), root.type, root.id
        )

    def start(self, root: Subject) -> list[Fact]:
        """The versions a walk begins with: the one that chose the golden values, or the newest."""
        facts = self.steps.facts_of(root.id)
        if root.type != "Person":
            return facts[-1:] if self._field is None else []
        chosen = [each for each in facts if each.kind == "GoldenChosen"][-1:]
        name = "address" if self._field == "kelurahan" else self._field
        return [each for each in chosen if name is None or name in each.clear["chosen"]]

    def walk(self, start: Iterable[Fact], depth: int) -> None:
        """Upstream to what it was made from, then downstream to what was made of it."""
        start = list(start)
        for each in start:
            self._entity(each, 0)
        self._follow(start, depth, up=True)
        self._follow(start, depth, up=False)

    def edges(self) -> list[dict[str, Any]]:
        """Edges whose ends are both shown."""
        return [
            {"from": begin, "to": end, "relation": relation, "role": role or None}
            for begin, end, relation, role in self.found.edges
            if begin in self.found.nodes and end in self.found.nodes
        ]

    def _follow(self, start: list[Fact], depth: int, *, up: bool) -> None:
        level = start
        for distance in range(1, depth + 1):
            beyond: dict[str, Fact] = {}
            for fact in level:
                for step in self.steps.upstream(fact) if up else self.steps.downstream(fact):
                    if not self._visible(step.fact):
                        continue
                    new = entity_id(step.fact) not in self.found.nodes
                    if new and len(self.found.nodes) >= MOST:
                        self.found.truncated = True
                        continue
                    if new:
                        self._entity(step.fact, distance if up else -distance)
                        beyond[step.fact.id] = step.fact
                    self._edge(fact, step, up=up)
            level = list(beyond.values())

    def _edge(self, fact: Fact, step: Step, *, up: bool) -> None:
        made, of = (fact, step.fact) if up else (step.fact, fact)
        self.found.edges[entity_id(made), entity_id(of), step.relation, step.role] = None

    def _visible(self, fact: Fact) -> bool:
        label = KINDS[fact.kind].type
        if label == "Match":
            shown = self._scope.reads("Match") != NEVER
            return shown and all(self._sight.sees("SourceRecord", each) for _, each in fact.refs)
        if label == "MatchModel":
            return self._scope.reads("Match") != NEVER
        return label in READS and self._sight.sees(label, fact.subject)

    # -- nodes ---------------------------------------------------------------------------------------------

    def _entity(self, fact: Fact, distance: int) -> None:
        entry = self._entry(fact.seq)
        self.found.nodes[entity_id(fact)] = {
            "id": entity_id(fact), "kind": "ENTITY", "type": KINDS[fact.kind].type, "label": fact.kind,
            "subject": fact.subject, "version": fact.version, "seq": fact.seq, "recorded_at": entry.at,
            "distance": distance, **self.views.view(fact),
        }  # fmt: skip
        self._activity(entry, distance)
        self.found.edges[entity_id(fact), f"entry:{entry.seq}", "wasGeneratedBy", ""] = None

    def _activity(self, entry: Entry, distance: int) -> None:
        id_ = f"entry:{entry.seq}"
        if id_ in self.found.nodes:
            return
        details: dict[str, Json] = {
            "purpose": entry.purpose, "legal_basis": entry.basis, "policy_version": entry.policy_version,
            "leaf_hash": entry.leaf_hash.hex(),
        }  # fmt: skip
        self.found.nodes[id_] = _bare(id_, "ACTIVITY", "Entry", entry.action, distance) | {
            "seq": entry.seq, "recorded_at": entry.at, "details": details,
        }  # fmt: skip
        actor = f"actor:{entry.actor}"
        self._agent(actor, "Actor", self.views.actor(entry.actor), distance, entry.actor)
        self.found.edges[id_, actor, "wasAssociatedWith", ""] = None
        if entry.agency is not None:
            agency = f"agency:{entry.agency}"
            self._agent(agency, "Agency", entry.agency, distance, None)
            self.found.edges[actor, agency, "actedOnBehalfOf", ""] = None

    def _agent(self, id_: str, type_: str, label: str, distance: int, subject: str | None) -> None:
        if id_ not in self.found.nodes:
            self.found.nodes[id_] = _bare(id_, "AGENT", type_, label, distance) | {"subject": subject}

    def _entry(self, seq: int) -> Entry:
        if seq not in self._entries:
            self._entries[seq] = self._ledger.entry_alone(Log.CHANGES, seq)
        return self._entries[seq]


def entity_id(fact: Fact) -> str:
    """The id of the version that a fact made."""
    return f"{fact.subject}@{fact.version}"


def _bare(id_: str, kind: str, type_: str, label: str, distance: int) -> dict[str, Any]:
    return {
        "id": id_, "kind": kind, "type": type_, "label": label, "subject": None, "version": None, "seq": None,
        "recorded_at": None, "distance": distance, "details": {}, "withheld": [],
    }  # fmt: skip
