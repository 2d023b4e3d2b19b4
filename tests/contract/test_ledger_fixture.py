"""A ledger written by version 0.1.0 verifies, opens and folds for ever, and can be gone on with."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hub.domain.kinds import KINDS, Log
from hub.graph.ops import COPIERS
from hub.ledger.audit import verify
from hub.ledger.refold import refold
from hub.ledger.store import Ledger
from hub.ledger.tree import verify_consistency
from hub.ledger.vault import LedgerKeys
from tests.contract.ledger_evidence import evidence_of, sums
from tests.contract.ledger_worlds import NAME, NIK, ORIGIN, agency, commit, disclose, record

FOLDER = Path(__file__).parents[1] / "fixtures" / "ledger-v1"
EXPECTED: dict[str, Any] = json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))
DIGESTS = {
    "ledger.db": "e82d4cf082be0e4fab323e0c5621f61c28c365fced8e95463a2cbacf46575521",
    "keys.json": "4f1daea84957882d7d14cb5c69a844ec1d49a3d0f696ec8a84cccbd185678bff",
    "expected.json": "f775c652c5624f986bbdcb425a9e82dedd319f9b4ad4ab06fa803501bd5a9838",
}
"""SHA-256 of each file: the fixture is never made anew."""

LATER = frozenset({
    "PersonsMerged", "PersonSplit", "PersonRedirected", "EnrolmentMoved", "ModelAdopted", "RecordsJudged",
    "HouseholdFormed", "HouseholdArranged", "HouseholdRedirected",
    "EligibilityConfirmed", "EnrolmentRefused", "EnrolmentSuspended", "EnrolmentResumed", "PaymentRecorded",
    "GrantRevoked", "ActorResumed", "PolicyChangeProposed", "PolicyChangeApproved",
    "EnrolmentListed", "EntryCompared", "SurvivorshipRulesSet", "SurvivorshipApplied",
    "OverlapRulesSet",
})  # fmt: skip
"""Kinds that came after version 0.1.0, and that the fixture of a later version has to hold."""


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """The fixture's ledger, as a copy."""
    file = shutil.copy(FOLDER / "ledger.db", tmp_path / "ledger.db")
    opened = Ledger(f"sqlite:///{file}", LedgerKeys.load(FOLDER / "keys.json"), ORIGIN)
    yield opened
    opened.close()


@pytest.mark.parametrize("name", list(DIGESTS))
def test_the_fixture_is_byte_for_byte_what_it_was(name: str) -> None:
    assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == DIGESTS[name]


def test_the_fixture_is_one_file_and_says_that_its_secrets_are_made_up() -> None:
    assert {each.name for each in FOLDER.iterdir()} - {"__pycache__"} == {*DIGESTS, "make.py"}
    assert json.loads((FOLDER / "keys.json").read_text())["about"].startswith("Made-up secrets")


def test_the_fixture_can_not_be_made_anew() -> None:
    root = FOLDER.parents[2]
    done = subprocess.run(
        [sys.executable, str(FOLDER / "make.py")],
        cwd=root, env={"PYTHONPATH": str(root)}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "must stay as it is" in done.stderr


def test_it_verifies(ledger: Ledger) -> None:
    report = verify(ledger)
    assert report.ok, report.fault
    assert report.facts == EXPECTED["facts"]
    assert (report.payloads_erased, report.checkpoints) == (0, 4)
    for log, known in EXPECTED["logs"].items():
        assert (report.entries[log], report.roots[log]) == (known["size"], known["root"])


def test_sizes_roots_leaves_keys_and_payloads_are_as_expected(ledger: Ledger) -> None:
    found = sums(ledger)
    assert all(found[name] == EXPECTED[name] for name in ("logs", "payloads"))


def test_states_that_an_older_version_folded_are_folded_anew(ledger: Ledger) -> None:
    """Its own states are those of the folds of its version, which `expected.json` keeps."""
    assert sums(ledger)["states"] != EXPECTED["states"]
    assert not refold(ledger.engine, ledger.vault), "once is enough"


def test_its_facts_fold_into_the_states_that_are_kept(ledger: Ledger) -> None:
    states: dict[str, tuple[str, int, dict[str, Any]]] = {}
    for entry in ledger.entries(Log.CHANGES, 0, 100):
        for fact in entry.facts:
            kind, state = KINDS[fact.kind], states.get(fact.subject, ("", 0, {}))[2]
            states[fact.subject] = (kind.type, fact.version, kind.fold(state, fact))
    kept = ledger.subjects(states)
    assert {each.id: (each.type, each.version, each.state) for each in kept.values()} == states


def test_its_payloads_open_and_its_look_ups_find(ledger: Ledger) -> None:
    ids: dict[str, str] = EXPECTED["ids"]
    taken = ledger.payloads([ids["wife@release:RecordTaken"]])[ids["wife@release:RecordTaken"]]
    assert taken["standardised"]["name"] == NAME
    assert ledger.find("nik", NIK) == (ids["wife"],)
    assert ledger.find("person_of", ids["wife"]) == (ids["person"],)
    assert ledger.find("actor", "sitirohayati.uji") == (ids["clerk"],)


def test_evidence_for_one_of_its_facts_is_what_it_was(ledger: Ledger) -> None:
    assert evidence_of(ledger, EXPECTED["ids"]["person:PersonCorrected"]) == EXPECTED["evidence"]


def test_every_fact_still_says_what_it_does_to_the_graph(ledger: Ledger) -> None:
    for entry in ledger.entries(Log.CHANGES, 0, 100):
        for fact in entry.facts:
            list(COPIERS[fact.kind].ops(fact, lambda each: ledger.payloads([each])[each] or {}))


def test_it_can_be_gone_on_with(ledger: Ledger) -> None:
    size, root = EXPECTED["logs"]["changes"]["size"], bytes.fromhex(EXPECTED["logs"]["changes"]["root"])
    person = EXPECTED["ids"]["wife"]
    assert commit(ledger, agency(), record(), record(person)).seq == size + 1
    assert disclose(ledger, person).seq == EXPECTED["logs"]["disclosures"]["size"] + 1
    signed = ledger.proofs.checkpoint(Log.CHANGES)
    assert signed is not None
    proof = ledger.proofs.consistency(Log.CHANGES, size, signed.size)
    verify_consistency(size, signed.size, proof, root, signed.root)
    report = verify(ledger)
    assert report.ok, report.fault
    leaves = [entry.leaf_hash.hex() for entry in ledger.entries(Log.CHANGES, 0, size)]
    assert leaves == EXPECTED["logs"]["changes"]["leaf_hashes"]


def test_every_kind_of_fact_has_a_fixture(ledger: Ledger) -> None:
    """A new kind goes into LATER, and into the fixture of the version that brings it."""
    held = {fact.kind for log in Log for entry in ledger.entries(log, 0, 100) for fact in entry.facts}
    assert held | LATER == set(KINDS)
    assert not held & LATER
