"""What a fact does to the graph, as data: nodes put, relationships tied. Two readers: Neo4j, and the check."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any

from hub.domain.facts import Fact, Json
from hub.domain.golden import golden_value
from hub.domain.standard.searching import search_key


@dataclass(frozen=True, slots=True)
class Put:
    """Set properties of the node (label, id), making it when `fresh`; None takes a property away."""

    label: str
    id: str
    properties: Mapping[str, Any]
    fresh: bool = False
    marks: tuple[str, ...] = ()
    """Further labels it bears from now on."""


@dataclass(frozen=True, slots=True)
class Tie:
    """These are all the relationships of this type, outgoing unless `inward`, that the node has from now on.

    Targets are values of `target_key` (id unless said otherwise) of nodes of `target` label.
    """

    label: str
    id: str
    type: str
    target: str
    targets: tuple[str, ...]
    target_key: str = "id"
    fresh: bool = False
    inward: bool = False
    """Whether they come from the targets and end at the node: then they are all its incoming ones."""
    bears: tuple[Mapping[str, Any], ...] = ()
    """Properties of each relationship, in the order of the targets; none when left out."""

    @property
    def ends(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Each target with what the relationship bears."""
        return zip(self.targets, self.bears or ({},) * len(self.targets), strict=True)


@dataclass(frozen=True, slots=True)
class Add:
    """One more outgoing relationship of the node (label, id), beside those it has; said again, it stays one."""

    label: str
    id: str
    type: str
    target: str
    to: str
    properties: tuple[tuple[str, str], ...] = ()
    fresh: bool = field(default=False, compare=False)
    """Whether it surely is not there yet."""


@dataclass(frozen=True, slots=True)
class Drop:
    """The node (label, id) is no more, nor any relationship from or to it. It never comes back."""

    label: str
    id: str


Op = Put | Tie | Add | Drop
Payload = Callable[[str], Mapping[str, Json]]
"""The payload of a fact by id; empty when its key is gone."""


@dataclass(frozen=True, slots=True)
class Copier:
    """What one kind of fact does, and which other facts' payloads it copies from."""

    ops: Callable[[Fact, Payload], Iterator[Op]]
    needs: Callable[[Fact], tuple[str, ...]] = field(default=lambda fact: ())


def _area(fact: Fact, payload: Payload) -> Iterator[Op]:
    clear = fact.clear
    names = ("system", "code", "name", "level", "bps_code", "former_names")
    yield Put("Area", fact.subject, {name: clear.get(name) for name in names}, fact.version == 1)
    parent = (clear["parent"],) if clear.get("parent") else ()
    yield Tie("Area", fact.subject, "PART_OF", "Area", parent, "code", fact.version == 1)


def _agency(fact: Fact, payload: Payload) -> Iterator[Op]:
    yield Put("Agency", fact.subject, dict(fact.clear), fact.version == 1)


def _programme(fact: Fact, payload: Payload) -> Iterator[Op]:
    yield Put("Programme", fact.subject, {**fact.clear, "version": fact.version}, fact.version == 1)
    yield Tie(
        "Programme", fact.subject, "RUN_BY", "Agency", (fact.clear["agency"],), "code", fact.version == 1
    )


def _places(fact: Fact, payload: Payload) -> Iterator[Op]:
    yield Put("Programme", fact.subject, {"version": fact.version})


def _release(fact: Fact, payload: Payload) -> Iterator[Op]:
    names = ("register", "label", "status", "accepted", "repeated", "refused", "digest")
    properties = {name: fact.clear[name] for name in names if name in fact.clear}
    if "as_of" in fact.clear:
        properties["as_of"] = date.fromisoformat(fact.clear["as_of"])
    yield Put("Release", fact.subject, {**properties, "version": fact.version}, fact.version == 1)


def _chunk(fact: Fact, payload: Payload) -> Iterator[Op]:
    yield Put("Release", fact.subject, {"version": fact.version})


