"""Whoever goes behind the hub's back is found: every column of every row, and rows gone, swapped, added, cut off."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from hub.domain.errors import HubError, InvalidInput, LedgerFault, ProofError
from hub.domain.kinds import Log
from hub.ledger import canon, tree
from hub.ledger.audit import Report, verify
from hub.ledger.note import Checkpoint
from hub.ledger.store import Ledger
from hub.ledger.tree import verify_consistency
from tests.contract.ledger_forger import COLUMNS, KEYS, Forger
from tests.contract.ledger_story import Story
from tests.contract.ledger_worlds import agency, commit, disclose, open_ledger

EVERY_COLUMN = [(name, column) for name, columns in COLUMNS.items() for column in columns]
MOVED = {("entry", "log"), ("entry", "seq"), ("fact", "log"), ("fact", "seq")}
"""Columns that say which entry it is: damage there shows at that entry or at another."""
STRANGE = (None, 0, -1, 7.5, 2**62, "", "x", b"", b"x", b"\xff\xfe", bytes(32), "9" * 5000, b"[" * 2000)
"""Values that no column holds."""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a ledger that holds the whole story, closed."""
    file = tmp_path_factory.mktemp("told") / "ledger.db"
    ledger = open_ledger(f"sqlite:///{file}")
    Story(ledger).tell()
    ledger.close()
    assert not file.with_name("ledger.db-wal").exists()
    return file


@pytest.fixture(scope="module")
def shared(told: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forger]:
    """A forger on one copy for tests that put everything back."""
    forger = Forger(Path(shutil.copy(told, tmp_path_factory.mktemp("shared"))))
    yield forger
    forger.close()


@pytest.fixture
def forger(told: Path, tmp_path: Path) -> Iterator[Forger]:
    """A forger on a copy of their own."""
    forger = Forger(Path(shutil.copy(told, tmp_path)))
    yield forger
    forger.close()


def _altered(value: Any, column: str) -> list[Any]:
    """Other values for a cell: one bit of a number or of bytes changed, one character of a text."""
    if value is None:
        return [b"x" if column == "sealed" else "x"]
    if isinstance(value, int):
        return [value ^ 1, value ^ 1 << 20]
    if isinstance(value, str):
        at = sum(map(ord, value)) % len(value) if value else 0
        return [value[:at] + chr(ord(value[at]) ^ 1) + value[at + 1 :]] if value else ["x"]
    bits = (0, 4 * len(value), 8 * len(value) - 1)
    return [(int.from_bytes(value) ^ 1 << bit).to_bytes(len(value)) for bit in bits]


def test_the_untouched_ledger_verifies(shared: Forger) -> None:
    report = verify(shared.ledger)
    assert report.ok, report.fault
    assert report.entries == {"changes": 17, "disclosures": 3}
    assert report.facts == len(shared.rows("fact")) == 37
    assert report.payloads_opened == sum(row[-1] is not None for row in shared.rows("fact")) > 10
    assert report.checkpoints == len(shared.rows("checkpoint")) == 4


@pytest.mark.parametrize(("name", "column"), EVERY_COLUMN, ids=lambda each: each)
def test_one_changed_bit_in_any_row_is_found(shared: Forger, name: str, column: str) -> None:
    at = COLUMNS[name].index(column) + 1
    tried = 0
    for row in shared.rows(name):
        for value in _altered(row[at], column):
            try:
                with shared.trying(name):
                    shared.put(name, row[0], **{column: value})
                    fault = shared.fault()
            except sqlite3.IntegrityError:
                continue  # another row stands there: nothing was changed
            assert fault is not None, (name, column, row[0])
            tried += 1
            if name in ("entry", "fact") and (name, column) not in MOVED:
                assert (fault.log, fault.seq) == (row[1], row[2]), (column, fault)
    assert tried >= len(shared.rows(name))
    assert shared.fault() is None


