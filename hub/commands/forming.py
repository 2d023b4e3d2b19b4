"""Forming golden persons, first rule: source records with the same well-formed NIK are one person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hub.commands.choosing import dwelling_of, finished_take, prefetch_words, values_of
from hub.commands.confirming import is_civil, persons_with_niks_of, prefetch_civil
from hub.commands.golden import Forming
from hub.commands.model import By
from hub.commands.people import FormPersons
from hub.commands.reading import owner_of
from hub.domain.errors import Conflict
from hub.domain.facts import Decision, Draw, History, Json, Subject

FORMING = frozenset({"dtks", "p3ke", "regsosek", "dtsen"})
"""Registers whose persons the hub is about; the civil registry only confirms them."""


def form_persons(history: History, command: FormPersons, draw: Draw, by: By) -> Decision:
    """New persons for records that belong to nobody yet, and longer lists of records for persons who exist."""
    records = form_records(history, command.records)
    forming = Forming(history, draw)
    groups = _groups(history, records)
    for person, members in groups.items():
        forming.form(person, members)
    about = persons_with_niks_of(history, civil_records(history, command.records))
    choose_anew(history, forming, (each for each in about if each not in groups))
    return Decision(tuple(forming.drafts))


def choose_anew(history: History, forming: Forming, persons: Iterable[str]) -> None:
    """Choose the values of standing persons anew; what stands already is not said again."""
    found = [each for each in map(history.subject, persons) if each is not None and each.state.get("records")]
    form_records(history, [record for each in found for record in each.state["records"]])
    for each in found:
        forming.choose(each.id, each, each.state["records"], each.state.get("corrections", {}))


def civil_records(history: History, ids: Iterable[str]) -> list[Subject]:
    """Rows of the civil registry among these records. Raises Conflict for one of no closed release."""
    found = [each for each in map(history.subject, ids) if each is not None and is_civil(each)]
    prefetch_words(history, found)
    _demand_closed(history, found)
    return found


def forms(record: Subject) -> bool:
    """Whether a source record is a person's row of a register that persons are formed from."""
    return record.state["unit"] == "person" and record.state["register"] in FORMING


def form_records(history: History, ids: Iterable[str]) -> list[Subject]:
    """The person records of closed releases among these, with everything that forming them will look at.

    Raises Conflict for a record of no closed release.
    """
    ids = tuple(ids)
    history.prefetch(subjects=ids)
    records = [history.subject(each) for each in ids]
    persons = [each for each in records if each and each.type == "SourceRecord" and forms(each)]
    prefetch_words(history, persons)
    _demand_closed(history, persons)
    _prefetch(history, persons)
    return persons


def _demand_closed(history: History, records: Iterable[Subject]) -> None:
    if any(finished_take(history, each) is None for each in records):
        raise Conflict("Only records of closed releases are matched.", "Close the release first.")


def _dwelling(history: History, record: Subject) -> Subject | None:
    take = finished_take(history, record)
    return dwelling_of(history, take) if take else None


def _prefetch(history: History, records: list[Subject]) -> None:
    """Everything the rule will look at, in a handful of reads instead of several for each record."""
    standardised = [_numbers(history, each) for each in records]
    history.prefetch(
        finds=[("nik", values["nik"]) for values in standardised if values.get("nik")]
        + [("kk", values["kk"]) for values in standardised if values.get("kk")]
        + [("address_of", found.id) for each in records if (found := _dwelling(history, each))]
        + [("person_of", each.id) for each in records]
    )
    near = [
        subject
        for values in standardised
        for space in ("nik", "kk")
        if values.get(space)
        for subject in history.find(space, values[space])
    ]
    history.prefetch(
        subjects=near, finds=[(space, each) for each in near for space in ("person_of", "card_of")]
    )
    _prefetch_cards(history, (("card_of", each) for each in near))
    persons = {
        person for each in (*near, *(r.id for r in records)) for person in history.find("person_of", each)
    }
    history.prefetch(subjects=persons)
    standing = [history.subject(each) for each in persons]
    members = [record for each in standing if each for record in each.state.get("records", ())]
    history.prefetch(subjects=members, finds=[("card_of", each) for each in members])
    held = [each for each in map(history.subject, members) if each]
    prefetch_words(history, held)
    _prefetch_places(history, held)
    prefetch_civil(history, [*records, *held])
    history.prefetch_payloads(
        fact for each in standing if each for fact in each.state.get("corrections", {}).values()
    )


def _prefetch_places(history: History, held: list[Subject]) -> None:
    """Cards and addresses that the records of standing persons name: they are chosen from as well."""
    cards = [("kk", numbers["kk"]) for each in held if "kk" in (numbers := _numbers(history, each))]
    homes = [("address_of", found.id) for each in held if (found := _dwelling(history, each))]
    history.prefetch(finds=[*cards, *homes])
    history.prefetch(subjects=[address for home in homes for address in history.find(*home)])
    of_records = [("card_of", each) for card in cards for each in history.find(*card)]
    history.prefetch(finds=of_records)
    _prefetch_cards(history, of_records)


def _prefetch_cards(history: History, of_records: Iterable[tuple[str, str]]) -> None:
    """Cards, with the facts that tell their numbers."""
    cards = dict.fromkeys(card for each in of_records for card in history.find(*each))
    history.prefetch(subjects=cards)
    known = [each for each in map(history.subject, cards) if each is not None]
    history.prefetch_payloads(each.state["evidence"] for each in known)


def _numbers(history: History, record: Subject) -> dict[str, str]:
    """NIK and KK number of a record, the latter also from its family's."""
    dwelling = _dwelling(history, record)
    family: Mapping[str, Json] = values_of(history, dwelling) if dwelling else {}
    values = {**{name: family[name] for name in ("kk",) if name in family}, **values_of(history, record)}
    return {name: str(values[name]) for name in ("nik", "kk") if values.get(name)}


def _groups(history: History, records: list[Subject]) -> dict[str, list[str]]:
    """Person (an id, or `nik:…` or `record:…` for one to be made) → records that are to be among its own."""
    groups: dict[str, list[str]] = {}
    for record in records:
        nik = values_of(history, record).get("nik")
        owner = _person_of(history, record.id) or (_holder(history, nik) if nik else None)
        groups.setdefault(owner or (f"nik:{nik}" if nik else f"record:{record.id}"), []).append(record.id)
    return groups


def _person_of(history: History, record: str) -> str | None:
    owner = owner_of(history, record)
    return owner.id if owner is not None else None


def _holder(history: History, nik: str) -> str | None:
    """The oldest person who has a record with this NIK now; a look-up also names records that once said it."""
    for each in history.find("nik", nik):
        subject, owner = history.subject(each), _person_of(history, each)
        if subject is not None and owner is not None and values_of(history, subject).get("nik") == nik:
            return owner
    return None
