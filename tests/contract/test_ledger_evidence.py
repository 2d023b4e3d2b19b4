"""Evidence files: whoever has one and the verifier key can check it, and finds every byte that was changed."""

from __future__ import annotations

import ast
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.cli import ledger as commands
from hub.domain.errors import InvalidInput, LedgerFault, NotFound
from hub.domain.facts import Fact
from hub.domain.kinds import Log
from hub.ledger import canon, evidence
from hub.ledger.evidence import check, evidence_of
from hub.ledger.proof_answers import inclusion_proof
from hub.ledger.store import Ledger
from hub.ledger.vault import LedgerKeys
from tests.contract import stranger
from tests.contract.ledger_worlds import ORIGIN, agency, commit, open_ledger
from tests.contract.test_ledger_fixture import EXPECTED, FOLDER

CORRECTION = 9
"""An entry of the fixture with two facts, of which the first has a payload."""
VKEY = EXPECTED["logs"]["changes"]["vkey"]


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """The fixture's ledger, as a copy."""
    copy = shutil.copy(FOLDER / "ledger.db", tmp_path_factory.mktemp("evidence"))
    opened = Ledger(f"sqlite:///{copy}", LedgerKeys.load(FOLDER / "keys.json"), ORIGIN)
    yield opened
    opened.close()


def everything(fact: Fact) -> tuple[bool, bool]:
    return True, True


def file_of(ledger: Ledger, seq: int = CORRECTION, opens: evidence.Opens = everything) -> bytes:
    members = evidence_of(ledger, seq, None, opens)
    return canon.encode(members | {"entry_proof": inclusion_proof(ledger, seq, None)["file"]}) + b"\n"


@pytest.fixture(scope="module")
def file(ledger: Ledger) -> bytes:
    return file_of(ledger)


def test_a_file_proves_its_entry_its_facts_and_their_payloads(ledger: Ledger, file: bytes) -> None:
    proved = check(file, VKEY)
    assert (proved.entry["seq"], proved.given) == (CORRECTION, True)
    assert [each.fact["kind"] for each in proved.facts] == ["PersonCorrected", "GoldenChosen"]
    assert proved.facts[0].payload == json.loads(EXPECTED["evidence"]["payload"])
    assert proved.facts[1].payload is None
    assert (proved.checkpoint.origin, proved.checkpoint.size) == (f"{ORIGIN}/changes", 17)
    assert not check(file).given


def test_every_entry_of_a_ledger_has_evidence(ledger: Ledger) -> None:
    for entry in ledger.entries(Log.CHANGES, 0, 100):
        proved = check(file_of(ledger, entry.seq), VKEY)
        assert proved.entry == canon.decode(entry.data)
        assert [each.payload for each in proved.facts] == [fact.payload for fact in entry.facts]


def test_entries_of_none_and_of_many_facts_have_evidence(tmp_path: Path) -> None:
    opened = open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    for count in (0, 1, 7, 64):
        commit(opened, *(agency() for _ in range(count)))
    for seq, count in enumerate((0, 1, 7, 64), start=1):
        assert len(check(file_of(opened, seq)).facts) == count
    commit(opened, *(agency() for _ in range(evidence.MOST_FACTS + 1)))
    with pytest.raises(InvalidInput, match="101 facts"):
        evidence_of(opened, 5, None, everything)
    assert [each["index"] for each in evidence_of(opened, 5, [100, 3, 3], everything)["facts"]] == [3, 100]
    for wrong in (-1, 101):
        with pytest.raises(NotFound):
            evidence_of(opened, 5, [wrong], everything)
    opened.close()


def test_a_stranger_agrees(file: bytes) -> None:
    members = json.loads(file)
    (first, _) = members["facts"]
    handed = {
        "salt": first["salt"], "payload": first["payload"], "fact": first["fact"], "fact_index": first["index"],
        "fact_path": first["path"], "entry": members["entry"], "entry_proof": members["entry_proof"],
    }  # fmt: skip
    assert stranger.check_evidence(handed, VKEY) == json.loads(first["payload"])


def test_every_flipped_bit_is_found(file: bytes) -> None:
    for at in range(len(file)):
        for bit in (1, 2, 32, 128):
            spoiled = file[:at] + bytes([file[at] ^ bit]) + file[at + 1 :]
            with pytest.raises(LedgerFault):
                check(spoiled, VKEY)


