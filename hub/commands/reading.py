"""What several decisions need from history: existing things by code, persons with their values, checked words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from hub.domain.errors import InvalidInput, NotFound
from hub.domain.facts import History, Json, Subject

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
    """A short text that says something. Raises InvalidInput when it is empty, too long or holds control signs."""
    text = " ".join(value.split())
    if not text or len(text) > longest or not text.isprintable():
        raise InvalidInput(
            f"{what} must be 1 to {longest} characters of plain text.", "Shorten or fill it in."
        )
    return text


def named(history: History, space: str, value: str, what: str) -> Subject:
    """The one thing with this code. Raises NotFound."""
    found = history.find(space, value)
    subject = history.subject(found[0]) if found else None
    if subject is None:
        raise NotFound(f"There is no {what} {value!r}.", "Check the code.")
    return subject


def known(history: History, subject: str, type_: str, what: str) -> Subject:
    """The subject with this id and of this type. Raises NotFound."""
    found = history.subject(subject)
    if found is None or found.type != type_:
        raise NotFound(f"There is no such {what}.", "Check its id.")
    return found


def person_values(history: History, person: Subject) -> dict[str, Json]:
    """The golden values of a person: each chosen field read from the fact it was chosen from."""
    values: dict[str, Json] = {}
    for name, fact in person.state.get("chosen", {}).items():
        payload = history.payload(fact) or {}
        source: Mapping[str, Json] = payload.get("values") or payload.get("standardised") or {}
        values[name] = source.get("area" if name == "address" else name)
    return values


def person_row(history: History, person: Subject) -> dict[str, Json]:
    """What the row predicates of the policy look at in a person."""
    enrolments = [history.subject(each) for each in history.find("enrolments_of", person.id)]
    visible = [each.state["visible"] for each in enrolments if each and each.state.get("visible")]
    row: dict[str, Json] = {"id": person.id, "kelurahan": person_values(history, person).get("address")}
    for each in visible:
        row[f"Vis_{each['agency']}"] = True
        row[f"vis_{each['agency']}_until"] = each["until"]
    return row
