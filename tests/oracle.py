"""An independent answer to any question: a graph in plain Python, and Casbin asked row by row, field by field."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from graph_schema import sensitivity
from hub.access.conditions import ALWAYS, NEVER, any_of
from hub.access.policy import Policy
from hub.access.predicates import Facing
from hub.access.vocabulary import Treatment
from hub.domain.facts import Grant, Standing
from hub.domain.selection import Pick, Selection
from hub.graph.select_conditions import carries, gate, usable

Node = dict[str, Any]
Fits = Callable[[Node], bool]
STARS = "*" * 16
HEAD = "KEPALA KELUARGA"
PERSONAL = {"Person", "Household", "FamilyCard", "Address", "Enrolment", "SourceRecord"}
ACTION = {
    "Person": "person:read", "Household": "person:read", "FamilyCard": "person:read", "Address": "person:read",
    "SourceRecord": "person:read", "Assessment": "person:read", "Enrolment": "enrolment:read",
    "Payment": "enrolment:read", "Area": "area:read",
    "Agency": "agency:read", "Programme": "programme:read", "Release": "release:read",
}  # fmt: skip
PROPERTIES: Mapping[str, tuple[str, ...]] = {
    "Person": (
        "id", "version", "nik", "name", "sex", "born_on", "born_year", "birthplace", "mother_name",
        "marital_status", "occupation", "education", "alive", "presence", "relation_to_head", "civil_registry",
        "confirmed_on", "civil_differs",
    ),
    "Household": ("id", "version"),
    "FamilyCard": ("id", "version", "number"),
    "Address": ("id", "version", "text", "street", "number", "rt", "rw"),
    "Area": ("id", "system", "code", "name", "level"),
    "Agency": ("id", "code", "name"),
    "Programme": (
        "id", "version", "code", "name", "unit", "funded_by", "needs", "quota", "max_decile", "min_age", "max_age",
    ),
    "Enrolment": (
        "id", "version", "status", "reason", "periods", "last_paid_on", "from", "to",
        "proposed_on", "eligible_on", "suspended_on",
    ),
    "Payment": ("id", "paid_on", "amount", "period"),
    "SourceRecord": ("id", "version", "register", "row_key", "taken_at"),
    "Release": ("id", "register", "label", "as_of", "status", "accepted", "repeated", "refused", "digest"),
}  # fmt: skip
STORED = {"from": "from_on", "to": "to_on"}
# field → (relationship, along it, label of the other end, whether many)
LINKS: Mapping[str, Mapping[str, tuple[str, bool, str, bool]]] = {
    "Person": {
        "household": ("MEMBER_OF", True, "Household", False),
        "family_cards": ("LISTED_ON", True, "FamilyCard", True),
        "address": ("LIVES_AT", True, "Address", False),
        "area": ("DOMICILED_IN", True, "Area", False),
        "enrolments": ("FOR_PERSON", False, "Enrolment", True),
        "source_records": ("FORMED_FROM", True, "SourceRecord", True),
    },
    "Household": {
        "head": ("HEADED_BY", True, "Person", False),
        "members": ("MEMBER_OF", False, "Person", True),
        "family_cards": ("HOLDS", True, "FamilyCard", True),
        "address": ("HOUSED_AT", True, "Address", False),
        "area": ("SITUATED_IN", True, "Area", False),
        "source_records": ("TOLD_BY", True, "SourceRecord", True),
        "enrolments": ("FOR_HOUSEHOLD", False, "Enrolment", True),
    },
    "FamilyCard": {
        "head": ("LISTED_ON", False, "Person", False),
        "persons": ("LISTED_ON", False, "Person", True),
    },
    "Address": {"area": ("IN_AREA", True, "Area", False)},
    "Area": {"parent": ("PART_OF", True, "Area", False), "children": ("PART_OF", False, "Area", True)},
    "Agency": {"programmes": ("RUN_BY", False, "Programme", True)},
    "Programme": {"agency": ("RUN_BY", True, "Agency", False)},
    "Enrolment": {
        "programme": ("IN_PROGRAMME", True, "Programme", False),
        "person": ("FOR_PERSON", True, "Person", False),
        "household": ("FOR_HOUSEHOLD", True, "Household", False),
        "family_card": ("FOR_FAMILY_CARD", True, "FamilyCard", False),
        "payments": ("PAID_BY", True, "Payment", True),
    },
    "Payment": {},
    "SourceRecord": {
        "release": ("IN_RELEASE", True, "Release", False),
        "person": ("FORMED_FROM", False, "Person", False),
    },
    "Release": {},
}
GOLDEN = (
    "nik", "name", "sex", "born_on", "birthplace", "mother_name", "marital_status", "occupation", "education",
    "alive", "presence", "relation_to_head", "area",
)  # fmt: skip
"""Golden values in the order of the answer; the area is stored as `kelurahan`, and ruled as `address`."""
HOLDERS = {
    "FamilyCard": ("LISTED_ON", False), "Address": ("LIVES_AT", False),
    "SourceRecord": ("FORMED_FROM", False), "Household": ("MEMBER_OF", False), "Enrolment": ("FOR_PERSON", True),
}  # fmt: skip
CLASSES = ("demographic", "welfare", "health")
NEEDED_FIELDS = {
    "Enrolment": ("status",), "SourceRecord": ("register",),
    "Release": ("register", "label", "status", "accepted", "repeated", "refused", "digest"),
}  # fmt: skip
NEEDED_LINKS = {"Enrolment": "programme", "Programme": "agency", "SourceRecord": "release"}
GUARDS = {
    ("Person", "area"): "kelurahan", ("Household", "area"): "kelurahan", ("Address", "area"): "rw",
}  # fmt: skip


@dataclass
class World:
    """A small graph: nodes with their label under ":", properties and, for persons, `vis` (agency → last day)."""

    nodes: dict[str, Node] = field(default_factory=dict)
    edges: list[tuple[str, str, str, Mapping[str, str]]] = field(default_factory=list)

    def add(self, label: str, id: str, /, **properties: Any) -> str:  # noqa: A002 - the graph's own word
        """Add a node and give its id back."""
        self.nodes[id] = {":": label, "id": id, **properties}
        return id

    def join(self, start: str, kind: str, end: str, **properties: str) -> None:
        """Add a relationship."""
        self.edges.append((start, kind, end, properties))

    def of(self, label: str) -> list[Node]:
        """All nodes of a label, by id."""
        return sorted((n for n in self.nodes.values() if n[":"] == label), key=lambda n: str(n["id"]))

    def beside(self, node: Node, kind: str, along: bool, label: str) -> list[Node]:
        """The nodes of a label at the other end of a node's relationships of one kind, by id."""
        ends = [
            end if along else start
            for start, name, end, _ in self.edges
            if name == kind and (start if along else end) == node["id"]
        ]
        return sorted((n for n in map(self.nodes.__getitem__, ends) if n[":"] == label), key=_id)


