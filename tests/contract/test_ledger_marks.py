"""Who can write the database, and holds no key, can't shorten or retell a log unseen: the marks stand elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select, update

from hub.domain.errors import LedgerFault, SetupError
from hub.domain.kinds import Log
from hub.ledger import tree
from hub.ledger.audit import verify
from hub.ledger.engine import database_errors, writing
from hub.ledger.marks import Marks
from hub.ledger.rows import (
    CheckpointRow,
    DerivedRow,
    EntryRow,
    FactRow,
    KeyRow,
    LookupRow,
    NodeRow,
    SubjectRow,
    table,
)
from hub.ledger.store import Ledger
from tests.contract.ledger_story import Story
from tests.contract.ledger_worlds import ORIGIN, agency, commit, disclose, everything, keys, unguarded

_ENTRY, _FACT, _NODE, _CHECKPOINT = (table(each) for each in (EntryRow, FactRow, NodeRow, CheckpointRow))
_KEY, _SUBJECT, _LOOKUP, _DERIVED = (table(each) for each in (KeyRow, SubjectRow, LookupRow, DerivedRow))

Reopen = Callable[[], Ledger]


@pytest.fixture
def reopen(url: str, tmp_path: Path) -> Iterator[Reopen]:
    """Opens the ledger anew, with what is kept beside its keys; the one before is closed."""
    held: list[Ledger] = []

    def opened() -> Ledger:
        while held:
            held.pop().close()
        held.append(Ledger(url, keys(), ORIGIN, Marks(tmp_path / "keys")))
        return held[-1]

    yield opened
    for each in held:
        each.engine.dispose()


def _cut(ledger: Ledger, log: Log, kept: int) -> None:
    """Shorten a log as thoroughly as the database alone allows: a whole ledger of fewer entries is left."""
    with unguarded(ledger) as connection:
        for rows in (_ENTRY, _FACT):
            connection.execute(delete(rows).where(rows.c.log == log.value, rows.c.seq > kept))
        connection.execute(
            delete(_CHECKPOINT).where(_CHECKPOINT.c.log == log.value, _CHECKPOINT.c.size > kept)
        )
        for row in connection.execute(select(_NODE).where(_NODE.c.log == log.value)).all():
            if (row.idx + 1) << row.level > kept:
                where = (_NODE.c.log == row.log, _NODE.c.level == row.level, _NODE.c.idx == row.idx)
                connection.execute(delete(_NODE).where(*where))
        connection.execute(
            delete(_KEY).where(_KEY.c.owner.not_in(select(_FACT.c.owner).where(_FACT.c.owner.is_not(None))))
        )
        for each in (_SUBJECT, _LOOKUP, _DERIVED):  # written anew at the next start
            connection.execute(delete(each))


@pytest.mark.parametrize(
    ("log", "kept"), [(Log.CHANGES, 0), (Log.CHANGES, 5), (Log.DISCLOSURES, 0), (Log.DISCLOSURES, 2)]
)
def test_a_log_cut_short_with_all_its_traces_is_found(reopen: Reopen, log: Log, kept: int) -> None:
    ledger = reopen()
    Story(ledger).tell()
    ledger = reopen()
    assert verify(ledger).ok
    _cut(ledger, log, kept)
    fault = verify(ledger).fault
    assert fault is not None
    with pytest.raises(LedgerFault) as raised:
        reopen()
    assert log.value in raised.value.message
    assert "were signed" in raised.value.message
    assert raised.value.advice


def test_a_history_told_otherwise_from_an_older_copy_on_is_found(reopen: Reopen) -> None:
    """As many entries as were signed, all of them whole, but not those."""
    ledger = reopen()
    commit(ledger, agency())
    commit(ledger, agency(code="benar"))
    ledger = reopen()
    _cut(ledger, Log.CHANGES, 1)
    # Whoever has no key can't append; rows of a stranger's ledger that hash properly are as far as one gets.
    with unguarded(ledger) as connection:
        row = connection.execute(select(_ENTRY)).one()._asdict()
        data = row["data"].replace(b"agency:define", b"agency:rename")
        forged = {**row, "seq": 2, "request": "x", "data": data, "leaf_hash": tree.leaf_hash(data)}
        connection.execute(_ENTRY.insert(), forged)
        connection.execute(
            _NODE.insert(),
            {
                "log": "changes",
                "level": 1,
                "idx": 0,
                "hash": tree.node_hash(row["leaf_hash"], forged["leaf_hash"]),
            },
        )
    with pytest.raises(LedgerFault) as raised:
        reopen()
    assert "not those that were signed" in raised.value.message


def test_nothing_is_signed_on_a_log_that_was_cut_while_it_runs(reopen: Reopen) -> None:
    ledger = reopen()
    for number in range(6):
        commit(ledger, agency(code=f"o{number}"))
    signed = ledger.proofs.checkpoint(Log.CHANGES)
    assert signed is not None
    _cut(ledger, Log.CHANGES, 3)
    for _ in range(4):
        with pytest.raises(LedgerFault):
            ledger.proofs.checkpoint(Log.CHANGES)
    with ledger.reading() as connection:
        assert connection.execute(select(func.count()).select_from(_CHECKPOINT)).scalar() == 0
    assert ledger.proofs.mark(Log.CHANGES) == signed


def test_the_mark_is_the_newest_checkpoint_and_never_goes_back(
    reopen: Reopen, url: str, tmp_path: Path
) -> None:
    ledger = reopen()
    commit(ledger, agency())
    first = ledger.proofs.checkpoint(Log.CHANGES)
    other = Ledger(url, keys(), ORIGIN, Marks(tmp_path / "keys"))
    commit(other, agency(code="disdik"))
    assert (
        other.proofs.checkpoint(Log.CHANGES)
        == ledger.proofs.mark(Log.CHANGES)
        == ledger.proofs.newest(Log.CHANGES)
    )
    assert first is not None
    ledger.proofs._keep(Log.CHANGES, first)
    assert (ledger.proofs.mark(Log.CHANGES) or first).size == 2
    other.close()
    for file in (tmp_path / "keys").iterdir():
        assert file.stat().st_mode & 0o077 == 0


def test_a_mark_or_a_row_that_was_lost_on_the_way_is_written_again(reopen: Reopen, tmp_path: Path) -> None:
    """Killed between the two, a process leaves one without the other: neither is a fault."""
    ledger = reopen()
    commit(ledger, agency())
    signed = ledger.proofs.checkpoint(Log.CHANGES)
    with unguarded(ledger) as connection:
        connection.execute(delete(_CHECKPOINT))
    ledger = reopen()
    assert ledger.proofs.checkpoint(Log.CHANGES) == signed == ledger.proofs.newest(Log.CHANGES)
    Marks(tmp_path / "keys").path(Log.CHANGES).unlink()
    ledger = reopen()
    assert ledger.proofs.checkpoint(Log.CHANGES) == signed == ledger.proofs.mark(Log.CHANGES)
    assert verify(ledger).ok


def test_a_ledger_that_grows_while_it_is_verified_is_no_fault(reopen: Reopen) -> None:
    ledger = reopen()
    Story(ledger).tell()

    def grow(log: str, done: int, total: int) -> None:
        commit(ledger, agency())
        disclose(ledger, "01930000-0000-7000-8000-0000000000ff")
        for each in Log:
            ledger.proofs.checkpoint(each)

    report = verify(ledger, grow)
    assert report.ok, report.fault
    assert verify(ledger).ok


def test_a_mark_that_nobody_signed_keeps_the_ledger_from_opening(reopen: Reopen, tmp_path: Path) -> None:
    ledger = reopen()
    commit(ledger, agency())
    ledger.proofs.checkpoint(Log.CHANGES)
    file = Marks(tmp_path / "keys").path(Log.CHANGES)
    file.write_text(file.read_text().replace("\n1\n", "\n0\n", 1))
    with pytest.raises(LedgerFault):
        reopen()
    file.unlink()
    file.mkdir()
    with pytest.raises(SetupError):
        reopen()


def test_triggers_that_were_taken_away_are_put_back_and_told(
    reopen: Reopen, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger = reopen()
    Story(ledger).tell()
    before = everything(ledger)
    with unguarded(ledger):
        pass
    ledger = reopen()
    told = capsys.readouterr()
    assert "entry_no_delete" in told.out + told.err
    with pytest.raises(SetupError), database_errors(), writing(ledger.engine) as connection:
        connection.execute(update(_ENTRY).values(purpose="lain"))
    assert everything(ledger) == before
    reopen()
    assert "entry_no_delete" not in "".join(capsys.readouterr())
