"""Laws of appending: however entries are grouped they are the same entries, and states are what facts add up to."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.domain.facts import Draft
from hub.domain.ids import new_id
from hub.domain.kinds import KINDS, Log
from hub.ledger.audit import verify
from hub.ledger.batch import Batch
from hub.ledger.engine import writing
from hub.ledger.entries import Appended, Pending
from hub.ledger.store import Ledger
from tests.contract.ledger_worlds import agency, everything, open_ledger, pend, record, warrant

NOW = datetime(2024, 6, 1, 3, 4, 5, 678, tzinfo=UTC)

ENTRIES = st.lists(
    st.lists(st.tuples(st.sampled_from(["agency", "record", "placed"]), st.integers(0, 3)), max_size=4)
    | st.just("seen"),
    min_size=1,
    max_size=14,
)
"""Entries as lists of (kind, which of four subjects of that kind), or "seen": a disclosure."""


def _append(ledger: Ledger, group: list[Pending]) -> None:
    with writing(ledger.engine) as connection:
        batch = Batch(connection, ledger.vault, NOW)
        batch.look(group)
        outcomes = [batch.add(each) for each in group]
        batch.flush()
    assert all(isinstance(each, Appended) for each in outcomes), outcomes


class _Teller:
    """Makes entries one by one on a ledger, each appended alone."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._subjects: dict[tuple[str, int], str] = {}

    def tell(self, entry: list[tuple[str, int]] | str) -> Pending:
        """Append an entry; returns it, so that it can be appended elsewhere."""
        if isinstance(entry, str):
            shown = tuple(("seen", each) for each in self._subjects.values())
            clear = {"question": "Persons", "fields": [], "withheld": []}
            draft = Draft(new_id(), "ViewDisclosed", new_id(), shown, clear)
            pending = self._ledger.disclosure(warrant(), draft, {})
        else:
            pending = pend(self._ledger, *(self._draft(kind, number) for kind, number in entry))
        _append(self._ledger, [pending])
        return pending

    def _draft(self, kind: str, number: int) -> Draft:
        subject = self._subjects.setdefault((kind, number), new_id())
        if kind == "agency":
            return agency(subject, code=f"a{number}")
        if kind == "record":
            return record(subject, nik=f"327301010190000{number}")
        return Draft(new_id(), "PlacesCounted", subject, clear={"enrolled_count": number})


def _hashed(ledger: Ledger) -> dict[str, Any]:
    """All that was written but the request digests, which are encrypted anew each time."""
    rows: dict[str, list[tuple[Any, ...]]] = everything(ledger)
    return {**rows, "entry": [row[:-1] for row in rows["entry"]]}


def _folded(ledger: Ledger) -> dict[str, tuple[str, int, dict[str, Any]]]:
    states: dict[str, tuple[str, int, dict[str, Any]]] = {}
    for entry in ledger.entries(Log.CHANGES, 0, 10_000):
        for fact in entry.facts:
            kind = KINDS[fact.kind]
            state = states.get(fact.subject, ("", 0, {}))[2]
            states[fact.subject] = (kind.type, fact.version, kind.fold(state, fact))
    return states


@given(ENTRIES, st.sets(st.integers(1, 13)))
@settings(max_examples=30, deadline=None)
def test_however_entries_are_grouped_they_are_the_same_entries(
    entries: list[list[tuple[str, int]] | str], cuts: set[int]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        one, other = (open_ledger(f"sqlite:///{Path(folder) / name}.db") for name in ("one", "other"))
        teller = _Teller(one)
        pending = [teller.tell(entry) for entry in entries]
        ends = sorted({0, len(pending)} | {each for each in cuts if each < len(pending)})
        for begin, end in pairwise(ends):
            _append(other, pending[begin:end])
        assert _hashed(one) == _hashed(other)
        for ledger in (one, other):
            report = verify(ledger)
            assert report.ok, report.fault
        folded, kept = _folded(other), other.subjects(_folded(other))
        assert {key: (each.type, each.version, each.state) for key, each in kept.items()} == folded
        assert len(everything(other)["subject"]) == len(folded)
        for ledger in (one, other):
            ledger.close()
