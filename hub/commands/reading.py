"""What several decisions need from history: existing things by code, persons with their values, checked words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, timedelta

from hub.domain.errors import InvalidInput, NotFound
from hub.domain.facts import History, Json, Subject
from hub.domain.golden import golden_value

_BREAKS = re.compile(r"[ \t\r\n\u00a0]+")
_CODE = re.compile(r"[a-z0-9][a-z0-9_]{1,29}")


def code(value: str, what: str) -> str:
    """A code as the hub keeps it: lower case, digits and underscores. Raises InvalidInput."""
    if not _CODE.fullmatch(value):
        raise InvalidInput(f"{value!r} is no code for {what}.", "Use 2 to 30 of a-z, 0-9 and _, e.g. dinsos.")
    return value


def day(value: str, what: str) -> str:
    """An ISO date. Raises InvalidInput."""
    try:
        return date.fromisoformat(value).isoformat()
    except (ValueError, TypeError):
        raise InvalidInput(f"{what} is not a date.", "Write it as yyyy-mm-dd.") from None


def words(value: str, what: str, longest: int = 200) -> str:
    """A short text that says something, in one line.

    Raises InvalidInput when it is empty, too long, holds control signs or begins like a formula of a spreadsheet,
    which it would be once somebody opens an export.
    """
    text = _BREAKS.sub(" ", unicodedata.normalize("NFC", value)).strip(" ")
    if not text or len(text) > longest or not text.isprintable():
        raise InvalidInput(
            f"{what} must be 1 to {longest} characters of plain text.", "Shorten or fill it in."
        )
    if text[0] in "=+-@":
        raise InvalidInput(f"{what} begins with a sign that makes a formula of it.", "Begin with a word.")
    return text


def named(history: History, space: str, value: str, what: str) -> Subject:
    """The one thing with this code. Raises NotFound."""
    found = history.find(space, value)
    subject = history.subject(found[0]) if found else None
    if subject is None:
        raise NotFound(f"There is no {what} {value!r}.", "Check the code.")
    return subject


def resolved(history: History, subject: str) -> Subject | None:
    """The subject with this id. The id of a person or household is a promise: once merged, it leads to the other."""
    found = history.subject(subject)
    while found is not None and "merged_into" in found.state:
        found = history.subject(found.state["merged_into"])
    return found


def known(history: History, subject: str, type_: str, what: str) -> Subject:
    """The subject with this id and of this type. Raises NotFound."""
    found = resolved(history, subject)
    if found is None or found.type != type_:
        raise NotFound(f"There is no such {what}.", "Check its id.")
    return found


def person_values(history: History, person: Subject) -> dict[str, Json]:
    """The golden values of a person: each chosen field read from the fact it was chosen from."""
    chosen = person.state.get("chosen", {}).items()
    return {name: golden_value(name, history.payload(fact) or {}) for name, fact in chosen}


NOBODY: Mapping[str, Json] = {"kelurahan": None, "vis": {}, "agency": None}
"""The row of what does not exist: no predicate but `all` holds for it, so that hidden and missing read the same."""


def person_row(history: History, person: Subject | None) -> Mapping[str, Json]:
    """What the row predicates of the policy look at in a person: domicile, and agency → last day it sees them."""
    if person is None:
        return NOBODY
    vis: dict[str, Json] = {}
    for each in enrolments_of(history, person.id):
        if each.state.get("visible"):
            widen(vis, each)
    return {"kelurahan": person_values(history, person).get("address"), "vis": vis, "agency": None}


def household_row(history: History, household: Subject | None) -> Mapping[str, Json]:
    """What the row predicates of the policy look at in a household: where it lies, and who sees any of its members."""
    if household is None:
        return NOBODY
    payload = history.payload(household.state["evidence"]) if household.state.get("evidence") else None
    vis: dict[str, Json] = {}
    for person, _ in household.state["members"]:
        for agency, until in person_row(history, history.subject(person))["vis"].items():
            _widen(vis, agency, until)
    area = (payload or {}).get("standardised", {}).get("area")
    return {"kelurahan": area, "vis": vis, "agency": None}


def owner_of(history: History, record: str) -> Subject | None:
    """The person who has this record now; a look-up also names former ones."""
    return _holder_of(history, "person_of", record)


def household_of(history: History, record: str) -> Subject | None:
    """The household that stands on this dwelling's record now."""
    return _holder_of(history, "household_of", record)


def _holder_of(history: History, space: str, record: str) -> Subject | None:
    for each in history.find(space, record):
        holder = history.subject(each)
        if holder is not None and record in holder.state["records"]:
            return holder
    return None


def enrolments_of(history: History, person: str) -> list[Subject]:
    """All enrolments of a person, oldest first."""
    found = [history.subject(each) for each in history.find("enrolments_of", person)]
    return [each for each in found if each is not None and each.state["person"] == person]


def enrolments_for(history: History, unit: str) -> list[Subject]:
    """All enrolments of a household or of a family card, oldest first."""
    found = [history.subject(each) for each in history.find("enrolments_of", unit)]
    units = ("household", "family_card")
    return [each for each in found if each is not None and unit in {each.state.get(name) for name in units}]


def listed_on(history: History, card: str) -> list[Subject]:
    """The persons who stand on a family card by the newest words, oldest first."""
    ever = history.find("listed_on", card)
    history.prefetch(subjects=ever)
    found = [history.subject(each) for each in ever]
    return [each for each in found if each is not None and card in each.state.get("family_cards", ())]


def lives_in(history: History, person: str) -> Subject | None:
    """The household that somebody is a member of."""
    for each in map(history.subject, history.find("household_of", person)):
        if each is not None and any(person == member for member, _ in each.state["members"]):
            return each
    return None


def widen(vis: dict[str, Json], enrolment: Subject) -> None:
    """Let its agency see the person as long as an accepted enrolment lets it, too."""
    _widen(vis, enrolment.state["agency"], sight_of(enrolment))


def _widen(vis: dict[str, Json], agency: str, until: Json) -> None:
    vis[agency] = later(until, vis[agency]) if agency in vis else until


def sight_of(enrolment: Subject) -> str | None:
    """The last day on which an accepted enrolment lets its agency see the person; None while it runs."""
    if enrolment.state["status"] != "ENDED":
        return None
    return twelve_months_after(enrolment.state["to_on"])


def twelve_months_after(iso_day: str) -> str:
    """The last day of the twelve months in which an agency still sees whom it helped."""
    return (date.fromisoformat(iso_day) + timedelta(days=365)).isoformat()


def later(one: str | None, other: str | None) -> str | None:
    """The later of two last days; None, which stands for no end, is later than any."""
    return None if one is None or other is None else max(one, other)