@pytest.mark.parametrize(("name", "column"), EVERY_COLUMN, ids=lambda each: each)
def test_a_value_of_another_type_or_length_is_found(shared: Forger, name: str, column: str) -> None:
    at = COLUMNS[name].index(column) + 1
    rows = shared.rows(name)
    for row in (rows[0], rows[-1]):
        for value in (each for each in STRANGE if each != row[at]):
            try:
                with shared.trying(name):
                    shared.put(name, row[0], **{column: value})
                    fault = shared.fault()
            except sqlite3.IntegrityError:
                continue
            assert fault is not None, (name, column, row[0], value)
    assert shared.fault() is None


@pytest.mark.parametrize("name", [each for each in COLUMNS if each not in ("checkpoint", "payload_key")])
def test_a_deleted_row_is_found(shared: Forger, name: str) -> None:
    for row in shared.rows(name):
        with shared.trying(name):
            shared.remove(name, row[0])
            fault = shared.fault()
        assert fault is not None, (name, row[0])
        if name == "fact":
            assert (fault.log, fault.seq) == (row[1], row[2])
    assert shared.fault() is None


def test_a_deleted_key_is_told_by_the_number_of_payloads_that_it_takes_away(shared: Forger) -> None:
    """Destroying a key is how one erases, so it is counted and no fault."""
    sealed = [row[COLUMNS["fact"].index("owner") + 1] for row in shared.rows("fact")]
    for rowid, owner, *_ in shared.rows("payload_key"):
        with shared.trying("payload_key"):
            shared.remove("payload_key", rowid)
            report = verify(shared.ledger)
        assert report.ok, report.fault
        assert 1 <= report.payloads_erased <= sealed.count(owner)
        assert report.payloads_erased + report.payloads_opened == sum(each is not None for each in sealed)
    assert verify(shared.ledger).payloads_erased == 0


def _exchange(forger: Forger, name: str, one: int, other: int, columns: list[str]) -> None:
    """Exchange columns of two rows, by way of values that no row has: keys stay unique throughout."""
    beyond: dict[type, Any] = {str: "beyond", int: 10**9, bytes: b"beyond"}
    first, second = (
        {key: dict(zip(["rowid", *COLUMNS[name]], row, strict=True))[key] for key in columns}
        for wanted in (one, other)
        for row in forger.rows(name)
        if row[0] == wanted
    )
    forger.put(name, one, **{key: beyond[type(value)] for key, value in first.items()})
    forger.put(name, other, **first)
    forger.put(name, one, **second)


@pytest.mark.parametrize("name", [each for each in COLUMNS if each != "derived"])  # that has one row
def test_two_rows_that_changed_places_are_found(shared: Forger, name: str) -> None:
    columns = KEYS[name] if name != "lookup" else ["subject"]
    before = shared.contents(name)
    tried = 0
    for one, other in pairwise(shared.rows(name)):
        try:
            with shared.trying(name):
                _exchange(shared, name, one[0], other[0], columns)
                changed, fault = shared.contents(name) != before, shared.fault()
        except sqlite3.IntegrityError:
            continue  # what would stand there stands there already
        assert changed == (fault is not None), (name, one, other)
        tried += changed
    assert tried > 1
    assert shared.fault() is None


def test_a_test_that_fails_midway_leaves_the_shared_copy_as_it_was(shared: Forger) -> None:
    before = shared.contents("lookup")
    first, second, *_ = (row[0] for row in shared.rows("lookup"))
    with pytest.raises(sqlite3.IntegrityError), shared.trying("lookup"):  # noqa: PT012 - the second one fails
        shared.remove("lookup", first)
        shared.put("lookup", second, subject=None)
    assert shared.contents("lookup") == before


def _additions() -> Iterator[tuple[str, dict[str, Any]]]:
    """What changes in a copy of a table's last row, which is then added."""
    for log in ("changes", "disclosures", "other"):
        for seq in (-1, 0, 4, 18, 1000):
            yield "entry", {"log": log, "seq": seq, "request": "beyond"}
            yield "fact", {"log": log, "seq": seq, "pos": 0, "id": "beyond"}
            yield "fact", {"log": log, "seq": seq, "pos": 3, "id": "beyond"}
            yield "fact", {"log": log, "seq": seq, "pos": -1, "id": "beyond"}
            yield "checkpoint", {"log": log, "size": seq}
        for level, index in ((0, 0), (1, 8), (5, 0), (40, 0), (-1, 0), (1, -1), (3, 7)):
            yield "node", {"log": log, "level": level, "idx": index}
    yield "payload_key", {"owner": "beyond"}
    yield "payload_key", {"retention": "beyond"}
    yield "subject", {"id": "beyond"}
    yield "lookup", {"space": "beyond"}
    yield "lookup", {"key": bytes(16)}
    yield "lookup", {"subject": "beyond"}


