"""Entries of programme lists: what the matcher reads, and what a steward sees of those that were given to nobody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from hub.access.scope import Scope
from hub.commands.choosing import finished_take, prefetch_words
from hub.commands.enrolling import enrolment_in
from hub.commands.reading import named, owner_of
from hub.domain.errors import Forbidden
from hub.domain.facts import History, Subject
from hub.ledger.answering import Cursors, connection, page_of, page_size, sees_values
from hub.ledger.match_answers import stretch
from hub.ledger.match_views import probability
from hub.ledger.row_views import RowViews
from hub.ledger.store import Ledger
from hub.questions import model
from hub.questions.model import Viewed

_LIST = "entries"


def entry_rows(ledger: Ledger, question: model.EntryRows) -> Viewed:
    """A stretch of entries of finished releases with what was found of them before."""
    subjects, after = stretch(ledger, "SourceRecord", question.after)
    entries = [each for each in subjects if each.state["unit"] == "entry"]
    history = ledger.history()
    prefetch_words(history, entries)
    _prefetch_persons(history, entries)
    rows = [row for each in entries if (row := _row(history, each)) is not None]
    return Viewed({"rows": rows, "next": after}, (), ())


def _prefetch_persons(history: History, entries: Iterable[Subject]) -> None:
    enrolments = [each.state["enrolment"] for each in entries if each.state.get("enrolment")]
    history.prefetch(subjects=enrolments)
    persons = [each.state["person"] for each in map(history.subject, enrolments) if each is not None]
    history.prefetch(subjects=persons, finds=[("enrolments_of", each) for each in persons])
    history.prefetch(subjects=[each for person in persons for each in history.find("enrolments_of", person)])


def _row(history: History, entry: Subject) -> Mapping[str, Any] | None:
    take = finished_take(history, entry)
    payload = (history.payload(take["taken"]) if take else None) or {}
    if take is None or not payload:
        return None
    found = entry.state.get("found", {})
    return {
        "record": entry.id, "register": entry.state["register"], "row_key": payload["row_key"],
        "values": payload["standardised"], "judged": found.get("taken") == take["taken"],
        "candidates": found.get("candidates", []), "persons_rows": _rows_of(history, entry),
    }  # fmt: skip


def _rows_of(history: History, entry: Subject) -> list[str] | None:
    """Records of the person whom the entry enrols; none when another enrolment of theirs is to have it by now.

    None when it enrols nobody.
    """
    enrolment = history.subject(entry.state.get("enrolment") or "")
    if enrolment is None:
        return None
    person = history.subject(enrolment.state["person"])
    held = enrolment_in(history, enrolment.state["programme"], enrolment.state["person"])
    stands = person is not None and held is not None and held.id == enrolment.id
    return list(person.state["records"]) if person is not None and stands else []


def unmatched_entries(
    ledger: Ledger, question: model.UnmatchedEntries, scope: Scope, cursors: Cursors
) -> Viewed:
    """Entries of a programme that were given to nobody, the nearest to somebody first, with who came near."""
    if not sees_values(scope):
        raise Forbidden("Rows of the whole city stand beside these entries.", "Ask a data steward.")
    history, first = ledger.history(), page_size(question.page)
    named(history, "programme", question.programme, "programme")
    found = history.find("unmatched", question.programme)
    history.prefetch(subjects=found)
    known = [each for each in map(history.subject, found) if each is not None and not each.state["enrolment"]]
    waiting = sorted(known, key=_place)
    list_ = f"{_LIST}:{question.programme}"
    shown = page_of(waiting, _place, question.page, cursors, list_)
    nodes, seen = _nodes(ledger, history, shown)
    page = connection(list(zip(map(_place, shown), nodes, strict=True)), first, cursors, list_)
    return Viewed({**page, "total_count": len(waiting)}, seen, ())


def _place(entry: Subject) -> str:
    """Orders entries: the nearer to somebody, the smaller the text; then by id."""
    weights = entry.state["found"]["weights"]
    return f"{10**9 - (weights[0] if weights else -(10**8)):010d}|{entry.id}"


def _nodes(
    ledger: Ledger, history: History, entries: list[Subject]
) -> tuple[list[dict[str, Any]], tuple[str, ...]]:
    candidates = [record for each in entries for record in each.state["found"]["candidates"]]
    rows = RowViews(ledger, history, [*(each.id for each in entries), *candidates])
    history.prefetch(finds=[("person_of", each) for each in candidates])
    history.prefetch(subjects=[person for each in candidates for person in history.find("person_of", each)])
    owners = {each: owner.id for each in candidates if (owner := owner_of(history, each)) is not None}
    nodes = [
        {
            "id": each.id, "row": rows.view(each.id), "withheld": [],
            "candidates": [
                {"row": rows.view(record), "person": owners.get(record), "probability": probability(weight)}
                for record, weight in zip(
                    each.state["found"]["candidates"], each.state["found"]["weights"], strict=True
                )
            ],
        }
        for each in entries
    ]  # fmt: skip
    return nodes, tuple(dict.fromkeys((*(each.id for each in entries), *candidates, *owners.values())))
