"""Whatever commands are accepted, the graph can follow: total copiers, declared properties, targets that exist.

Drawn commands go through the registered `decide` functions over a ledger in memory; some of the stories are then
really projected into Neo4j, in batches of drawn sizes, and compared with what the facts add up to.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from neo4j import Driver

import policies
from graph_schema import LABELS, RELATIONSHIPS, PropertyType, find_property
from hub.commands import (
    access,
    arranging,
    course,
    enrolling,
    governing,
    households,
    intake,
    matching,
    overlaps,
    payments,
    people,
    programmes,
    standings,
    survivorship,
)
from hub.commands.model import By
from hub.commands.reading import owner_of
from hub.commands.registry import COMMANDS
from hub.domain.errors import HubError
from hub.domain.facts import Draft, Draw, Fact, Json, Subject
from hub.domain.kinds import KINDS, Log
from hub.domain.survivorship import FIELDS, shipped
from hub.graph.check import differences
from hub.graph.connect import GraphAddress
from hub.graph.ops import COPIERS, Add, Drop, Op, Put, Tie
from hub.graph.project import Projector, ops_of
from hub.ledger import canon
from policies import digest
from tests.worlds import CITY, KECAMATAN, KELURAHAN, OTHER, identifier, wipe

Draws = st.SearchStrategy[Any]
ARRANGEMENTS: tuple[type, ...] = (arranging.FormHousehold, arranging.MoveMember, arranging.SplitHousehold)
NOW = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)
SHIPPED = policies.rules()
RULES = tuple({**SHIPPED, "policy.csv": f"# {n}\n{SHIPPED['policy.csv']}"} for n in range(3))
"""Three policies that say the same and differ in their text."""
MODELS = tuple(
    matching.AdoptModel(
        hashlib.sha256(text.encode()).hexdigest(), text, (("name", ("name",), (("same", 5),)),)
    )
    for text in ("one model", "another model")
)
NEWEST = tuple((each, ("corrected", "freshness")) for each in FIELDS)
RULE_SETS = (
    survivorship.rules_set(shipped()),
    survivorship.SetSurvivorshipRules(("dtks",), dict(NEWEST)),
    survivorship.SetSurvivorshipRules((), {**dict(NEWEST), "nik": ("freshness",)}),
)
"""Two sets of rules, and one that is none."""
AREAS = (
    (CITY, None, "CITY"),
    (KECAMATAN, CITY, "KECAMATAN"),
    (KELURAHAN, KECAMATAN, "KELURAHAN"),
    (OTHER, CITY, "KELURAHAN"),
)
"""Code, code of the area that it is part of, level."""
TYPES = {
    PropertyType.STRING: str, PropertyType.INTEGER: int, PropertyType.BOOLEAN: bool, PropertyType.DATE: date,
    PropertyType.STRINGS: list,
}  # fmt: skip
TIES = {
    (each.type, each.from_label, each.to_label): {bears.name: bears.type for bears in each.properties}
    for each in RELATIONSHIPS
}


@dataclass
class Book:
    """A ledger in memory: the history that decisions look at, and the source that a projector follows."""

    entries: list[tuple[Fact, ...]] = field(default_factory=list)
    subjects: dict[str, Subject] = field(default_factory=dict)
    stride: int = 1
    _found: dict[tuple[str, str], dict[str, None]] = field(default_factory=dict)
    _payloads: dict[str, Mapping[str, Json] | None] = field(default_factory=dict)
    _ids: int = 0

    def identity(self) -> tuple[str, int]:
        return "book", len(self.entries)

    def new_id(self) -> str:
        self._ids += 1
        return identifier(self._ids)

    def of(self, type_: str) -> list[str]:
        return [each.id for each in self.subjects.values() if each.type == type_]

    def subject(self, subject: str) -> Subject | None:
        return self.subjects.get(subject)

    def find(self, space: str, value: str) -> tuple[str, ...]:
        return tuple(self._found.get((space, value), ()))

    def payload(self, fact: str) -> Mapping[str, Json] | None:
        return self._payloads.get(fact)

    def prefetch(self, subjects: Iterable[str] = (), finds: Iterable[tuple[str, str]] = ()) -> None:
        """Everything is in memory already."""

    def prefetch_payloads(self, facts: Iterable[str]) -> None:
        """Likewise."""

    def changes(self, after: int) -> list[tuple[int, tuple[Fact, ...]]]:
        return list(enumerate(self.entries[after : after + self.stride], start=after + 1))

    def payloads(self, ids: Iterable[str]) -> Mapping[str, Json]:
        return {each: self._payloads[each] for each in ids}

    def submit(self, command: Any, by: By) -> tuple[Fact, ...]:
        """Decide and append, as the door does. Raises the HubError that refuses the command."""
        draw = Draw(NOW, self.new_id, lambda data: hashlib.sha256(data).hexdigest())
        drafts = COMMANDS[type(command)].decide(self, command, draw, by).facts
        contents = [canon.decode(canon.encode([each.clear, each.payload])) for each in drafts]
        facts = tuple(self._append(draft, *content) for draft, content in zip(drafts, contents, strict=True))
        if facts:
            self.entries.append(facts)
        return facts

    def _append(self, draft: Draft, clear: Json, payload: Json) -> Fact:
        kind, before = KINDS[draft.kind], self.subjects.get(draft.subject)
        assert before is None or before.type == kind.type
        version = before.version + 1 if before else 1
        fact = Fact(
            len(self.entries) + 1, 0, draft.id, kind.name, kind.version, draft.subject, version, draft.refs,
            clear, payload, payload is not None,
        )  # fmt: skip
        state = kind.fold(dict(before.state) if before else {}, fact)
        self.subjects[draft.subject] = Subject(draft.subject, kind.type, version, state)
        self._payloads[draft.id] = payload
        for look_up in kind.lookups(fact):
            self._found.setdefault(look_up, {})[draft.subject] = None
        return fact


class StrictGraph:
    """A graph that takes no op that is not declared, comes too early or comes twice."""

    def __init__(self) -> None:
        self.nodes: dict[tuple[str, str], dict[str, Any]] = {}
        self.tied: set[tuple[str, str, str]] = set()
        self.added: set[Add] = set()

    def apply(self, ops: list[Op]) -> None:
        """The ops of one entry: nodes first, since ties may name nodes that come after them."""
        for op in ops:
            if isinstance(op, Put):
                self._put(op)
        for op in ops:
            if isinstance(op, Tie):
                self._tie(op)
            elif isinstance(op, Add):
                assert not (op.fresh and op in self.added), f"{op.type} would be added twice"
                self.added.add(op)
                assert {name for name, _ in op.properties} == set(TIES[op.type, op.label, op.target])
                self._lead((op.label, op.type, op.target), "id", op.to)
        for op in ops:
            if isinstance(op, Drop):
                del self.nodes[op.label, op.id]

    def _put(self, op: Put) -> None:
        assert op.fresh is ((op.label, op.id) not in self.nodes), f"{op.label} is made twice or never"
        for name, value in op.properties.items():
            declared = find_property(op.label, name).type
            assert value is None or type(value) is TYPES[declared], f"{op.label}.{name} is no {declared}"
            assert not isinstance(value, list) or all(type(each) is str for each in value)
        for mark in op.marks:
            assert re.fullmatch("Vis_[a-z0-9_]+", mark)
            assert find_property(op.label, f"{mark.lower()}_until").type is PropertyType.DATE
        self.nodes.setdefault((op.label, op.id), {"id": op.id}).update(op.properties)

    def _tie(self, op: Tie) -> None:
        ends = (op.target, op.label) if op.inward else (op.label, op.target)
        assert (op.type, *ends) in TIES
        assert (op.label, op.id) in self.nodes
        for bears in op.bears:
            declared = TIES[op.type, *ends]
            assert all(type(value) is TYPES[declared[name]] for name, value in bears.items())
            assert op.type != "MEMBER_OF" or set(bears) == set(declared)
        assert len(set(op.targets)) == len(op.targets), f"{op.type} twice to one node"
        key = (op.label, op.id, op.type)
        assert not (op.fresh and key in self.tied), f"{op.type} would be added to what is there"
        self.tied.add(key)
        for target, _ in op.ends:
            self._lead((op.label, op.type, op.target), op.target_key, target)

    def _lead(self, tie: tuple[str, str, str], key: str, target: str) -> None:
        _, type_, label = tie
        found = [node for (each, _), node in self.nodes.items() if each == label and node.get(key) == target]
        assert len(found) == 1, f"{type_} leads to {len(found)} nodes"


# ------------------------------------------------------------------------------------ commands, drawn

SOUND = ("2023-12-31", "2024-02-29", "2024-05-31")
words, days = st.sampled_from(("Satu", "Dua", " ")), st.sampled_from(("2024-02-29", "2026-03-04", "2026-3-4"))
agencies, codes = (
    st.sampled_from(("dinsos", "disdik", "nobody")),
    st.sampled_from(("satu", "dua", "tiga", "empat", "No Code")),
)
niks = st.sampled_from(("3273010101800001", "3273010202810002", "3273010303820003"))
born = st.sampled_from(("1980-01-01", "1981-02-02"))
reasons = st.sampled_from(("DEAD", "NO_PLACE", "BORED"))
maybe = st.none


def some(book: Book, type_: str) -> Draws:
    """The id of a thing of that type, or now and then of nothing."""
    return st.sampled_from([*book.of(type_), identifier(999_999)])


def ready(book: Book, type_: str, status: str) -> Draws:
    """Likewise of one whose release has that status."""
    fit = [each for each in book.of(type_) if release_of(book, each).state["status"] == status]
    return st.sampled_from([*fit, *book.of(type_)[-1:], identifier(999_999)])


def release_of(book: Book, subject: str) -> Subject:
    takes = book.subjects[subject].state.get("takes")
    return book.subjects[takes[-1]["release"] if takes else subject]


def owned(book: Book) -> list[str]:
    """Records that belong to a person."""
    return [each for each in book.of("SourceRecord") if owner_of(book, each) is not None]


def dwellings(book: Book) -> list[str]:
    return [each for each in book.of("SourceRecord") if book.subjects[each].state["unit"] == "dwelling"]


@st.composite
def matched(draw: st.DrawFn, book: Book) -> matching.FormMatched:
    """The persons of some records as one, or each as they are, with a finding of two of the records."""
    records = draw(st.lists(st.sampled_from(owned(book)), min_size=1, max_size=3))
    owners = {owner.id: owner for each in records if (owner := owner_of(book, each)) is not None}
    groups = [tuple(each.state["records"]) for each in owners.values()]
    one = tuple(record for group in groups for record in group)
    left, *others = sorted(one)
    found = matching.Finding(left, draw(st.sampled_from(others or [left])), "QUEUED", 3000, (0,))
    model = book.subjects[book.find("model", "running")[0]].state["digest"]
    return matching.FormMatched(
        (one,) if draw(st.booleans()) else tuple(groups), (found,) * bool(others), model
    )


@st.composite
def housed(draw: st.DrawFn, book: Book) -> households.FormHouseholds:
    """A household on some dwellings, with some persons as members, others as former ones."""
    persons = draw(st.lists(some(book, "Person"), min_size=1, max_size=3, unique=True))
    count, day = draw(st.integers(1, len(persons))), draw(st.sampled_from(SOUND))
    members, former = persons[:count], persons[count:]
    records = draw(st.lists(st.sampled_from(dwellings(book)), min_size=1, max_size=2, unique=True))
    group = households.HouseholdGroup(
        tuple(records), tuple((each, day) for each in members), tuple((each, day, day) for each in former),
        draw(st.none() | st.sampled_from(members)),
    )  # fmt: skip
    return households.FormHouseholds((group,))


@st.composite
def arranged(draw: st.DrawFn, book: Book, kind: type) -> Any:
    """A household formed or split, or somebody moved, mostly from where they live."""
    household = draw(some(book, "Household"))
    known = book.subjects.get(household)
    members = [person for person, _ in known.state["members"]] if known else []
    persons = draw(
        st.lists(st.sampled_from([*members, *book.of("Person")]), min_size=1, max_size=2, unique=True)
    )
    on, head = draw(st.sampled_from(("2024-06-01", None))), draw(st.sampled_from(persons))
    if kind is arranging.FormHousehold:
        return arranging.FormHousehold(tuple(persons), head, draw(words), on)
    if kind is arranging.SplitHousehold:
        return arranging.SplitHousehold(household, tuple(persons[:1]), persons[0], draw(words), on)
    goal = draw(maybe() | some(book, "Household"))
    return arranging.MoveMember(head, draw(maybe() | st.just(household)), goal, draw(words), on)


@st.composite
def entries(draw: st.DrawFn, releases: Draws) -> intake.TakeRecords:
    """Entries of a programme's list, of which some were met before, with the same words or others."""
    rows = st.tuples(st.sampled_from(("e1", "e2", "e3")), st.sampled_from(("ACTIVE", "ENDED")))
    taken = [
        intake.Incoming(
            "entry", key, key, {"STATUS": status}, {"name": "IIS", "status": status, "period": "2024"}
        )
        for key, status in draw(st.lists(rows, min_size=1, max_size=3, unique_by=lambda each: each[0]))
    ]
    return intake.TakeRecords(draw(releases), 0, tuple(taken))