def _record(fact: Fact, payload: Payload) -> Iterator[Op]:
    given = fact.payload or {}
    properties = {"version": fact.version, "register": fact.clear["register"], "unit": fact.clear["unit"],
                  "row_key": given.get("row_key")}  # fmt: skip
    first = {"taken_at": fact.at} if fact.version == 1 else {}
    yield Put("SourceRecord", fact.subject, {**properties, **first}, fact.version == 1)
    yield from _delivered(fact)
    if given.get("assessed"):
        yield from _assessed(fact, given["assessed"])


def _delivered(fact: Fact) -> Iterator[Op]:
    """A release that held the record, and the dwelling that it named there; those of others stay as they are."""
    release, fresh = fact.ref("release") or "", fact.version == 1
    yield Add("SourceRecord", fact.subject, "IN_RELEASE", "Release", release, fresh=fresh)
    for dwelling in fact.refs_as("dwelling"):
        said = (("release", release),)
        yield Add("SourceRecord", fact.subject, "FROM_DWELLING", "SourceRecord", dwelling, said, fresh)


def _assessed(fact: Fact, assessed: Mapping[str, Mapping[str, str]]) -> Iterator[Op]:
    """The finding of one record: a node of its own, which later words leave as it is."""
    properties: dict[str, Any] = {}
    for kind, found in assessed.items():
        properties[f"{kind}_measures"], properties[f"{kind}_values"] = list(found), list(found.values())
    yield Put("Assessment", fact.id, properties, fresh=True)
    yield Add("Assessment", fact.id, "FOUND_IN", "Release", fact.ref("release") or "", fresh=True)
    yield Add("SourceRecord", fact.subject, "ASSESSED_AS", "Assessment", fact.id, fresh=True)


def _seen(fact: Fact, payload: Payload) -> Iterator[Op]:
    """The record stands in one more release, which found again what its words say."""
    yield Put("SourceRecord", fact.subject, {"version": fact.version})
    yield from _delivered(fact)
    for taken in fact.refs_as("taken"):
        if payload(taken).get("assessed"):
            yield Add("Assessment", taken, "FOUND_IN", "Release", fact.ref("release") or "")


def _formed(fact: Fact, payload: Payload) -> Iterator[Op]:
    fresh = fact.version == 1
    yield Put("Person", fact.subject, {"version": fact.version}, fresh)
    yield Tie("Person", fact.subject, "FORMED_FROM", "SourceRecord", fact.refs_as("record"), fresh=fresh)


def _redirected(fact: Fact, payload: Payload) -> Iterator[Op]:
    yield Drop("Person", fact.subject)


_COPIED = (
    "nik",
    "name",
    "name_key",
    "sex",
    "birthplace",
    "mother_name",
    "marital_status",
    "relation_to_head",
    "occupation",
    "education",
    "alive",
    "presence",
)


def _golden(fact: Fact, payload: Payload) -> Iterator[Op]:
    fresh = fact.version <= 2  # the choice that comes with the forming: nothing can be tied yet
    values = _chosen(fact, payload)
    born = _day(values.get("born_on"))
    area = values.get("address")
    properties = {name: values.get(name) for name in _COPIED}
    properties |= {
        "version": fact.version, "born_on": born, "born_year": born.year if born else None, "kelurahan": area,
        "sort_key": f"{values.get('name_key') or ''} {fact.subject}",
        "born_key": f"{values.get('born_on') or '~'} {fact.subject}",
        "search_key": search_key(values["name_key"]) if values.get("name_key") else None,
        **_decided(fact), **_confirmed(fact),
    }  # fmt: skip
    yield Put("Person", fact.subject, properties)
    yield Tie("Person", fact.subject, "LIVES_AT", "Address", fact.refs_as("address"), fresh=fresh)
    yield Tie("Person", fact.subject, "LISTED_ON", "FamilyCard", fact.refs_as("family_card"), fresh=fresh)
    yield Tie("Person", fact.subject, "DOMICILED_IN", "Area", (area,) if area else (), "code", fresh)
    said = tuple(_weighed(fact, payload))
    sources = fact.refs_as("source")
    yield Tie("Person", fact.subject, "CHOSEN_AMONG", "SourceRecord", sources, fresh=fresh, bears=said)


