"""Households by hand: formed, split, a member moved. What a person decided stands until a person decides otherwise.

A decision is about whole households: everybody who lives in one that it touches is placed there by hand from then on,
who stays as well as who comes. The machine may add whom registers newly tell; it never moves who was placed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from hub.commands.households import HouseholdGroup, said_of, told
from hub.commands.model import By
from hub.commands.reading import day, known, lives_in, resolved, words
from hub.domain.errors import Conflict, InvalidInput
from hub.domain.facts import Decision, Draft, Draw, History, Subject

RULE = "by-hand/1"


@dataclass(frozen=True, slots=True)
class FormHousehold:
    """Make these persons a household of their own; they leave those where they lived."""

    persons: tuple[str, ...]
    head: str
    reason: str
    on: str | None = None
    """From which day on they live together; today unless given."""


@dataclass(frozen=True, slots=True)
class MoveMember:
    """Move a person from one household to another, out of all, or into one."""

    person: str
    from_household: str | None
    """Where they live now; None for who lives in no household."""
    to_household: str | None
    """Where they live from then on; None for who leaves without living in another one."""
    reason: str
    on: str | None = None


@dataclass(frozen=True, slots=True)
class SplitHousehold:
    """Let some members of a household be one of their own from now on."""

    household: str
    persons: tuple[str, ...]
    head: str
    """Head of the new household."""
    reason: str
    on: str | None = None


@dataclass(slots=True)
class _Home:
    """A household that is being arranged."""

    id: str
    before: Subject | None
    records: tuple[str, ...] = ()
    head: str | None = None
    members: dict[str, str] = field(default_factory=dict)
    """Person → from which day on."""
    former: dict[str, tuple[str, str]] = field(default_factory=dict)
    placed: dict[str, str] = field(default_factory=dict)
    left: dict[str, str] = field(default_factory=dict)

    def enter(self, person: str, on: str) -> None:
        self.former.pop(person, None)
        self.members[person] = self.placed[person] = on

    def leave(self, person: str, on: str) -> None:
        from_on = self.members.pop(person)
        if on < from_on:
            raise InvalidInput("Somebody would leave before they came.", "Check the day.")
        self.former[person] = (from_on, on)
        self.placed.pop(person, None)
        if self.head == person:
            self.head = None

    def group(self) -> HouseholdGroup:
        return HouseholdGroup(
            self.records, in_order(self.members, self.head),
            tuple((person, *days) for person, days in self.former.items() if person not in self.members),
            self.head, self.id, tuple(self.placed.items()), tuple(self.left.items()),
        )  # fmt: skip


def in_order(members: dict[str, str], head: str | None) -> tuple[tuple[str, str], ...]:
    """Members of an arranged household: the head first, whose address it has."""
    return tuple((each, members[each]) for each in sorted(members, key=lambda each: (each != head, each)))


def form_household(history: History, command: FormHousehold, draw: Draw, by: By) -> Decision:
    """A new household, and those that its members leave."""
    work = _Arranging(history, draw, by, command.reason, command.on)
    persons = _persons(history, command.persons, command.head)
    homes = [work.home_of(person) for person in persons]
    first = homes[0]
    if first is not None and set(first.members) == set(persons):
        raise Conflict("These persons are one household already.", "Nothing needs to be done.")
    made = work.make(known(history, command.head, "Person", "person").id)
    for person, home in zip(persons, homes, strict=True):
        work.go(person, home, made)
    return work.decision(made)


def move_member(history: History, command: MoveMember, draw: Draw, by: By) -> Decision:
    """The household that somebody leaves, and the one they come to."""
    work = _Arranging(history, draw, by, command.reason, command.on)
    person = known(history, command.person, "Person", "person").id
    home, target = (
        work.touch(known(history, each, "Household", "household")) if each else None
        for each in (command.from_household, command.to_household)
    )
    if home is target:
        raise InvalidInput("Nobody moves from a household to the same one.", "Name two, or leave one out.")
    if home is not work.home_of(person) or (home is not None and person not in home.members):
        raise Conflict("This person does not live there now.", "Look at where they live by now.")
    work.go(person, home, target)
    first = home or target
    assert first is not None  # they are not the same
    return work.decision(first)


def split_household(history: History, command: SplitHousehold, draw: Draw, by: By) -> Decision:
    """The household that some leave, and the new one that they are."""
    work = _Arranging(history, draw, by, command.reason, command.on)
    home = work.touch(known(history, command.household, "Household", "household"))
    persons = _persons(history, command.persons, command.head)
    if not set(persons) < set(home.members):
        raise Conflict(
            "Only some of the members can leave.", "Name members who live there now, and leave somebody."
        )
    made = work.make(known(history, command.head, "Person", "person").id)
    for person in persons:
        work.go(person, home, made)
    return work.decision(home)


Arrangement = FormHousehold | MoveMember | SplitHousehold


def named_persons(command: Arrangement) -> tuple[str, ...]:
    """Persons whom a command names."""
    return (command.person,) if isinstance(command, MoveMember) else (*command.persons, command.head)


def named_households(command: Arrangement) -> tuple[str, ...]:
    """Households that a command names."""
    if isinstance(command, FormHousehold):
        return ()
    if isinstance(command, SplitHousehold):
        return (command.household,)
    return tuple(each for each in (command.from_household, command.to_household) if each is not None)


def _persons(history: History, ids: Iterable[str], head: str) -> list[str]:
    persons = [known(history, each, "Person", "person").id for each in ids]
    if len(set(persons)) != len(persons):
        raise InvalidInput("A person is named twice.", "Name each once.")
    if known(history, head, "Person", "person").id not in persons:
        raise InvalidInput("The head is a member.", "Name the head among the persons.")
    return persons


class _Arranging:
    """Collects the households that one decision is about."""

    def __init__(self, history: History, draw: Draw, by: By, reason: str, on: str | None) -> None:
        self._history = history
        self._draw = draw
        self._said = {"rule": RULE, "actor": by.actor}
        self._reason = words(reason, "The reason", 500)
        self.on = day(on or draw.today, "The day")
        if self.on > draw.today:
            raise InvalidInput("A household changes today or earlier.", "Say it on the day.")
        self._homes: dict[str, _Home] = {}

    def touch(self, household: Subject) -> _Home:
        """A household as it stands, everybody who lives there placed by hand; whom others became stands for them."""
        if household.id not in self._homes:
            state, now = household.state, self._now
            home = _Home(
                household.id, household, tuple(state["records"]), state["head"] and now(state["head"])
            )
            home.members = {now(person): from_on for person, from_on in reversed(state["members"])}
            home.former = {now(person): (from_on, to_on) for person, from_on, to_on in state["former"]}
            before = {now(person): on for person, on in state["placed"]}
            home.placed = {person: before.get(person, self.on) for person in home.members}
            home.left = {now(person): on for person, on in state["left"]}
            self._homes[household.id] = home
        return self._homes[household.id]

    def home_of(self, person: str) -> _Home | None:
        """Where somebody lives now."""
        for each in self._homes.values():
            if person in each.members:
                return each
        found = lives_in(self._history, person)
        return self.touch(found) if found is not None else None

    def make(self, head: str) -> _Home:
        """A new household."""
        made = _Home(self._draw.new_id(), None, head=head)
        self._homes[made.id] = made
        return made

    def go(self, person: str, home: _Home | None, target: _Home | None) -> None:
        """Somebody leaves one home and comes to the other; earlier decisions about them are no more."""
        for each in map(self._history.subject, self._history.find("household_of", person)):
            if each is not None and any(person == who for who, _ in each.state.get("left", ())):
                self.touch(each).left.pop(person)
        if home is not None:
            home.leave(person, self.on)
        if target is not None:
            target.enter(person, self.on)
        elif home is not None:
            home.left[person] = self.on

    def decision(self, first: _Home) -> Decision:
        """The facts, first that of the household that the change is about."""
        homes = [first, *(each for each in self._homes.values() if each is not first)]
        return Decision(tuple(self._arranged(each) for each in homes))

    def _arranged(self, home: _Home) -> Draft:
        refs, days = told(said_of(self._history, home.group(), home.before))
        clear, payload = {**self._said, "on": self.on, **days}, {"reason": self._reason}
        return Draft(self._draw.new_id(), "HouseholdArranged", home.id, refs, clear, payload)

    def _now(self, person: str) -> str:
        found = resolved(self._history, person)
        return found.id if found is not None else person
