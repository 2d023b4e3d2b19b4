"""Forming households: which dwellings of the registers they stand on, who lives there, and who did."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from hub.commands.model import By
from hub.commands.promises import Kept
from hub.commands.reading import enrolments_for, household_of, resolved
from hub.domain.errors import InvalidInput, VersionConflict
from hub.domain.facts import Decision, Draft, Draw, History, Json, Ref, Subject

RULE = "shared-members/1"


@dataclass(frozen=True, slots=True)
class HouseholdGroup:
    """One household as it is to be."""

    records: tuple[str, ...]
    """The dwellings' records that speak of it."""
    members: tuple[tuple[str, str], ...]
    """(person, day of the first register that put them there), first those of whom the newest words tell."""
    former: tuple[tuple[str, str, str], ...]
    """(person, first day, last day on which a register put them there) of those who live elsewhere by now."""
    head: str | None
    """The member whom the registers call the head."""
    household: str | None = None
    """Id of the household, where a person arranged it: it keeps its id, also without dwellings or members."""
    placed: tuple[tuple[str, str], ...] = ()
    """(person, from which day on) of the members whom a person put there."""
    left: tuple[tuple[str, str], ...] = ()
    """(person, from which day on) of those who live in no household any more, as a person said."""


@dataclass(frozen=True, slots=True)
class FormHouseholds:
    """Make each of these groups one household (the machine's command).

    Of every household that is touched all dwellings stand in the groups, and of every person that of where they lived.
    What a person decided is not undone: see hub.commands.arranging.
    """

    groups: tuple[HouseholdGroup, ...]


def form_households(history: History, command: FormHouseholds, draw: Draw, by: By) -> Decision:
    """Households made, mended, absorbed, or left as they are."""
    groups = command.groups
    _demand_once([each for group in groups for each in group.records], "A dwelling")
    _demand_once([person for group in groups for person, _ in (*group.members, *group.left)], "A person")
    _prefetch(history, groups)
    for group in groups:
        _demand_sound(history, group)
    owners = {each: household_of(history, each) for group in groups for each in group.records}
    fixed = {at: _arranged(history, each.household) for at, each in enumerate(groups) if each.household}
    kept = Kept([each.records for each in groups], owners, draw.new_id, fixed)
    _demand_known_homes(history, groups, kept)
    _demand_decided(history, groups, kept)
    drafts: list[Draft] = []
    for subject, group in zip(kept.ids, groups, strict=True):
        standing = kept.standing.get(subject)
        said = said_of(history, group, standing)
        if standing is None or {name: standing.state[name] for name in said} != said:
            refs, days = told(said)
            drafts.append(Draft(draw.new_id(), "HouseholdFormed", subject, refs, {"rule": RULE, **days}))
        for gone in kept.absorbed(subject):
            drafts.append(Draft(draw.new_id(), "HouseholdRedirected", gone.id, (("into", subject),)))
            drafts += _carried(history, draw, gone.id, subject)
    return Decision(tuple(drafts))


def _carried(history: History, draw: Draw, gone: str, into: str) -> Iterator[Draft]:
    """The enrolments of a household that is no more go with it."""
    for each in enrolments_for(history, gone):
        refs = (("person", each.state["person"]), ("programme", each.state["programme"]), ("household", into))
        yield Draft(draw.new_id(), "EnrolmentMoved", each.id, refs, {"status": each.state["status"]})


def said_of(history: History, group: HouseholdGroup, standing: Subject | None) -> dict[str, Json]:
    """What the ledger is to say of a household; address and family cards are those of its members."""
    members = [_person(history, person).state for person, _ in group.members]
    return household_state(group, members, standing.state if standing else {})


def household_state(
    group: HouseholdGroup, members: Sequence[Mapping[str, Json]], before: Mapping[str, Json]
) -> dict[str, Json]:
    """The state of a household from a group and the states of its members, in the group's order.

    An arranged one without anybody at home stays where it lay before.
    """
    at_home = next((each for each in members if each.get("address")), None)
    cards = {card for each in members for card in each.get("family_cards", ())}
    stays = before if at_home is None and group.household else {}
    return {
        "records": sorted(group.records), "members": sorted(map(list, group.members)),
        "former": sorted(map(list, group.former)), "head": group.head,
        "address": at_home["address"] if at_home else stays.get("address"),
        "evidence": at_home["chosen"]["address"] if at_home else stays.get("evidence"), "family_cards": sorted(cards),
        "arranged": group.household is not None, "placed": sorted(map(list, group.placed)),
        "left": sorted(map(list, group.left)),
    }  # fmt: skip