@st.composite
def listed(draw: st.DrawFn, book: Book) -> enrolling.EnrolMatched:
    """Some entries of a programme, each about the person of some record, or about nobody."""
    there = [each for each in book.of("SourceRecord") if book.subjects[each].state["unit"] == "entry"]
    found = [
        enrolling.FoundEntry(each, ((draw(st.sampled_from(owned(book))), 9000),), draw(st.booleans()))
        for each in draw(st.lists(st.sampled_from(there), min_size=1, max_size=3, unique=True))
    ]
    model = book.subjects[book.find("model", "running")[0]].state["digest"]
    return enrolling.EnrolMatched("satu", tuple(found), model)


def areas() -> Draws:
    """Areas from the top down to some level, so that each comes after the one it is part of."""
    return st.builds(
        lambda most, name: access.ListAreas(
            tuple({"system": "KEMENDAGRI", "code": code, "name": name, "level": level, "parent": parent,
                   "bps_code": None, "former_names": [name]} for code, parent, level in AREAS[:most])
        ), st.integers(1, 4), words,
    )  # fmt: skip


@st.composite
def records(draw: st.DrawFn, releases: Draws) -> intake.TakeRecords:
    """One dwelling and some persons, of which some were met before, with the same values or others."""
    place, street = draw(st.sampled_from((KELURAHAN, OTHER, None))), draw(st.sampled_from("AB"))
    dwelling = intake.Incoming(
        "dwelling", "r1", f"r1{street}{place}", {"JALAN": street}, drop({"area": place, "text": street})
    )
    rows = st.tuples(st.sampled_from(("k1", "k2", "k3")), maybe() | niks, maybe() | niks, maybe() | born)
    persons = [
        intake.Incoming(
            "person", key, key, {"NIK": str(nik)},
            drop({"nik": nik, "kk": kk, "name": "BUDI", "name_key": "BUDI", "born_on": on, "sex": "MALE"}),
            draw(st.sampled_from((dwelling.identity, None))),
        )
        for key, nik, kk, on in draw(st.lists(rows, min_size=1, max_size=3, unique_by=lambda each: each[0]))
    ]  # fmt: skip
    return intake.TakeRecords(draw(releases), 0, tuple(persons), (dwelling,), draw(st.integers(0, 2)))