@pytest.mark.parametrize(("name", "change"), list(_additions()), ids=str)
def test_an_added_row_is_found(shared: Forger, name: str, change: dict[str, Any]) -> None:
    row = dict(zip(COLUMNS[name], shared.rows(name)[-1][1:], strict=True)) | change
    try:
        with shared.trying(name):
            shared.add(name, row)
            fault = shared.fault()
    except sqlite3.IntegrityError:
        return  # such a row stands there already
    assert fault is not None
    assert shared.fault() is None


def test_a_payload_exchanged_for_another_of_the_same_owner_is_found(forger: Forger) -> None:
    rows = forger.rows("fact")
    at = COLUMNS["fact"].index("sealed") + 1
    owner = COLUMNS["fact"].index("owner") + 1
    mine = next([a, b] for a in rows for b in rows if a[0] < b[0] and a[owner] and a[owner] == b[owner])
    forger.put("fact", mine[0][0], sealed=mine[1][at])
    fault = forger.fault()
    assert fault is not None
    assert (fault.log, fault.seq) == (mine[0][1], mine[0][2])


def test_an_entry_that_was_hashed_anew_up_to_the_root_is_found_by_the_signature(forger: Forger) -> None:
    for seq in range(1, 18):
        row = forger.raw.execute(
            "SELECT rowid, data, purpose FROM entry WHERE log = 'changes' AND seq = ?", [seq]
        ).fetchone()
        data = row[1].replace(b'"tata_kelola"', b'"pengawasan"')
        assert canon.is_canonical(data)
        forger.put("entry", row[0], data=data, leaf_hash=tree.leaf_hash(data), purpose="pengawasan")
        before = forger.rows("node")
        _hash_nodes_anew(forger)
        fault = forger.fault()
        assert fault is not None
        assert "signed" in fault.what
        assert fault.seq is not None
        assert fault.seq >= seq
        forger.put("entry", row[0], data=row[1], leaf_hash=tree.leaf_hash(row[1]), purpose=row[2])
        for node in before:
            forger.put("node", node[0], hash=node[4])
    assert forger.fault() is None


def _hash_nodes_anew(forger: Forger) -> None:
    for log in Log:
        frontier = tree.Frontier()
        query = "SELECT leaf_hash FROM entry WHERE log = ? ORDER BY seq"
        for (leaf,) in forger.raw.execute(query, [log.value]).fetchall():
            for level, index, made in frontier.append(leaf):
                where = "UPDATE node SET hash = ? WHERE log = ? AND level = ? AND idx = ?"
                forger.raw.execute(where, [made, log.value, level, index])


@pytest.mark.parametrize("kept", range(17))
def test_a_log_cut_short_below_its_checkpoint_neither_verifies_nor_opens(forger: Forger, kept: int) -> None:
    for name in ("entry", "fact"):
        forger.raw.execute(f"DELETE FROM {name} WHERE log = 'changes' AND seq > ?", [kept])
    forger.raw.execute("DELETE FROM node WHERE log = 'changes' AND (idx + 1) << level > ?", [kept])
    assert forger.fault() is not None
    with pytest.raises(LedgerFault) as raised:
        open_ledger(f"sqlite:///{forger.file}")
    assert str(kept) in raised.value.message
    assert raised.value.advice


def test_a_changed_checkpoint_keeps_the_ledger_from_opening(forger: Forger) -> None:
    newest = forger.raw.execute("SELECT rowid, note FROM checkpoint ORDER BY size DESC LIMIT 1").fetchone()
    for at in range(0, len(newest[1]) - 1, 7):
        old = newest[1][at]
        forger.put("checkpoint", newest[0], note=newest[1][:at] + chr(ord(old) ^ 1) + newest[1][at + 1 :])
        with pytest.raises(LedgerFault):
            open_ledger(f"sqlite:///{forger.file}")
        forger.unguard()
    forger.put("checkpoint", newest[0], note=newest[1])
    open_ledger(f"sqlite:///{forger.file}").close()