def told(said: Mapping[str, Json]) -> tuple[tuple[Ref, ...], dict[str, Json]]:
    """A household's whole state as references of a fact, and the days that go with them."""
    single = (("head", said["head"]), ("address", said["address"]), ("evidence", said["evidence"]))
    by_hand = ("placed", "left") if said["arranged"] else ()
    refs: tuple[Ref, ...] = (
        *(("record", each) for each in said["records"]),
        *(("member", person) for person, _ in said["members"]),
        *(("former", person) for person, *_ in said["former"]),
        *((role, to) for role, to in single if to is not None),
        *(("family_card", each) for each in said["family_cards"]),
        *((role, person) for role in by_hand for person, _ in said[role]),
    )
    days = {
        "members": [from_on for _, from_on in said["members"]],
        "former": [[from_on, to_on] for _, from_on, to_on in said["former"]],
        **{role: [on for _, on in said[role]] for role in by_hand},
    }
    return refs, days


def _prefetch(history: History, groups: Iterable[HouseholdGroup]) -> None:
    records = [each for group in groups for each in group.records]
    people = [
        person
        for group in groups
        for person, *_ in (*group.members, *group.former, *group.placed, *group.left)
    ]
    finds = [("household_of", each) for each in (*records, *people)]
    fixed = [group.household for group in groups if group.household]
    history.prefetch(subjects=[*records, *people, *fixed], finds=finds)
    history.prefetch(subjects=[household for each in finds for household in history.find(*each)])


def _demand_once(ids: Sequence[str], what: str) -> None:
    if len(set(ids)) != len(ids):
        raise InvalidInput(f"{what} stands in two households.", "Give each to one.")


def _demand_sound(history: History, group: HouseholdGroup) -> None:
    dwellings = [history.subject(each) for each in group.records]
    if not all(
        each and each.type == "SourceRecord" and each.state["unit"] == "dwelling" for each in dwellings
    ):
        raise InvalidInput("Not all of these are dwellings of registers.", "Leave the others out.")
    members = {person for person, _ in group.members}
    if group.household is None and not (members and dwellings):
        raise InvalidInput("A household without members or without a dwelling is none.", "Leave it out.")
    if members & {person for person, *_ in group.former} or group.head not in {None, *members}:
        raise InvalidInput("A household contradicts itself.", "Who left is no member, and the head is one.")
    if not members >= {person for person, _ in group.placed}:
        raise InvalidInput("Somebody is placed where they do not live.", "Only members are.")
    if group.household is None and (group.placed or group.left):
        raise InvalidInput("Nobody is placed but by hand.", "Name the household that a person arranged.")
    for person in (*members, *(person for person, *_ in (*group.former, *group.left))):
        _person(history, person)


def _person(history: History, person: str) -> Subject:
    found = history.subject(person)
    if found is None or found.type != "Person":
        raise InvalidInput("Not all of these are persons.", "Leave the others out.")
    if "merged_into" in found.state:
        raise VersionConflict("Persons were formed meanwhile.", "Form households anew.")
    return found


def _arranged(history: History, household: str) -> Subject:
    found = history.subject(household)
    if found is None or found.type != "Household" or not found.state.get("arranged"):
        raise InvalidInput("Only a household that a person arranged is named.", "Leave its id out.")
    return found


def _demand_known_homes(history: History, groups: Iterable[HouseholdGroup], kept: Kept) -> None:
    """Nobody may be left a member of two households."""
    for group in groups:
        for person, _ in group.members:
            for each in map(history.subject, history.find("household_of", person)):
                lives = each is not None and any(person == member for member, _ in each.state["members"])
                if lives and each is not None and each.id not in kept.standing:
                    raise VersionConflict("A person lives in another household.", "Form that one as well.")


def _demand_decided(history: History, groups: Sequence[HouseholdGroup], kept: Kept) -> None:
    """What a person decided is said again: whom they placed, and who left. Raises VersionConflict."""
    named = {each.household for each in groups}
    said = {person for group in groups for person, _ in (*group.placed, *group.left)}
    for household in kept.standing.values():
        if household.state["arranged"] and household.id not in named:
            raise VersionConflict("A person arranged a household meanwhile.", "Form households anew.")
        for person in decided(household) - said:
            now = resolved(history, person)
            if now is not None and now.id not in said and not _decided_elsewhere(history, now.id, named):
                raise VersionConflict("A person's decision is left out.", "Form households anew.")
    for person in (person for group in groups for person, _ in group.members):
        if person not in said and _decided_elsewhere(history, person, named):
            raise VersionConflict("A person was placed meanwhile.", "Form households anew.")


def decided(household: Subject) -> set[str]:
    """Persons of whom somebody said that they live there, or that they left it."""
    return {person for name in ("placed", "left") for person, _ in household.state.get(name, ())}


def _decided_elsewhere(history: History, person: str, named: set[str | None]) -> bool:
    found = (history.subject(each) for each in history.find("household_of", person) if each not in named)
    return any(each is not None and person in decided(each) for each in found)
