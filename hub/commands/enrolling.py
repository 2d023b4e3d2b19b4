"""The command that makes enrolments of programme lists: each entry goes to the person whom the matcher found for it.

An enrolment rests on the entries that are its evidence, and opens nothing until somebody outside the agency accepts
it. Until then the lists alone say how it stands; afterwards, or where people proposed or ended it, they add evidence.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from hub.commands.choosing import finished_take, prefetch_words, values_of
from hub.commands.matching import demand_running
from hub.commands.model import By
from hub.commands.reading import enrolments_of, lives_in, named, owner_of
from hub.domain.errors import Conflict, InvalidInput
from hub.domain.facts import Decision, Draft, Draw, History, Json, Ref, Subject

STANDING = ("PROPOSED", "ELIGIBLE", "ENROLLED", "SUSPENDED")
"""States of an enrolment that has not come to an end."""


@dataclass(frozen=True, slots=True)
class FoundEntry:
    """What the matcher found of an entry."""

    entry: str
    """Id of its source record."""
    candidates: tuple[tuple[str, int], ...]
    """A source record of each person who came near, and its match weight in thousandths of a bit; the best first."""
    sure: bool
    """Whether the entry is about the person of the first of them."""


@dataclass(frozen=True, slots=True)
class EnrolMatched:
    """Enrol the persons whom entries of a programme's lists are about (the machine's command)."""

    programme: str
    """Code of the programme."""
    entries: tuple[FoundEntry, ...]
    model: str
    """Digest of the model that found it."""


def enrol_matched(history: History, command: EnrolMatched, draw: Draw, by: By) -> Decision:
    """Enrolments made, lengthened, moved or left without evidence; then what was found of each entry."""
    demand_running(history, command.model)
    programme = named(history, "programme", command.programme, "programme")
    _prefetch(history, command.entries)
    entries = {each.entry: _entry(history, each.entry, command.programme) for each in command.entries}
    if len(entries) != len(command.entries):
        raise InvalidInput("An entry stands there twice.", "Say of each entry once whom it is about.")
    work = _Enrolling(history, draw, programme)
    for entry in entries.values():
        work.take_away(entry)
    work.give({each.entry: _person(history, each.candidates[0][0]) for each in command.entries if each.sure})
    found = [work.compared(entries[each.entry], each, command.model) for each in command.entries]
    return Decision((*work.listed(), *found))


def by_lists_alone(enrolment: Subject) -> bool:
    """Whether no person has proposed, accepted or ended it: then it is what the lists say, and opens nothing."""
    state = enrolment.state
    return not state.get("visible") and "proposed_by" not in state and "reason" not in state


def enrolment_in(history: History, programme: str, person: str) -> Subject | None:
    """The enrolment of a person that entries of a programme are evidence of: one that stands, of equals the older."""
    found = [each for each in enrolments_of(history, person) if each.state["programme"] == programme]
    return min(found, key=lambda each: (each.state["status"] not in STANDING, each.id), default=None)


def _entry(history: History, record: str, programme: str) -> Subject:
    entry = history.subject(record)
    if entry is None or entry.state.get("unit") != "entry" or entry.state["register"] != programme:
        raise InvalidInput("Not all of these are entries of the programme.", "Leave the others out.")
    if finished_take(history, entry) is None:
        raise Conflict("Only entries of closed releases are enrolled.", "Close the release first.")
    return entry


def _person(history: History, record: str) -> str:
    person = owner_of(history, record)
    if person is None:
        raise Conflict("A row belongs to nobody by now.", "Match anew.")
    return person.id


class _Enrolling:
    """Which entries each enrolment rests on, as it was and as it is to be."""

    def __init__(self, history: History, draw: Draw, programme: Subject) -> None:
        self._history = history
        self._draw = draw
        self._programme = programme
        self._entries: dict[str, list[str]] = {}
        self._person: dict[str, str] = {}
        self._enrolment_of: dict[str, str] = {}

    def take_away(self, entry: Subject) -> None:
        """An entry that is looked at anew is evidence of nothing until it is given."""
        if enrolment := entry.state.get("enrolment"):
            self._held(enrolment).remove(entry.id)

    def give(self, persons: Mapping[str, str]) -> None:
        """Entries to the enrolments of their persons: one they have, one that is left without evidence, or a new one."""
        groups: dict[str, list[str]] = defaultdict(list)
        for entry, person in persons.items():
            groups[person].append(entry)
        without = []
        for person, entries in groups.items():
            standing = enrolment_in(self._history, self._programme.id, person)
            if standing is None:
                without.append((person, entries))
            else:
                self._add(standing.id, person, entries)
        for person, entries in without:
            self._add(self._vacant(entries) or self._draw.new_id(), person, entries)

    def compared(self, entry: Subject, found: FoundEntry, model: str) -> Draft:
        """What was found of an entry, and in which words of its."""
        take = finished_take(self._history, entry)
        enrolment = self._enrolment_of.get(entry.id)
        refs: tuple[Ref, ...] = (
            *((("taken", str(take["taken"])),) if take else ()),
            *((("enrolment", enrolment),) if enrolment else ()),
            *(("candidate", record) for record, _ in found.candidates),
        )
        clear: dict[str, Json] = {
            "programme": self._programme.state["code"], "outcome": "ENROLLED" if enrolment else "UNMATCHED",
            "weights": [weight for _, weight in found.candidates], "model": model,
        }  # fmt: skip
        return Draft(self._draw.new_id(), "EntryCompared", entry.id, refs, clear)

    def listed(self) -> Iterator[Draft]:
        """A fact for each enrolment that is another one than before."""
        for enrolment, entries in self._entries.items():
            before = self._history.subject(enrolment)
            status, periods = self._said(entries)
            if before is not None and not by_lists_alone(before):
                status = before.state["status"]
            person = self._person.get(enrolment) or str(before and before.state["person"])
            unit = self._unit(before, person)
            now = {"status": status, "periods": periods, "entries": entries, "person": person, **unit}
            if before is None or any(before.state.get(name) != value for name, value in now.items()):
                refs: tuple[Ref, ...] = (
                    ("person", person), ("programme", self._programme.id),
                    *(("entry", each) for each in entries), *unit.items(),
                )  # fmt: skip
                clear = {"status": status, "agency": self._programme.state["agency"], "periods": periods}
                yield Draft(self._draw.new_id(), "EnrolmentListed", enrolment, refs, clear)

    def _unit(self, before: Subject | None, person: str) -> dict[str, str]:
        """What is enrolled where the programme's unit is no person: what was, else where the person is now."""
        role = self._programme.state["unit"].lower()
        if role == "person":
            return {}
        kept = before.state.get(role) if before is not None and before.state["person"] == person else None
        if kept is not None:
            return {role: str(kept)}
        found = lives_in(self._history, person) if role == "household" else None
        cards = self._cards(person) if role == "family_card" else ()
        unit = found.id if found is not None else next(iter(cards), None)
        return {role: unit} if unit else {}

    def _cards(self, person: str) -> Sequence[str]:
        """Family cards of a person, that of the newest words first."""
        found = self._history.subject(person)
        return found.state.get("family_cards", ()) if found is not None else ()

    def _held(self, enrolment: str) -> list[str]:
        if enrolment not in self._entries:
            before = self._history.subject(enrolment)
            self._entries[enrolment] = list(before.state.get("entries", ())) if before else []
        return self._entries[enrolment]

    def _add(self, enrolment: str, person: str, entries: Sequence[str]) -> None:
        held = self._held(enrolment)
        held[:] = sorted({*held, *entries})
        self._person[enrolment] = person
        self._enrolment_of.update(dict.fromkeys(entries, enrolment))

    def _vacant(self, entries: Iterable[str]) -> str | None:
        """An enrolment that rested on one of these entries and now on nothing: it was about this person all along."""
        for each in entries:
            entry = self._history.subject(each)
            former = self._history.subject(entry.state.get("enrolment") or "") if entry else None
            if former and not self._entries[former.id] and by_lists_alone(former):
                return former.id
        return None

    def _said(self, entries: Iterable[str]) -> tuple[str, list[str]]:
        """Enrolled as long as any of the entries says so, and the periods they name."""
        records = [each for each in map(self._history.subject, entries) if each is not None]
        values = [values_of(self._history, each) for each in records]
        enrolled = any(each.get("status") != "ENDED" for each in values)
        periods = sorted({str(each["period"]) for each in values if each.get("period")})
        return "ENROLLED" if enrolled else "ENDED", periods


def _prefetch(history: History, found: Sequence[FoundEntry]) -> None:
    """Everything that is looked at, in a handful of reads instead of several for each entry."""
    rows = [each.candidates[0][0] for each in found if each.sure]
    history.prefetch(
        subjects=[*rows, *(each.entry for each in found)], finds=[("person_of", each) for each in rows]
    )
    owners = [owner for each in rows for owner in history.find("person_of", each)]
    spaces = ("enrolments_of", "household_of")
    history.prefetch(subjects=owners, finds=[(space, each) for each in owners for space in spaces])
    history.prefetch(subjects=[each for owner in owners for each in history.find("household_of", owner)])
    held = [each for owner in owners for each in history.find("enrolments_of", owner)]
    entries = [each for each in (history.subject(one.entry) for one in found) if each is not None]
    history.prefetch(
        subjects=[*held, *(each.state["enrolment"] for each in entries if each.state.get("enrolment"))]
    )
    enrolments = [each for each in map(history.subject, held) if each is not None]
    evidence = [entry for each in enrolments for entry in each.state.get("entries", ())]
    history.prefetch(subjects=evidence)
    known = [*entries, *(each for each in map(history.subject, evidence) if each is not None)]
    prefetch_words(history, (each for each in known if "takes" in each.state))