def _chosen(fact: Fact, payload: Payload) -> dict[str, Any]:
    """Each chosen value, copied from the fact it refers to; the address stands for its area."""
    evidence = fact.refs_as("evidence")
    chosen = fact.clear["chosen"].items()
    return {name: golden_value(name, payload(evidence[index])) for name, index in chosen}


def _decided(fact: Fact) -> Mapping[str, list[str]]:
    """Fields beside what decided on each; a choice of the first versions names one rule for all."""
    clear = fact.clear
    decided = clear.get("decided") or dict.fromkeys(sorted(clear["chosen"]), clear["rule"])
    edition = f"/{clear['edition']}" if "edition" in clear else ""
    return {"decided_fields": list(decided), "decided_by": [f"{each}{edition}" for each in decided.values()]}


def _confirmed(fact: Fact) -> Mapping[str, Any]:
    """What the civil registry says of the person."""
    civil = fact.clear.get("civil")
    if not civil:
        return dict.fromkeys(("civil_registry", "confirmed_on", "civil_differs"))
    on = _day(civil["on"]) if civil["outcome"] == "CONFIRMED" else None
    return {"civil_registry": civil["outcome"], "confirmed_on": on, "civil_differs": list(civil["differs"])}


_SAID = tuple(name for name in _COPIED if name != "name_key")


def _weighed(fact: Fact, payload: Payload) -> Iterator[Mapping[str, Any]]:
    """What each source record said when the values were chosen, with the kelurahan of its dwelling."""
    evidence = fact.refs_as("evidence")
    for words, home in fact.clear.get("sources", ()):
        given = payload(evidence[words]).get("standardised", {})
        said = {name: given.get(name) for name in _SAID} | {"born_on": _day(given.get("born_on"))}
        if home >= 0:
            said["kelurahan"] = payload(evidence[home]).get("standardised", {}).get("area")
        yield {name: value for name, value in said.items() if value is not None}


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _corrected(fact: Fact, payload: Payload) -> Iterator[Op]:
    yield Put("Person", fact.subject, {"version": fact.version})


def _address(fact: Fact, payload: Payload) -> Iterator[Op]:
    given = payload(fact.ref("evidence") or "").get("standardised", {})
    properties = {name: given.get(name) for name in ("text", "street", "number", "rt", "rw")}
    fresh = fact.version == 1
    yield Put("Address", fact.subject, {**properties, "version": fact.version}, fresh)
    area = (given["area"],) if given.get("area") else ()
    yield Tie("Address", fact.subject, "IN_AREA", "Area", area, "code", fresh)


def _card(fact: Fact, payload: Payload) -> Iterator[Op]:
    number = payload(fact.ref("evidence") or "").get("standardised", {}).get("kk")
    yield Put("FamilyCard", fact.subject, {"version": fact.version, "number": number}, fact.version == 1)


def _household(fact: Fact, payload: Payload) -> Iterator[Op]:
    fresh, subject, clear = fact.version == 1, fact.subject, fact.clear
    given = payload(fact.ref("evidence") or "").get("standardised", {})
    area = given.get("area")
    properties = {"version": fact.version, "kelurahan": area, "area_key": f"{area or '~'} {subject}"}
    yield Put("Household", subject, properties, fresh)
    since = tuple({"from_on": date.fromisoformat(day)} for day in clear["members"])
    yield Tie(
        "Household",
        subject,
        "MEMBER_OF",
        "Person",
        fact.refs_as("member"),
        fresh=fresh,
        inward=True,
        bears=since,
    )
    for type_, target, role in (
        ("TOLD_BY", "SourceRecord", "record"), ("HEADED_BY", "Person", "head"), ("HOUSED_AT", "Address", "address"),
        ("HOLDS", "FamilyCard", "family_card"),
    ):  # fmt: skip
        yield Tie("Household", subject, type_, target, fact.refs_as(role), fresh=fresh)
    yield Tie("Household", subject, "SITUATED_IN", "Area", (area,) if area else (), "code", fresh)