class Seat(NamedTuple):
    """As whom Casbin is asked; "" for no agency, no territory."""

    role: str
    agency: str
    territory: str


@dataclass
class Oracle:
    """What one actor must get for one purpose on one day."""

    policy: Policy
    standing: Standing
    purpose: str
    day: str
    world: World
    seen: set[str] = field(default_factory=set)
    """Ids of personal nodes in the answers given so far."""
    _enforcers: dict[Treatment, Any] = field(default_factory=dict)
    _memory: dict[Any, Any] = field(default_factory=dict)

    def find(
        self, label: str, selection: Selection, fits: Callable[[Node], bool] = lambda node: True
    ) -> list[Any]:
        """The visible nodes of a label that fit, in the order of their ids, as picked."""
        return [self.object(node, selection) for node in self.visible(label) if fits(node)]

    def visible(self, label: str) -> list[Node]:
        """The visible nodes of a label, by id."""
        return [node for node in self.world.of(label) if self.sees(node)]

    def sees(self, node: Node) -> bool:
        """Whether a node may be seen at all."""
        label = node[":"]
        if self._decide(node, (label,)) is not Treatment.SHOW:
            return False
        if any(self.treats(node, name) is not Treatment.SHOW for name in NEEDED_FIELDS.get(label, ())):
            return False
        link = NEEDED_LINKS.get(label)
        return link is None or any(map(self.sees, self._ends(node, link)))

    def treats(self, node: Node, name: str) -> Treatment:
        """The treatment of a property of a visible node."""
        label = node[":"]
        kind = sensitivity(label, name).value
        if kind == "open":
            return Treatment.SHOW
        objects = (kind, f"{label}.{name}")
        found = self._decide(node, objects) if self._opened(kind) else Treatment.WITHHOLD
        if (label, name) == ("Person", "born_year") and not self._denied(node, objects):
            dates = self.treats(node, "born_on")
            return Treatment.SHOW if dates in (Treatment.SHOW, Treatment.YEAR) else found
        return found

    def object(self, node: Node, selection: Selection) -> dict[str, Any]:
        """A visible node as picked."""
        label = node[":"]
        if label in PERSONAL:
            self.seen.add(node["id"])
        if label == "Enrolment":
            self.seen.add(node["person"])
        asked = {each.name for each in selection}
        return {each.key: self._picked(node, each, asked) for each in selection}

    def _picked(self, node: Node, each: Pick, asked: set[str]) -> Any:
        label = node[":"]
        if each.name == "withheld":
            entries = {"field": 0, "reason": 1}
            withheld = self._withheld(node, asked)
            return [{p.key: entry[entries[p.name]] for p in each.picks} for entry in withheld]
        if each.name == "assessments":
            return self._findings(node, each)
        if each.name == "values":
            return [self._golden(node, name, each) for name in GOLDEN if self._told(node, name)]
        if each.name == "other_codes":
            codes = {"system": "BPS", "code": node.get("bps_code")}
            return [{p.key: codes[p.name] for p in each.picks}] if codes["code"] is not None else []
        if each.name in PROPERTIES[label]:
            name = STORED.get(each.name, each.name)
            return treated(self.treats(node, name), node.get(name))
        return self._linked(node, each)

    def _told(self, node: Node, name: str) -> bool:
        """Whether a golden value is in the list: also one that is withheld, whether it is there or not."""
        stored = "kelurahan" if name == "area" else name
        return self.treats(node, stored) is not Treatment.SHOW or node.get(stored) is not None

    def _golden(self, node: Node, name: str, each: Pick) -> dict[str, Any]:
        stored, ruled = {"area": ("kelurahan", "address")}.get(name, (name, name))
        how, value = self.treats(node, stored), node.get(stored)
        shown = how is Treatment.SHOW
        decided = dict(zip(node.get("decided_fields", ()), node.get("decided_by", ()), strict=True))
        plain = {
            "field": _camel(name), "value": treated(how, None if value is None else _text(value)),
            "withheld": not shown, "rule": decided.get(ruled, "") if shown else "",
        }  # fmt: skip
        rows = self._weighed(node, stored) if shown else []
        golden: dict[str, Any] = {}
        for pick in each.picks:
            if pick.name == "evidence":
                golden[pick.key] = [
                    self.object(record, pick.picks) for record, said in rows if said == plain["value"]
                ]
            elif pick.name == "alternatives":
                others = [(record, said) for record, said in rows if said != plain["value"]]
                golden[pick.key] = [self._alternative(record, said, pick) for record, said in others]
            else:
                golden[pick.key] = plain[pick.name]
        return golden

    def _weighed(self, node: Node, stored: str) -> list[tuple[Node, str]]:
        """Visible records among which a value was chosen, with what they said of it."""
        said = [
            (self.world.nodes[end], bears[stored])
            for start, kind, end, bears in self.world.edges
            if kind == "CHOSEN_AMONG" and start == node["id"] and stored in bears
        ]
        return sorted(((r, _text(v)) for r, v in said if self.sees(r)), key=lambda row: _id(row[0]))

    def _alternative(self, record: Node, said: str, each: Pick) -> dict[str, Any]:
        return {p.key: said if p.name == "value" else self.object(record, p.picks) for p in each.picks}

    def _findings(self, owner: Node, each: Pick) -> list[dict[str, Any]]:
        """Single findings of a household's dwellings, or of a person's records and their dwellings, in order."""
        found = []
        for node, release in self._found(owner):
            for kind in CLASSES:
                if self.treats(node, f"{kind}_values") is Treatment.SHOW:
                    pairs = zip(node.get(f"{kind}_measures", ()), node.get(f"{kind}_values", ()), strict=True)
                    found += [(release["as_of"], release["label"], *pair, release) for pair in pairs]
        found.sort(key=lambda each: each[:4])
        return [
            {
                p.key: {
                    "register": release["register"], "release": release["label"], "measure": measure,
                    "value": value, "withheld": False, "assessed_on": release["as_of"],
                }[p.name]
                for p in each.picks
            }
            for _, _, measure, value, release in found
        ]  # fmt: skip

    def _found(self, owner: Node) -> Iterator[tuple[Node, Node]]:
        """Visible assessments with each finished release that found them, of a dwelling only those it was named in."""
        pairs = set()
        tie = LINKS[owner[":"]]["source_records"][0]
        for record in self.world.beside(owner, tie, True, "SourceRecord"):
            pairs |= self._pairs(record)
            for start, kind, end, bears in self.world.edges if owner[":"] == "Person" else ():
                if (start, kind) == (record["id"], "FROM_DWELLING"):
                    pairs |= {
                        each for each in self._pairs(self.world.nodes[end]) if each[1] == bears["release"]
                    }
        for found in sorted(pairs):
            node, release = map(self.world.nodes.__getitem__, found)
            if release["status"] == "CLOSED" and self.sees(node):
                yield node, release

    def _pairs(self, record: Node) -> set[tuple[str, str]]:
        """Ids of assessments of a record, each with that of a release that found it."""
        return {
            (node["id"], release["id"])
            for node in self.world.beside(record, "ASSESSED_AS", True, "Assessment")
            for release in self.world.beside(node, "FOUND_IN", True, "Release")
        }

    def _linked(self, node: Node, each: Pick) -> Any:
        many = LINKS[node[":"]][each.name][3]
        guard = GUARDS.get((node[":"], each.name))
        hidden = guard is not None and self.treats(node, guard) is not Treatment.SHOW
        ends = [] if hidden else [end for end in self._ends(node, each.name) if self.sees(end)]
        if each.name == "head":
            ends = [
                end for end in ends
                if (node[":"] == "Household" or end.get("relation_to_head") == HEAD)
                and self.treats(end, "relation_to_head") is Treatment.SHOW
            ]  # fmt: skip
        wanted = each.arguments.get("filter") or {}
        ends = [end for end in ends if self._fits(end, wanted)]
        if each.name == "release":
            ends.sort(key=lambda end: str(end["as_of"]), reverse=True)
        if each.name == "payments":
            ends.sort(key=lambda end: (str(end["paid_on"]), str(end["id"])))
        if each.name in ("children", "programmes"):
            ends.sort(key=lambda end: str(end["code"]))
        found = [self.object(end, each.picks) for end in (ends if many else ends[:1])]
        return found if many else next(iter(found), None)

    def _fits(self, enrolment: Node, wanted: Mapping[str, Any]) -> bool:
        if wanted.get("status") not in (None, enrolment.get("status")):
            return False
        codes = [end["code"] for end in self._ends(enrolment, "programme")] if wanted else []
        return wanted.get("programme") is None or wanted["programme"] in codes

    def _withheld(self, node: Node, asked: set[str]) -> Iterator[tuple[str, str]]:
        label = node[":"]
        for name in (each for each in PROPERTIES[label] if each in asked):
            how = self.treats(node, STORED.get(name, name))
            if how is not Treatment.SHOW:
                yield _camel(name), how.name
        for name, (*_, far, _) in LINKS[label].items():
            guard = GUARDS.get((label, name))
            hidden = guard is not None and self.treats(node, guard) is not Treatment.SHOW
            if name in asked and (hidden or self._never(far, "relation_to_head" if name == "head" else "")):
                yield _camel(name), "WITHHOLD"
        if (
            label in {"Person", "Household"}
            and "assessments" in asked
            and (how := self._assessed_for(label)) is not Treatment.SHOW
        ):
            yield "assessments", how.name

    def _assessed_for(self, label: str) -> Treatment:
        # By the compiled scope as well: which classes are shown whatever the row.
        scope = self.policy.scope(self.standing, self.purpose, self.day)
        shown = [
            any_of(c for how, c in scope.treatment("Assessment", f"{kind}_values") if how is Treatment.SHOW)
            for kind in CLASSES
        ]
        if gate(scope, "Assessment").closed or all(each == NEVER for each in shown):
            return Treatment.WITHHOLD
        # A household's findings are asked row by row: what opens it need not open them.
        have = scope.reads("Person") if label == "Person" else ALWAYS
        whole = all(each != NEVER and carries(have, each) for each in shown)
        return Treatment.SHOW if whole else Treatment.PARTIAL

    def _never(self, label: str, name: str) -> bool:
        # By the compiled scope, and only here: "for no row that could exist" is no question for Casbin.
        scope = self.policy.scope(self.standing, self.purpose, self.day)
        return gate(scope, label).closed or (name != "" and usable(scope, label, name) == NEVER)

    def _ends(self, node: Node, name: str) -> list[Node]:
        kind, along, label, _ = LINKS[node[":"]][name]
        ends = self.world.beside(node, kind, along, label)
        return [end for end in ends if end["status"] == "CLOSED"] if name == "release" else ends

    # -- asking Casbin

    def _grants(self) -> list[Grant]:
        return [g for g in self.standing.grants if g.starts_on <= self.day <= (g.ends_on or "9999")]

    def _opened(self, kind: str) -> bool:
        return kind in self.policy.book.purposes[self.purpose].classes

    def _decide(self, node: Node, objects: tuple[str, ...]) -> Treatment:
        key = (node["id"], objects)
        if key not in self._memory:
            self._memory[key] = self._widest(node, objects)
        found: Treatment = self._memory[key]
        return found

    def _widest(self, node: Node, objects: tuple[str, ...]) -> Treatment:
        if self.standing.suspended or self._denied(node, objects):
            return Treatment.WITHHOLD
        roles = self.policy.book.purposes[self.purpose].roles
        for treatment in reversed(Treatment):
            for grant in self._grants():
                agency = grant.agency or self.standing.agency
                if treatment is not Treatment.WITHHOLD and grant.role in roles:
                    asked = (
                        self._ask(treatment, Seat(grant.role, agency or "", grant.territory or ""), node, o)
                        for o in objects
                    )
                    if any(allowed for allowed, _ in asked):
                        return treatment
        return Treatment.WITHHOLD

    def _denied(self, node: Node, objects: tuple[str, ...]) -> bool:
        key = ("denied", node["id"], objects)
        if key not in self._memory:
            grants = self._grants()
            agencies = {None, self.standing.agency, *(g.agency for g in grants)}
            territories = {None, *(g.territory for g in grants)}
            self._memory[key] = any(
                self._ask(Treatment.WITHHOLD, Seat(role, agency or "", territory or ""), node, each)[1]
                for role in sorted({g.role for g in grants})
                for agency in agencies
                for territory in territories
                for each in objects
            )
        found: bool = self._memory[key]
        return found

    def _ask(self, how: Treatment, seat: Seat, node: Node, obj: str) -> tuple[bool, bool]:
        # (allowed, denied) by the rules that allow with just this treatment, and all denials.
        if how not in self._enforcers:
            self._enforcers[how] = self.policy.enforcer_oracle(how)
        facing = Facing(self._row(node), seat.territory or None, seat.agency or None, self.day)
        act = ACTION[node[":"]]
        allowed, why = self._enforcers[how].enforce_ex(seat.role, seat.agency, act, obj, self.purpose, facing)
        return allowed, bool(why) and why[-1] == "deny"

    def _row(self, node: Node) -> Node:
        label = node[":"]
        agency = {"Enrolment": "agency", "Payment": "agency", "Programme": "agency", "Agency": "code"}.get(
            label
        )
        row: Node = {"agency": node.get(agency) if agency else None}
        if label == "Person":
            row |= {"kelurahan": node.get("kelurahan"), "vis": node.get("vis", {})}
        if label == "Assessment":
            records = self.world.beside(node, "ASSESSED_AS", False, "SourceRecord")
            records += [
                s for r in records for s in self.world.beside(r, "FROM_DWELLING", False, "SourceRecord")
            ]
            persons = [p for r in records for p in self.world.beside(r, "FORMED_FROM", False, "Person")]
            row["persons"] = [self._row(each) for each in persons]
        if label in HOLDERS:
            kind, along = HOLDERS[label]
            row["persons"] = [self._row(each) for each in self.world.beside(node, kind, along, "Person")]
        if label == "SourceRecord":
            row["persons"] += [
                self._row(each) for each in self.world.beside(node, "CHOSEN_AMONG", False, "Person")
            ]
            for each in self.world.beside(node, "FROM_DWELLING", False, "SourceRecord"):
                persons = self.world.beside(each, "FORMED_FROM", False, "Person")
                row["persons"] += [self._row(person) for person in persons]
        if label == "Payment":
            paid = self.world.beside(node, "PAID_BY", False, "Enrolment")
            persons = [p for e in paid for p in self.world.beside(e, "FOR_PERSON", True, "Person")]
            row["persons"] = [self._row(person) for person in persons]
        if label == "Household":
            row["kelurahan"] = node.get("kelurahan")
        return row


def treated(how: Treatment, value: Any) -> Any:
    """A value as a treatment leaves it."""
    if value is None or how in (Treatment.WITHHOLD, Treatment.YEAR):
        return None
    if how is Treatment.PARTIAL:
        return STARS
    if how is Treatment.INITIALS:
        return " ".join(f"{word[0]}." for word in value.split(" ") if word) or None
    return value


def _text(value: Any) -> str:
    """A value as Cypher's toString gives it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)


def _id(node: Node) -> str:
    return str(node["id"])
