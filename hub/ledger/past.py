"""The ledger up to some entry, as the replay of the graph reads it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import func, select, tuple_

from hub.domain.days import instant
from hub.domain.facts import Fact, Json
from hub.domain.kinds import Log
from hub.ledger.batch import strides
from hub.ledger.rows import EntryRow, FactRow, table
from hub.ledger.seal import FACTS, open_fact
from hub.ledger.store import Ledger
from hub.ledger.trails import entries_before

_ENTRY, _FACT = table(EntryRow), table(FactRow)
_COUNTING = ("PlacesCounted", "ChunkTaken")
"""Kinds of which a subject may have thousands, and of which only the newest tells anything about the graph."""
_AT = FACTS.join(_ENTRY, (_ENTRY.c.log == _FACT.c.log) & (_ENTRY.c.seq == _FACT.c.seq)).add_columns(
    _ENTRY.c.at
)


def seq_at(ledger: Ledger, at: str) -> int:
    """The newest entry recorded at or before an instant; 0 when none was. InvalidInput for what is no instant."""
    with ledger.reading() as reading:
        return entries_before(reading, Log.CHANGES, instant(at, "asOf"), inclusive=True)


class PastFacts:
    """Facts of the changes up to one entry."""

    def __init__(self, ledger: Ledger, seq: int) -> None:
        self._ledger = ledger
        self.seq = seq

    def facts(self, subjects: Iterable[str]) -> list[Fact]:
        """All facts about some subjects that matter to the graph, in order, payloads opened."""
        found: list[Fact] = []
        upto = (_FACT.c.log == Log.CHANGES.value) & (_FACT.c.seq <= self.seq)
        with self._ledger.reading() as reading:
            for some in strides(subjects):
                about = upto & _FACT.c.subject.in_(some)
                newest = (
                    select(_FACT.c.subject, func.max(_FACT.c.subject_version))
                    .where(about, _FACT.c.kind.in_(_COUNTING))
                    .group_by(_FACT.c.subject)
                )
                told = _FACT.c.kind.not_in(_COUNTING) | tuple_(_FACT.c.subject, _FACT.c.subject_version).in_(
                    newest
                )
                rows = reading.execute(_AT.where(about, told)).all()
                found += [open_fact(row, self._ledger.vault, row.at) for row in rows]
        return sorted(found, key=lambda fact: (fact.seq, fact.pos))

    def payloads(self, ids: Iterable[str]) -> Mapping[str, Json]:
        """Payloads of facts by id."""
        return self._ledger.payloads(ids)

    def find(self, space: str, value: str) -> tuple[str, ...]:
        """The subjects that a look-up names, today or formerly."""
        return self._ledger.find(space, value)