def test_a_flipped_bit_anywhere_in_the_file_is_found_or_changes_no_row(told: Path, tmp_path: Path) -> None:
    whole, draw = told.read_bytes(), random.Random(6962)
    before = _dump(told)
    found = 0
    for number in range(150):
        file = tmp_path / f"{number}.db"
        at = draw.randrange(len(whole))
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << draw.randrange(8)]) + whole[at + 1 :])
        if _is_found(file):
            found += 1
        else:
            assert _dump(file) == before, at
        file.unlink()
    assert found > 30


def _is_found(file: Path) -> bool:
    try:
        ledger = open_ledger(f"sqlite:///{file}")
    except HubError:
        return True
    try:
        return not verify(ledger).ok
    finally:
        ledger.engine.dispose()


def _dump(file: Path) -> list[list[tuple[Any, ...]]]:
    raw = sqlite3.connect(f"file:{file}?immutable=1", uri=True)
    try:
        return [raw.execute(f"SELECT * FROM {name} NOT INDEXED").fetchall() for name in COLUMNS]
    finally:
        raw.close()


# -- the limits: what only somebody outside can show ------------------------------------------------------------


def test_limit_a_deleted_checkpoint_is_not_missed_from_inside(forger: Forger) -> None:
    """Checkpoints do not hang together: that is why they are to be kept elsewhere."""
    for row in forger.rows("checkpoint"):
        forger.remove("checkpoint", row[0])
    report = verify(forger.ledger)
    assert report.ok
    assert report.checkpoints == 0


def _older_copy(tmp_path: Path, rest: Callable[[Ledger], object]) -> tuple[Path, Checkpoint, Report]:
    """A copy made after two entries; the checkpoint of the log after the rest was added; what verify says of the copy."""
    file = tmp_path / "ledger.db"
    ledger = open_ledger(f"sqlite:///{file}")
    commit(ledger, agency())
    commit(ledger, agency(code="disdik"))
    ledger.close()
    older = Path(shutil.copy(file, tmp_path / "older.db"))
    ledger = open_ledger(f"sqlite:///{file}")
    rest(ledger)
    kept = ledger.proofs.checkpoint(Log.CHANGES)
    ledger.close()
    assert kept is not None
    ledger = open_ledger(f"sqlite:///{older}")
    report = verify(ledger)
    ledger.close()
    return older, kept, report


def test_limit_an_older_copy_is_whole_from_inside_and_shown_by_a_checkpoint_kept_elsewhere(
    tmp_path: Path,
) -> None:
    older, kept, report = _older_copy(
        tmp_path,
        lambda ledger: disclose(
            ledger, *[commit(ledger, agency(code=f"o{n}")).subject or "" for n in range(3)]
        ),
    )
    assert report.ok
    ledger = open_ledger(f"sqlite:///{older}")
    with pytest.raises(InvalidInput):
        ledger.proofs.consistency(Log.CHANGES, ledger.size(Log.CHANGES), kept.size)
    ledger.close()


def test_limit_a_history_told_otherwise_by_the_key_holder_is_shown_by_a_checkpoint_kept_elsewhere(
    tmp_path: Path,
) -> None:
    older, kept, _ = _older_copy(tmp_path, lambda ledger: commit(ledger, agency(code="benar")))
    ledger = open_ledger(f"sqlite:///{older}")
    commit(ledger, agency(code="lain"))
    commit(ledger, agency(code="lagi"))
    forged = ledger.proofs.checkpoint(Log.CHANGES)
    assert verify(ledger).ok
    assert forged is not None
    proof = ledger.proofs.consistency(Log.CHANGES, kept.size, forged.size)
    ledger.close()
    with pytest.raises(ProofError):
        verify_consistency(kept.size, forged.size, proof, kept.root, forged.root)