def _household_redirected(fact: Fact, payload: Payload) -> Iterator[Op]:
    yield Drop("Household", fact.subject)


def _proposed(fact: Fact, payload: Payload) -> Iterator[Op]:
    clear = {"status": fact.clear["status"], "agency": fact.clear["agency"], "version": fact.version,
             "person": fact.ref("person")}  # fmt: skip
    if "proposed_on" in fact.clear:
        clear["proposed_on"] = date.fromisoformat(fact.clear["proposed_on"])
    yield Put("Enrolment", fact.subject, clear, fresh=True)
    yield Tie("Enrolment", fact.subject, "FOR_PERSON", "Person", fact.refs_as("person"), fresh=True)
    yield Tie("Enrolment", fact.subject, "IN_PROGRAMME", "Programme", fact.refs_as("programme"), fresh=True)
    yield from _units(fact, fresh=True)


def _units(fact: Fact, *, fresh: bool) -> Iterator[Op]:
    """The household or family card that is enrolled, where the programme's unit is one."""
    for type_, label, role in (
        ("FOR_HOUSEHOLD", "Household", "household"), ("FOR_FAMILY_CARD", "FamilyCard", "family_card"),
    ):  # fmt: skip
        yield Tie("Enrolment", fact.subject, type_, label, fact.refs_as(role), fresh=fresh)


def _listed(fact: Fact, payload: Payload) -> Iterator[Op]:
    fresh = fact.version == 1
    properties = {"status": fact.clear["status"], "agency": fact.clear["agency"], "version": fact.version,
                  "person": fact.ref("person"), "periods": list(fact.clear["periods"])}  # fmt: skip
    yield Put("Enrolment", fact.subject, properties, fresh)
    yield Tie("Enrolment", fact.subject, "FOR_PERSON", "Person", fact.refs_as("person"), fresh=fresh)
    yield Tie("Enrolment", fact.subject, "IN_PROGRAMME", "Programme", fact.refs_as("programme"), fresh=fresh)
    yield Tie("Enrolment", fact.subject, "EVIDENCED_BY", "SourceRecord", fact.refs_as("entry"), fresh=fresh)
    yield from _units(fact, fresh=fresh)


def _compared(fact: Fact, payload: Payload) -> Iterator[Op]:
    yield Put("SourceRecord", fact.subject, {"version": fact.version})


def _enrolment(fact: Fact, payload: Payload) -> Iterator[Op]:
    properties: dict[str, Any] = {"status": fact.clear["status"], "version": fact.version}
    for name in ("eligible_on", "from_on", "suspended_on", "to_on"):
        if name in fact.clear:
            said = fact.clear[name]
            properties[name] = date.fromisoformat(said) if said else None
    if "reason" in fact.clear:
        properties["reason"] = fact.clear["reason"]
    yield Put("Enrolment", fact.subject, properties)
    yield from _visible(fact)


def _paid(fact: Fact, payload: Payload) -> Iterator[Op]:
    """A payment is a node of its own; the newest day stands with the enrolment."""
    newest = date.fromisoformat(fact.clear["last_paid_on"])
    yield Put("Enrolment", fact.subject, {"version": fact.version, "last_paid_on": newest})
    properties = {
        "paid_on": date.fromisoformat(fact.clear["paid_on"]), "period": fact.clear["period"],
        "agency": fact.clear["agency"], "amount": (fact.payload or {}).get("amount"),
    }  # fmt: skip
    yield Put("Payment", fact.id, properties, fresh=True)
    yield Add("Enrolment", fact.subject, "PAID_BY", "Payment", fact.id, fresh=True)