def drop(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def commands(book: Book, kind: type) -> Draws:
    """Valid or nearly valid commands of a kind over what the book holds."""
    values = st.fixed_dictionaries(
        {},
        optional={"nik": niks, "name": words, "born_on": born | days, "sex": st.sampled_from(("MALE", "?"))},
    )
    names, which = st.sampled_from(("sari", "dedi")), st.integers(0, 2)
    makers: dict[type, Draws] = {
        access.FoundHub: which.map(lambda n: access.FoundHub(digest(RULES[n]), RULES[n])),
        access.AdoptPolicy: which.map(lambda n: access.AdoptPolicy(digest(RULES[n]), RULES[n])),
        access.ListAreas: areas(),
        access.DefineAgency: st.builds(access.DefineAgency, agencies.filter(lambda c: c != "nobody"), words),
        access.RegisterActor: st.builds(
            access.RegisterActor, st.sampled_from(("tono", "wati", "X")), maybe() | agencies
        ),
        access.GrantRole: st.builds(
            access.GrantRole, names, st.sampled_from(("walidata", "petugas_opd", "petugas_kelurahan")), words,
            maybe() | agencies, maybe() | st.sampled_from((KELURAHAN, "99")), maybe() | days, maybe() | days,
        ),
        access.SuspendActor: st.builds(access.SuspendActor, names, words),
        intake.OpenRelease: st.builds(
            intake.OpenRelease, st.just("dtks"), st.text("ab", min_size=1, max_size=3), days, st.just("ab")
        ),
        intake.TakeRecords: records(ready(book, "Release", "OPEN")),
        intake.CloseRelease: st.builds(intake.CloseRelease, ready(book, "Release", "OPEN")),
        intake.AbandonRelease: st.builds(intake.AbandonRelease, some(book, "Release"), words),
        people.FormPersons: st.lists(ready(book, "SourceRecord", "CLOSED"), max_size=4, unique=True).map(
            lambda ids: people.FormPersons(tuple(ids))
        ),
        people.CorrectPerson: st.builds(people.CorrectPerson, some(book, "Person"), values, words),
        programmes.DefineProgramme: st.builds(
            programmes.DefineProgramme, codes, words, agencies, st.sampled_from(programmes.UNITS),
            maybe() | words, st.sampled_from(((), ("pangan",))), maybe() | st.integers(-1, 2),
        ),
        programmes.ProposeEnrolment: st.builds(
            programmes.ProposeEnrolment, codes, maybe() | some(book, "Person"), maybe() | niks, maybe() | born,
            maybe() | words, maybe() | some(book, "Household"), maybe() | some(book, "FamilyCard"),
            maybe() | st.just("3273010101010001"),
        ),
        programmes.Enrol: st.builds(programmes.Enrol, some(book, "Enrolment"), maybe() | days),
        programmes.EndEnrolment: st.builds(
            programmes.EndEnrolment, some(book, "Enrolment"), st.sampled_from(("DEAD", "BORED")), maybe() | days,
            maybe() | words,
        ),
    }  # fmt: skip
    judged = st.sampled_from(matching.JUDGEMENTS)
    makers |= {
        matching.AdoptModel: st.sampled_from(MODELS),
        matching.FormMatched: matched(book),
        matching.JudgeMatch: st.builds(
            matching.JudgeMatch, st.sampled_from(owned(book)), st.sampled_from(owned(book)), judged, words
        ),
        matching.RevokeJudgement: st.builds(matching.RevokeJudgement, some(book, "Match"), words),
        households.FormHouseholds: housed(book),
        **{kind: arranged(book, kind) for kind in ARRANGEMENTS},
        survivorship.SetSurvivorshipRules: st.sampled_from(RULE_SETS),
        survivorship.ChoosePersons: st.builds(
            survivorship.ChoosePersons,
            st.lists(some(book, "Person"), min_size=1, max_size=3, unique=True).map(tuple),
            st.none() | st.just(1),
        ),
        enrolling.EnrolMatched: listed(book),
    }
    held, note = some(book, "Enrolment"), maybe() | words
    makers |= {
        course.ConfirmEligibility: st.builds(course.ConfirmEligibility, held, maybe() | days),
        course.RefuseEnrolment: st.builds(course.RefuseEnrolment, held, reasons, note),
        course.SuspendEnrolment: st.builds(course.SuspendEnrolment, held, reasons, maybe() | days, note),
        course.ResumeEnrolment: st.builds(course.ResumeEnrolment, held, maybe() | days, note),
        overlaps.SetOverlapRules: st.lists(
            st.builds(
                overlaps.OverlapRule, codes, st.sampled_from(overlaps.KINDS), st.just("FLAGGED"), words, words,
                st.sampled_from(((), ("satu",))),
            ), max_size=2,
        ).map(lambda rules: overlaps.SetOverlapRules(tuple(rules))),
        payments.RecordPayment: st.builds(
            payments.RecordPayment, held, days, st.integers(-1, 2), st.sampled_from(("2024", "2024-02", "now"))
        ),
    }  # fmt: skip
    grants = [
        grant["grant"] for each in book.of("Actor") for grant in book.subjects[each].state.get("grants", [])
    ]
    makers |= {
        standings.RevokeGrant: st.builds(
            standings.RevokeGrant, st.sampled_from([*grants, identifier(999_999)]), words
        ),
        standings.ResumeActor: st.builds(standings.ResumeActor, names, words),
        governing.ProposePolicyChange: st.builds(
            governing.ProposePolicyChange, words,
            files=which.map(lambda n: {"policy.csv": RULES[n]["policy.csv"]}),
        ),
        governing.ApprovePolicyChange: st.builds(governing.ApprovePolicyChange, some(book, "PolicyChange")),
    }  # fmt: skip
    return makers[kind]


PLAIN = [kind for kind in COMMANDS if kind is not access.FoundHub]


def begun() -> Book:
    """A book in which one release was taken in and its persons formed."""
    book, by = Book(), By(identifier(0), frozenset())
    book.submit(access.FoundHub(digest(RULES[0]), RULES[0]), by)
    listed = (
        {"system": "KEMENDAGRI", "code": code, "name": code, "level": level, "parent": parent}
        for code, parent, level in AREAS
    )
    book.submit(access.ListAreas(tuple(listed)), by)
    for agency, programme in (("dinsos", "satu"), ("disdik", "dua")):
        book.submit(access.DefineAgency(agency, agency), by)
        book.submit(programmes.DefineProgramme(programme, programme, agency, quota=2), by)
    for code, unit in (("tiga", "HOUSEHOLD"), ("empat", "FAMILY_CARD")):
        book.submit(programmes.DefineProgramme(code, code, "dinsos", unit), by)
    (opened,) = book.submit(intake.OpenRelease("dtks", "begin", "2024-01-31", "ab"), by)
    dwelling = intake.Incoming("dwelling", "r0", "r0", {}, {"area": KELURAHAN, "rt": "001"})
    values = {"nik": "3273010101800001", "kk": "3273010101010001", "name": "IIS", "name_key": "IIS"}
    person = intake.Incoming("person", "k0", "k0", {}, values, "r0")
    other = intake.Incoming("person", "k9", "k9", {}, {"name": "UJANG", "name_key": "UJANG"}, "r0")
    book.submit(intake.TakeRecords(opened.subject, 0, (person, other), (dwelling,)), by)
    book.submit(intake.CloseRelease(opened.subject), by)
    book.submit(people.FormPersons(tuple(book.of("SourceRecord"))), by)
    book.submit(intake.OpenRelease("dtks", "next", "2024-02-29", "cd"), by)
    for name in ("sari", "dedi"):
        book.submit(access.RegisterActor(name), by)
    book.submit(MODELS[0], by)
    (opened,) = book.submit(intake.OpenRelease("satu", "begin", "2024-01-31", "ef"), by)
    entry = intake.Incoming("entry", "e1", "e1", {}, {"name": "IIS", "period": "2024"})
    book.submit(intake.TakeRecords(opened.subject, 0, (entry,)), by)
    book.submit(intake.CloseRelease(opened.subject), by)
    return book


Chapter = Callable[[Book, st.DataObject], Iterator[Any]]
"""Commands one after the other, each drawn when those before it were submitted."""


def single(kind: type, book: Book, data: st.DataObject) -> Iterator[Any]:
    """One command."""
    yield data.draw(commands(book, kind))


def delivery(book: Book, data: st.DataObject) -> Iterator[Any]:
    """A register from its opening to the forming of everybody it speaks of."""
    yield intake.OpenRelease("dtks", f"delivery {len(book.entries)}", data.draw(st.sampled_from(SOUND)), "ab")
    release = book.of("Release")[-1]
    yield data.draw(records(st.just(release)))
    yield intake.CloseRelease(release)
    found = [each for each in book.of("SourceRecord") if release_of(book, each).state["status"] == "CLOSED"]
    yield people.FormPersons(tuple(found))


def programme_list(book: Book, data: st.DataObject) -> Iterator[Any]:
    """A list of a programme from its opening to the enrolments that come of it."""
    yield intake.OpenRelease("satu", f"list {len(book.entries)}", data.draw(st.sampled_from(SOUND)), "ab")
    release = book.of("Release")[-1]
    yield data.draw(entries(st.just(release)))
    yield intake.CloseRelease(release)
    yield data.draw(listed(book))


def enrolment(book: Book, data: st.DataObject) -> Iterator[Any]:
    """An enrolment from its proposal to its end, as far as it comes."""
    person = data.draw(st.sampled_from(book.of("Person")))
    yield programmes.ProposeEnrolment(data.draw(codes), person)
    for kind in (programmes.Enrol, programmes.EndEnrolment):
        yield data.draw(commands(book, kind))


def whole_course(book: Book, data: st.DataObject) -> Iterator[Any]:
    """An enrolment through all its states, as far as it comes."""
    yield programmes.ProposeEnrolment(data.draw(codes), data.draw(st.sampled_from(book.of("Person"))))
    for held in book.of("Enrolment")[-1:]:
        steps = (
            course.ConfirmEligibility(held), course.RefuseEnrolment(held, "NO_PLACE"), programmes.Enrol(held),
            payments.RecordPayment(held, "2026-03-04", 5, "2024"), course.SuspendEnrolment(held, "DEAD"),
            course.ResumeEnrolment(held), payments.RecordPayment(held, "2026-03-04", 5, "2025"),
        )  # fmt: skip
        yield from (step for step in steps if data.draw(st.integers(0, 4)))


def arrangement(book: Book, data: st.DataObject) -> Iterator[Any]:
    """Households as the machine has them, and what people make of them."""
    for kind in (households.FormHouseholds, *ARRANGEMENTS, arranging.MoveMember):
        yield data.draw(commands(book, kind))


def judgement(book: Book, data: st.DataObject) -> Iterator[Any]:
    """What a steward says of two rows, and takes back."""
    for kind in (matching.JudgeMatch, matching.RevokeJudgement):
        yield data.draw(commands(book, kind))


def governance(book: Book, data: st.DataObject) -> Iterator[Any]:
    """A policy that is changed, and rights that are given and taken."""
    for kind in (
        governing.ProposePolicyChange, governing.ApprovePolicyChange, access.GrantRole, standings.RevokeGrant,
        access.SuspendActor, standings.ResumeActor,
    ):  # fmt: skip
        yield data.draw(commands(book, kind))


CHAPTERS: tuple[Chapter, ...] = (
    governance,
    *(partial(single, kind) for kind in COMMANDS),
    *[delivery] * 3,
    *[enrolment] * 4,
    *[whole_course] * 2,
    judgement,
    *[programme_list] * 2,
    *[arrangement] * 2,
)
"""Every story tries each kind of command once, and whole courses of them, in a drawn order."""


def story(data: st.DataObject, accepted: Counter[type]) -> Book:
    """A book of drawn commands, some of them accepted; what is refused is refused as a HubError."""
    book = begun()
    for chapter in data.draw(st.permutations(CHAPTERS)):
        for command in chapter(book, data):
            agency = data.draw(st.sampled_from(((), ("dinsos",))))
            with suppress(HubError):
                facts = book.submit(command, By(identifier(data.draw(st.integers(0, 1))), frozenset(agency)))
                accepted[type(command)] += bool(facts)
    return book


def drawn(most: int) -> settings:
    return settings(
        max_examples=int(os.environ.get("PROJECTION_EXAMPLES", most)), deadline=None, database=None,
        derandomize="CI" in os.environ, suppress_health_check=list(HealthCheck),
    )  # fmt: skip


def test_every_accepted_command_can_be_projected() -> None:
    accepted: Counter[type] = Counter()

    @drawn(80)
    @given(st.data())
    def projects(data: st.DataObject) -> None:
        book, graph = story(data, accepted), StrictGraph()
        for facts in book.entries:
            graph.apply(ops_of(facts, book.payloads))

    projects()
    assert {kind for kind, count in accepted.items() if count} == set(PLAIN)


def test_a_graph_written_in_batches_of_any_size_is_what_the_facts_add_up_to(
    graph_address: GraphAddress, graph_driver: Driver
) -> None:
    @drawn(6)
    @given(st.data(), st.integers(1, 12))
    def agrees(data: st.DataObject, stride: int) -> None:
        book, database = story(data, Counter()), graph_address.database
        wipe(graph_driver, database)
        book.stride = stride
        projector = Projector(graph_driver, database, book, "test", lambda: None)
        assert projector.catch_up() == len(book.entries)
        book.stride = 7
        assert differences(graph_driver, database, book) == (len(book.entries), [])

    agrees()


def test_every_kind_of_change_has_a_copier_and_no_disclosure_has() -> None:
    assert set(COPIERS) == {kind.name for kind in KINDS.values() if kind.log is Log.CHANGES}


@pytest.mark.parametrize(
    "kind", [kind for kind in KINDS.values() if kind.name in COPIERS], ids=lambda kind: kind.name
)
def test_the_subject_of_a_copied_fact_is_a_label_or_is_not_in_the_graph(kind: Any) -> None:
    outside = {"Actor", "Policy", "PolicyChange", "Match", "MatchModel", "OverlapRules", "SurvivorshipRules"}
    assert kind.type in LABELS or kind.type in outside
