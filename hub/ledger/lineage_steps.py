"""From one version of a subject to those it was made from, and to those that were made from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from hub.commands.choosing import finished_take
from hub.domain.facts import Fact, Json
from hub.domain.kinds import KINDS
from hub.ledger.history import LedgerHistory
from hub.ledger.store import Ledger

DERIVED, REVISED, INFLUENCED = "wasDerivedFrom", "wasRevisionOf", "wasInfluencedBy"
_FORMING = ("PersonFormed", "PersonsMerged", "PersonSplit")
_WORDS = ("RecordTaken",)
_BY_FACT = ("evidence", "correction", "taken")
"""Roles of references that name facts; others name subjects."""
_SUBJECTS: Mapping[str, Callable[[Fact], bool]] = MappingProxyType({
    "record": lambda fact: fact.kind in _WORDS, "entry": lambda fact: fact.kind in _WORDS,
    "dwelling": lambda fact: fact.kind in _WORDS, "left": lambda fact: fact.kind in _WORDS,
    "right": lambda fact: fact.kind in _WORDS, "absorbed": lambda fact: fact.kind == "GoldenChosen",
    "member": lambda fact: fact.kind in ("GoldenChosen", *_FORMING), "person": lambda fact: fact.kind == "GoldenChosen",
    "programme": lambda fact: fact.kind == "ProgrammeDefined",
    "release": lambda fact: fact.kind in ("ReleaseOpened", "ReleaseClosed", "ReleaseAbandoned"),
})  # fmt: skip
"""Role of a reference to a subject → which of the facts about it tell what was referred to."""


@dataclass(frozen=True, slots=True)
class Step:
    """A version that another was made from, or that was made from it."""

    fact: Fact
    relation: str
    """As W3C PROV calls it."""
    role: str


class Steps:
    """Steps between versions, each fact read once. `field`: of golden choices, only this one is followed."""

    def __init__(self, ledger: Ledger, history: LedgerHistory, field: str | None) -> None:
        self._ledger = ledger
        self._history = history
        self._field = "address" if field == "kelurahan" else field
        self._of: dict[str, list[Fact]] = {}

    def facts_of(self, subject: str) -> list[Fact]:
        """All facts about a subject, in order."""
        if subject not in self._of:
            self._of[subject] = self._ledger.facts_of(subject)
        return self._of[subject]

    # -- upstream ------------------------------------------------------------------------------------------

    def upstream(self, fact: Fact) -> Iterator[Step]:
        """What a version was made from."""
        if fact.kind == "GoldenChosen":
            yield from self._chosen(fact)
            return
        for role, to in fact.refs:
            if role in _BY_FACT:
                found = self._fact(to)
                if found is not None:
                    yield Step(found, DERIVED, role)
            elif role in _SUBJECTS:
                newest = self._newest(to, _SUBJECTS[role], fact.seq)
                if newest is not None and newest.id != fact.id:
                    yield Step(newest, DERIVED, role)
        if fact.kind in _FORMING:
            yield from self._judged(fact)
        elif fact.kind == "RecordsJudged" and "model" in fact.clear:
            yield from self._model(fact)
        elif KINDS[fact.kind].type == "Enrolment" and fact.version > 1:
            yield Step(self.facts_of(fact.subject)[fact.version - 2], REVISED, "before")

    def _chosen(self, fact: Fact) -> Iterator[Step]:
        """The evidence of golden values, each under the names of those it gave; and what makes it this person's."""
        evidence = fact.refs_as("evidence")
        names: dict[int, list[str]] = {}
        for name, index in fact.clear["chosen"].items():
            if self._field in (None, name):
                names.setdefault(index, []).append("kelurahan" if name == "address" else name)
        for index, given in sorted(names.items()):
            found = self._fact(evidence[index])
            if found is not None:
                yield Step(found, DERIVED, ", ".join(sorted(given)))
        formed = self._newest(fact.subject, lambda each: each.kind in _FORMING, fact.seq)
        if formed is not None:
            yield Step(formed, REVISED, "formed")

    def _judged(self, fact: Fact) -> Iterator[Step]:
        """What was found and judged of pairs of the records that became one person, or of those that were parted."""
        records = set(fact.refs_as("record"))
        others = records if fact.kind != "PersonSplit" else self._parted(fact)
        finds = [("matches_of", each) for each in sorted(records)]
        self._history.prefetch(finds=finds)
        for match in dict.fromkeys(each for find in finds for each in self._history.find(*find)):
            said = [each for each in self.facts_of(match) if each.seq <= fact.seq]
            pair = dict(said[-1].refs) if said else {}
            left, right = pair.get("left"), pair.get("right")
            inside = (left in records and right in others) or (right in records and left in others)
            for each in _standing(said) if inside else ():
                yield Step(each, INFLUENCED, "judgement")

    def _parted(self, fact: Fact) -> set[str]:
        """Records of the persons whom a split made, or gave to."""
        parted: set[str] = set()
        for other in fact.refs_as("to"):
            formed = [e for e in self.facts_of(other) if e.kind in _FORMING and e.seq <= fact.seq]
            parted |= {record for each in formed[-1:] for record in each.refs_as("record")}
        return parted

    def _model(self, fact: Fact) -> Iterator[Step]:
        for model in self._history.find("model", "running"):
            adopted = [e for e in self.facts_of(model) if e.clear.get("digest") == fact.clear["model"]]
            if adopted:
                yield Step(adopted[0], INFLUENCED, "model")

    # -- downstream ----------------------------------------------------------------------------------------

    def downstream(self, fact: Fact) -> Iterator[Step]:
        """What was made from a version, as it stands now."""
        type_, subject = KINDS[fact.kind].type, fact.subject
        if type_ == "Person":
            for each in self._found("enrolments_of", subject):
                if self._state(each).get("person") == subject:
                    yield from self._now(each, "person")
            for each in self._found("household_of", subject):
                if any(member == subject for member, _ in self._state(each).get("members", ())):
                    yield from self._now(each, "member")
        elif type_ == "SourceRecord":
            for each in self._found("person_of", subject):
                if subject in self._state(each).get("records", ()):
                    yield from self._now(each, "record")
            for each in self._found("household_of", subject):
                if subject in self._state(each).get("records", ()):
                    yield from self._now(each, "record")
            yield from self._enrolled_by(subject)

    def _enrolled_by(self, entry: str) -> Iterator[Step]:
        enrolment = self._state(entry).get("enrolment")
        if enrolment:
            yield from self._now(str(enrolment), "entry")

    def _now(self, subject: str, role: str) -> Iterator[Step]:
        facts = self.facts_of(subject)
        if facts:
            yield Step(facts[-1], DERIVED, role)

    # -- reading -------------------------------------------------------------------------------------------

    def _fact(self, id_: str) -> Fact | None:
        return self._ledger.facts([id_]).get(id_)

    def _newest(self, subject: str, wanted: Callable[[Fact], bool], upto: int) -> Fact | None:
        found = [each for each in self._said(subject, upto) if wanted(each) and each.seq <= upto]
        return found[-1] if found else None

    def _said(self, subject: str, upto: int) -> Iterable[Fact]:
        """Facts about a subject; of a record, words of finished releases before all others."""
        facts = self.facts_of(subject)
        record = self._history.subject(subject)
        if record is None or record.type != "SourceRecord":
            return facts
        take = finished_take(self._history, record)
        return sorted(facts, key=lambda each: take is not None and each.id == take["taken"])

    def _found(self, space: str, value: str) -> tuple[str, ...]:
        return self._history.find(space, value)

    def _state(self, subject: str) -> Mapping[str, Json]:
        found = self._history.subject(subject)
        return found.state if found is not None else {}


def _standing(said: list[Fact]) -> list[Fact]:
    """What stood of a match: the machine's newest finding and the steward's newest word, unless taken back."""
    machine = [each for each in said if "actor" not in each.clear][-1:]
    steward = [each for each in said if "actor" in each.clear][-1:]
    return [*machine, *steward]
