"""Trails through the two logs: entries of the changes, and who saw what; newest first, filtered, page by page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Select, select

from hub.access.scope import Scope
from hub.domain.days import instant
from hub.domain.kinds import Log
from hub.ledger.answering import Cursors, connection, page_size
from hub.ledger.entry_views import entry_dict, listed
from hub.ledger.fact_views import FactViews
from hub.ledger.kin import actor_of, identities
from hub.ledger.proofs import size_of
from hub.ledger.rows import EntryRow, FactRow, LookupRow, table
from hub.ledger.store import Entry, Ledger
from hub.questions import model
from hub.questions.model import Viewed

_ENTRY, _FACT, _LOOKUP = table(EntryRow), table(FactRow), table(LookupRow)


def ledger_entry(ledger: Ledger, question: model.LedgerEntry, scope: Scope, cursors: Cursors) -> Viewed:
    """One entry with its facts before and after, as far as the scope is shown them."""
    entry = ledger.entry(Log.CHANGES, question.seq)
    views = FactViews(ledger, scope)
    former = ledger.former([fact for fact in entry.facts if fact.version > 1])
    facts = [views.view(fact, former.get(fact.id)) for fact in entry.facts]
    return Viewed({**entry_dict(entry), "facts": facts}, views.everybody(), tuple(views.withheld))


def ledger_entries(ledger: Ledger, question: model.LedgerEntries, scope: Scope, cursors: Cursors) -> Viewed:
    """Entries that fit all that is asked."""
    conditions: list[Any] = []
    if question.subject is not None:
        conditions.append(_ENTRY.c.seq.in_(_about(question.subject)))
    if question.action is not None:
        conditions.append(_ENTRY.c.action == question.action)
    return _trail(ledger, Log.CHANGES, question, cursors, conditions)


def disclosures(ledger: Ledger, question: model.Disclosures, scope: Scope, cursors: Cursors) -> Viewed:
    """Records of answers that fit all that is asked; a person was also seen under ids that became theirs."""
    conditions: list[Any] = []
    if question.person is not None:
        keys = [ledger.vault.look_up("seen", each) for each in identities(ledger, question.person)]
        conditions.append(_ENTRY.c.seq.in_(_showing(keys)))
    if question.purpose is not None:
        conditions.append(_ENTRY.c.purpose == question.purpose)
    return _trail(ledger, Log.DISCLOSURES, question, cursors, conditions)


def entries_before(connection: Connection, log: Log, at: str, *, inclusive: bool = False) -> int:
    """How many entries were recorded before an instant, or also at it: times never go back, so that halving finds it."""
    low, high = 0, size_of(connection, log)
    while low < high:
        middle = (low + high + 1) // 2
        query = select(_ENTRY.c.at).where(_ENTRY.c.log == log.value, _ENTRY.c.seq == middle)
        found = connection.execute(query).scalar_one()
        if found < at or (inclusive and found == at):
            low = middle
        else:
            high = middle - 1
    return low


def _trail(
    ledger: Ledger,
    log: Log,
    question: model.LedgerEntries | model.Disclosures,
    cursors: Cursors,
    conditions: list[Any],
) -> Viewed:
    if question.actor is not None:
        conditions.append(_ENTRY.c.actor == actor_of(ledger, question.actor))
    if question.agency is not None:
        conditions.append(_ENTRY.c.agency == question.agency)
    conditions += _within(ledger, log, question.between)
    first = page_size(question.page)
    query = select(_ENTRY.c.seq).where(_ENTRY.c.log == log.value, *conditions)
    if question.page.after is not None:
        query = query.where(_ENTRY.c.seq < int(cursors.open(log.value, question.page.after)))
    with ledger.reading() as reading:
        found = reading.execute(query.order_by(_ENTRY.c.seq.desc()).limit(first + 1))
        seqs = [row.seq for row in found]
    entries = [ledger.entry(log, seq, opened=False) for seq in seqs]
    nodes = [(str(each.seq), _node(each)) for each in entries]
    total = ledger.size(log) if not conditions else None
    return Viewed({**connection(nodes, first, cursors, log.value), "total_count": total}, (), ())


def _node(entry: Entry) -> dict[str, Any]:
    if entry.log is Log.CHANGES:
        return listed(entry)
    (fact,) = entry.facts
    return entry_dict(entry) | {
        "question": fact.clear["question"], "withheld": fact.clear["withheld"],
        "subjects": list(fact.refs_as("seen")),
    }  # fmt: skip


def _within(ledger: Ledger, log: Log, between: model.Between) -> Iterator[Any]:
    with ledger.reading() as reading:
        if between.since is not None:
            yield _ENTRY.c.seq > entries_before(reading, log, instant(between.since, "from"))
        if between.until is not None:
            yield _ENTRY.c.seq <= entries_before(reading, log, instant(between.until, "to"))


def _about(subject: str) -> Select[Any]:
    return select(_FACT.c.seq).where(_FACT.c.subject == subject, _FACT.c.log == Log.CHANGES.value)


def _showing(keys: list[bytes]) -> Select[Any]:
    """Numbers of the disclosures that showed somebody: joined, for somebody may have been seen thousands of times."""
    return (
        select(_FACT.c.seq)
        .join(_LOOKUP, _LOOKUP.c.subject == _FACT.c.subject)
        .where(_LOOKUP.c.space == "seen", _LOOKUP.c.key.in_(keys), _FACT.c.log == Log.DISCLOSURES.value)
    )
