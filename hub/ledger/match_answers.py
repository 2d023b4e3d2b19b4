"""What the matcher reads: every row with its newest finished words, and what is known of pairs. Nobody is shown it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select

from hub.commands.bonds import judgement_of
from hub.commands.choosing import dwelling_of, finished_take, prefetch_words, values_of
from hub.commands.forming import forms
from hub.commands.reading import owner_of
from hub.domain.facts import History, Subject
from hub.ledger import canon
from hub.ledger.rows import SubjectRow, table
from hub.ledger.store import Ledger
from hub.questions import model
from hub.questions.model import Viewed

_SUBJECT = table(SubjectRow)
_STRETCH = 4_000


def match_rows(ledger: Ledger, question: model.MatchRows) -> Viewed:
    """A stretch of rows that have a person, or are to have one."""
    subjects, after = stretch(ledger, "SourceRecord", question.after)
    found = [each for each in subjects if forms(each)]
    history = ledger.history()
    prefetch_words(history, found)
    prefetch_owners(history, found)
    rows = [row for each in found if (row := _row(history, each)) is not None]
    return Viewed({"rows": rows, "next": after}, (), ())


def prefetch_owners(history: History, records: Iterable[Subject]) -> None:
    """The persons who have source records, or had them."""
    finds = [("person_of", each.id) for each in records]
    history.prefetch(finds=finds)
    history.prefetch(subjects=[person for each in finds for person in history.find(*each)])


def _row(history: History, record: Subject) -> Mapping[str, Any] | None:
    """A row of a finished release; of one that was erased only whose it is."""
    take = finished_take(history, record)
    if take is None:
        return None
    payload, dwelling = history.payload(take["taken"]), dwelling_of(history, take)
    release, owner = history.subject(take["release"]), owner_of(history, record.id)
    return {
        "record": record.id, "register": record.state["register"], "person": owner.id if owner else None,
        "release": release.state["label"] if release else "", "unit": dwelling.id if dwelling else None,
        "row_key": payload["row_key"] if payload else None, "values": payload["standardised"] if payload else None,
        "dwelling": values_of(history, dwelling) if dwelling else None,
    }  # fmt: skip


def matches_known(ledger: Ledger, question: model.MatchesKnown) -> Viewed:
    """A stretch of pairs of which something was said: the machine's outcome, and a steward's word."""
    subjects, after = stretch(ledger, "Match", question.after)
    matches = [
        {
            "left": each.state["left"], "right": each.state["right"], "judgement": judgement_of(each),
            "outcome": machine["outcome"] if machine else None,
            "weight": machine["weight"] if machine else None,
            "levels": machine["levels"] if machine else None,
        }
        for each in subjects
        for machine in (each.state["machine"],)
    ]  # fmt: skip
    return Viewed({"matches": matches, "next": after}, (), ())


def running_model(ledger: Ledger, question: model.RunningModel) -> Viewed:
    """Digest and settings of the model in force; None when there is none."""
    found = list(ledger.subjects(ledger.find("model", "running")).values())
    if not found:
        return Viewed(None, (), ())
    (running,) = found
    payload = ledger.payloads([running.state["adopted"]])[running.state["adopted"]]
    return Viewed({"digest": running.state["digest"], "settings": (payload or {}).get("settings")}, (), ())


def stretch(ledger: Ledger, type_: str, after: str) -> tuple[list[Subject], str | None]:
    """The next subjects of a type by id, and the id after which to go on; None at the end."""
    query = select(_SUBJECT).where(_SUBJECT.c.type == type_, _SUBJECT.c.id > after)
    with ledger.reading() as connection:
        rows = connection.execute(query.order_by(_SUBJECT.c.id).limit(_STRETCH)).all()
    subjects = [Subject(row.id, row.type, row.version, canon.decode(row.state)) for row in rows]
    return subjects, rows[-1].id if len(rows) == _STRETCH else None
