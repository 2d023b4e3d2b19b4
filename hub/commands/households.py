"""Forming households: which dwellings of the registers they stand on, who lives there, and who did."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from hub.commands.model import By
from hub.commands.promises import Kept
from hub.commands.reading import household_of
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


@dataclass(frozen=True, slots=True)
class FormHouseholds:
    """Make each of these groups one household (the machine's command).

    Of every household that is touched all dwellings stand in the groups, and of every person that of where they lived.
    """

    groups: tuple[HouseholdGroup, ...]


def form_households(history: History, command: FormHouseholds, draw: Draw, by: By) -> Decision:
    """Households made, mended, absorbed, or left as they are."""
    groups = command.groups
    _demand_once([each for group in groups for each in group.records], "A dwelling")
    _demand_once([person for group in groups for person, _ in group.members], "A person")
    _prefetch(history, groups)
    for group in groups:
        _demand_sound(history, group)
    owners = {each: household_of(history, each) for group in groups for each in group.records}
    kept = Kept([each.records for each in groups], owners, draw.new_id)
    _demand_known_homes(history, groups, kept)
    drafts: list[Draft] = []
    for subject, group in zip(kept.ids, groups, strict=True):
        standing, said = kept.standing.get(subject), _said(history, group)
        if standing is None or {name: standing.state[name] for name in said} != said:
            drafts.append(_formed(draw, subject, said))
        drafts += [
            Draft(draw.new_id(), "HouseholdRedirected", gone.id, (("into", subject),))
            for gone in kept.absorbed(subject)
        ]
    return Decision(tuple(drafts))


def _said(history: History, group: HouseholdGroup) -> dict[str, Json]:
    """What the ledger is to say of a household; address and family cards are those of its members."""
    return household_state(group, [_person(history, person).state for person, _ in group.members])


def household_state(group: HouseholdGroup, members: Sequence[Mapping[str, Json]]) -> dict[str, Json]:
    """The state of a household from a group and the states of its members, in the group's order."""
    at_home = next((each for each in members if each.get("address")), None)
    cards = {card for each in members for card in each.get("family_cards", ())}
    return {
        "records": sorted(group.records), "members": sorted(map(list, group.members)),
        "former": sorted(map(list, group.former)), "head": group.head,
        "address": at_home["address"] if at_home else None,
        "evidence": at_home["chosen"]["address"] if at_home else None, "family_cards": sorted(cards),
    }  # fmt: skip


def _formed(draw: Draw, subject: str, said: Mapping[str, Json]) -> Draft:
    single = (("head", said["head"]), ("address", said["address"]), ("evidence", said["evidence"]))
    refs: tuple[Ref, ...] = (
        *(("record", each) for each in said["records"]),
        *(("member", person) for person, _ in said["members"]),
        *(("former", person) for person, *_ in said["former"]),
        *((role, to) for role, to in single if to is not None),
        *(("family_card", each) for each in said["family_cards"]),
    )
    clear = {
        "rule": RULE,
        "members": [from_on for _, from_on in said["members"]],
        "former": [[from_on, to_on] for _, from_on, to_on in said["former"]],
    }
    return Draft(draw.new_id(), "HouseholdFormed", subject, refs, clear)


def _prefetch(history: History, groups: Iterable[HouseholdGroup]) -> None:
    records = [each for group in groups for each in group.records]
    people = [person for group in groups for person, *_ in (*group.members, *group.former)]
    finds = [("household_of", each) for each in (*records, *people)]
    history.prefetch(subjects=[*records, *people], finds=finds)
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
    if not members or not dwellings:
        raise InvalidInput("A household without members or without a dwelling is none.", "Leave it out.")
    if members & {person for person, *_ in group.former} or group.head not in {None, *members}:
        raise InvalidInput("A household contradicts itself.", "Who left is no member, and the head is one.")
    for person in (*members, *(person for person, *_ in group.former)):
        _person(history, person)


def _person(history: History, person: str) -> Subject:
    found = history.subject(person)
    if found is None or found.type != "Person":
        raise InvalidInput("Not all of these are persons.", "Leave the others out.")
    if "merged_into" in found.state:
        raise VersionConflict("Persons were formed meanwhile.", "Form households anew.")
    return found


def _demand_known_homes(history: History, groups: Iterable[HouseholdGroup], kept: Kept) -> None:
    """Nobody may be left a member of two households."""
    for group in groups:
        for person, _ in group.members:
            for each in map(history.subject, history.find("household_of", person)):
                lives = each is not None and any(person == member for member, _ in each.state["members"])
                if lives and each is not None and each.id not in kept.standing:
                    raise VersionConflict("A person lives in another household.", "Form that one as well.")