def test_without_a_key_from_elsewhere_every_flipped_byte_is_found_as_well(file: bytes) -> None:
    for at in range(len(file)):
        with pytest.raises(LedgerFault):
            check(file[:at] + bytes([file[at] ^ 1]) + file[at + 1 :])


@settings(max_examples=300)
@given(st.data())
def test_whatever_is_done_to_a_file_it_proves_nothing_any_more(data: st.DataObject) -> None:
    file = _kept()
    begin = data.draw(st.integers(0, len(file)))
    end = data.draw(st.integers(begin, len(file)))
    spoiled = file[:begin] + data.draw(st.binary(max_size=40)) + file[end:]
    if spoiled != file:
        with pytest.raises(LedgerFault):
            check(spoiled, VKEY)


def _kept() -> bytes:
    """The fixture's own evidence as a file: what has no ledger at hand can be checked, too."""
    handed = EXPECTED["evidence"]
    fact = {
        "index": handed["fact_index"], "fact": handed["fact"], "path": handed["fact_path"], "salt": handed["salt"],
        "payload": handed["payload"],
    }  # fmt: skip
    members = {
        "format": evidence.FORMAT, "vkey": VKEY, "entry": handed["entry"], "entry_proof": handed["entry_proof"],
        "facts": [fact],
    }  # fmt: skip
    return canon.encode(members) + b"\n"


def test_members_taken_from_other_evidence_are_found(ledger: Ledger, file: bytes) -> None:
    mine, other = json.loads(file), json.loads(file_of(ledger, 8))
    for name in ("entry", "entry_proof", "facts"):
        with pytest.raises(LedgerFault):
            check(canon.encode({**mine, name: other[name]}) + b"\n", VKEY)
    with pytest.raises(LedgerFault, match="not in order"):
        check(canon.encode({**mine, "facts": mine["facts"][::-1]}) + b"\n", VKEY)


def test_a_file_signed_by_another_key_is_refused_where_the_key_is_given(tmp_path: Path) -> None:
    other = Ledger(f"sqlite:///{tmp_path / 'other.db'}", LedgerKeys.generate(), ORIGIN)
    commit(other, agency())
    forged = file_of(other, 1)
    other.close()
    assert check(forged).vkey != VKEY
    with pytest.raises(LedgerFault, match="another verifier key"):
        check(forged, VKEY)


def test_what_may_not_be_shown_is_not_enclosed(ledger: Ledger) -> None:
    nothing = file_of(ledger, opens=lambda fact: (False, False))
    assert check(nothing, VKEY).facts == ()
    closed = file_of(ledger, opens=lambda fact: (True, False))
    assert [each.payload for each in check(closed, VKEY).facts] == [None, None]
    secret = json.loads(EXPECTED["evidence"]["payload"])["values"]["mother_name"].encode()
    assert secret not in nothing + closed
    assert EXPECTED["evidence"]["salt"].encode() not in nothing + closed


def test_checking_looks_at_nothing_but_the_file(
    file: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HUB_HOME", str(tmp_path / "nowhere"))
    kept = tmp_path / "evidence.json"
    kept.write_bytes(file)
    commands.check_evidence(kept, VKEY)
    said = capsys.readouterr().out
    assert f"entry {CORRECTION} stands in {ORIGIN}/changes, of which 17 entries were signed" in said
    assert "ENTIN SUPRIATIN" in said
    assert "Not proved: that what was written is true" in said
    assert "came with the file" not in said
    commands.check_evidence(kept, None, json=True)
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert told["key_given"] is False
    assert told["signed"]["vkey"] == VKEY
    assert not (tmp_path / "nowhere").exists()
    with pytest.raises(InvalidInput, match="can't be read"):
        commands.check_evidence(tmp_path / "missing.json", None)


def test_the_checker_needs_no_ledger() -> None:
    tree = ast.parse(Path(evidence.__file__).read_text())
    functions = {each.name: each for each in tree.body if isinstance(each, ast.FunctionDef)}
    waiting, reached = ["check"], set()
    while waiting:
        name = waiting.pop()
        reached.add(name)
        called = {n.id for n in ast.walk(functions[name]) if isinstance(n, ast.Name)} & functions.keys()
        waiting += called - reached
    names = {n.id for each in reached for n in ast.walk(functions[each]) if isinstance(n, ast.Name)}
    assert not names & {"Ledger", "FACTS", "select", "Vault"}
