"""What forming households reads: who stands in which dwelling, and the households there are. Nobody is shown it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from hub.commands.choosing import days_of, dwelling_of, prefetch_words
from hub.commands.forming import forms
from hub.commands.reading import owner_of, person_values, resolved
from hub.domain.facts import History, Json, Subject
from hub.ledger.match_answers import prefetch_owners, stretch
from hub.ledger.store import Ledger
from hub.questions import model
from hub.questions.model import Viewed


def stays(ledger: Ledger, question: model.Stays) -> Viewed:
    """A stretch of persons' rows: in which dwellings their finished words put them, and the persons themselves."""
    subjects, after = stretch(ledger, "SourceRecord", question.after)
    records = [each for each in subjects if forms(each)]
    history = ledger.history()
    _prefetch(history, records)
    rows, persons = [], {}
    for each in records:
        owner = owner_of(history, each.id)
        if owner is not None:
            rows += [{**stay, "person": owner.id} for stay in _stays(history, each)]
            persons[owner.id] = _resident(history, owner)
    return Viewed({"rows": rows, "persons": persons, "next": after}, (), ())


def households_known(ledger: Ledger, question: model.HouseholdsKnown) -> Viewed:
    """A stretch of the households that stand, and whom persons became of whom people said where they live."""
    subjects, after = stretch(ledger, "Household", question.after)
    found = [{"id": each.id, **each.state} for each in subjects if "merged_into" not in each.state]
    history = ledger.history()
    decided = dict.fromkeys(person for each in found if each["arranged"] for person in _spoken_of(each))
    history.prefetch(subjects=decided)
    now = ((person, resolved(history, person)) for person in decided)
    became = {person: one.id for person, one in now if one is not None and one.id != person}
    return Viewed({"households": found, "became": became, "next": after}, (), ())


def _spoken_of(household: Mapping[str, Any]) -> Iterator[str]:
    yield from (person for name in ("members", "former", "placed", "left") for person, *_ in household[name])


def _prefetch(history: History, records: list[Subject]) -> None:
    prefetch_words(history, records)
    prefetch_owners(history, records)
    owners = [owner for each in records if (owner := owner_of(history, each.id)) is not None]
    chosen = [fact for each in owners for fact in each.state.get("chosen", {}).values()]
    # Also words that others followed: they tell where somebody stood before.
    history.prefetch_payloads([*(take["taken"] for each in records for take in each.state["takes"]), *chosen])


def _stays(history: History, record: Subject) -> Iterator[dict[str, Json]]:
    """Each dwelling that finished words of the row name, from the first day to the newest one for which they held."""
    days: dict[str, list[str]] = defaultdict(list)
    newest: dict[str, Mapping[str, Json]] = {}
    for take in record.state["takes"]:
        dwelling, held = dwelling_of(history, take), days_of(history, take)
        if dwelling is not None and held:
            days[dwelling.id] += held
            newest[dwelling.id] = take
    for unit, held in days.items():
        payload = history.payload(newest[unit]["taken"]) or {}
        yield {
            "unit": unit, "register": record.state["register"], "row_key": str(payload.get("row_key")),
            "from_on": min(held), "held_on": max(held),
            "confirmed": payload.get("standardised", {}).get("padan") == "PADAN",
        }  # fmt: skip


def _resident(history: History, person: Subject) -> Mapping[str, Any]:
    values, state = person_values(history, person), person.state
    return {
        "area": values.get("address"), "relation": values.get("relation_to_head"), "alive": values.get("alive"),
        "address": state.get("address"), "chosen": {"address": state.get("chosen", {}).get("address")},
        "family_cards": state.get("family_cards", ()),
    }  # fmt: skip