def _moved(fact: Fact, payload: Payload) -> Iterator[Op]:
    yield Put("Enrolment", fact.subject, {"person": fact.ref("person"), "version": fact.version})
    yield Tie("Enrolment", fact.subject, "FOR_PERSON", "Person", fact.refs_as("person"))
    if fact.ref("household"):
        yield from _units(fact, fresh=False)
    yield from _visible(fact)


def _visible(fact: Fact) -> Iterator[Op]:
    """How long the agency sees the person, where the predicate looks for it."""
    visible = fact.clear.get("visible")
    if visible:
        until = date.fromisoformat(visible["until"]) if visible["until"] else None
        name = f"vis_{visible['agency']}_until"
        yield Put("Person", fact.ref("person") or "", {name: until}, marks=(f"Vis_{visible['agency']}",))


def _nothing(fact: Fact, payload: Payload) -> Iterator[Op]:
    return iter(())


COPIERS: Mapping[str, Copier] = MappingProxyType({
    "AreaListed": Copier(_area),
    "AgencyDefined": Copier(_agency),
    "ProgrammeDefined": Copier(_programme),
    "PlacesCounted": Copier(_places),
    "ActorRegistered": Copier(_nothing),
    "RoleGranted": Copier(_nothing),
    "ActorSuspended": Copier(_nothing),
    "GrantRevoked": Copier(_nothing),
    "ActorResumed": Copier(_nothing),
    "PolicyAdopted": Copier(_nothing),
    "PolicyChangeProposed": Copier(_nothing),
    "PolicyChangeApproved": Copier(_nothing),
    "ReleaseOpened": Copier(_release),
    "ChunkTaken": Copier(_chunk),
    "ReleaseClosed": Copier(_release),
    "ReleaseAbandoned": Copier(_release),
    "RecordTaken": Copier(_record),
    "RecordSeen": Copier(_seen, lambda fact: fact.refs_as("taken")),
    "PersonFormed": Copier(_formed),
    "PersonsMerged": Copier(_formed),
    "PersonSplit": Copier(_formed),
    "PersonRedirected": Copier(_redirected),
    "ModelAdopted": Copier(_nothing),
    "SurvivorshipRulesSet": Copier(_nothing),
    "SurvivorshipApplied": Copier(_nothing),
    "OverlapRulesSet": Copier(_nothing),
    "RecordsJudged": Copier(_nothing),
    "GoldenChosen": Copier(_golden, lambda fact: fact.refs_as("evidence")),
    "PersonCorrected": Copier(_corrected),
    "AddressFormed": Copier(_address, lambda fact: fact.refs_as("evidence")),
    "FamilyCardFormed": Copier(_card, lambda fact: fact.refs_as("evidence")),
    "HouseholdFormed": Copier(_household, lambda fact: fact.refs_as("evidence")),
    "HouseholdArranged": Copier(_household, lambda fact: fact.refs_as("evidence")),
    "HouseholdRedirected": Copier(_household_redirected),
    "EnrolmentProposed": Copier(_proposed),
    "PersonEnrolled": Copier(_enrolment),
    "EnrolmentEnded": Copier(_enrolment),
    "EligibilityConfirmed": Copier(_enrolment),
    "EnrolmentRefused": Copier(_enrolment),
    "EnrolmentSuspended": Copier(_enrolment),
    "EnrolmentResumed": Copier(_enrolment),
    "PaymentRecorded": Copier(_paid),
    "EnrolmentMoved": Copier(_moved),
    "EnrolmentListed": Copier(_listed),
    "EntryCompared": Copier(_compared),
})  # fmt: skip
"""The total table: what each kind of fact in the changes does to the graph."""
