"""`hub lineage` and `hub ledger prove` as they are typed: what they print and write, and that it is recorded."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from prov.model import ProvDocument

from hub.bootstrap import ADMIN
from hub.cli import doors, ledger, lineage
from hub.domain.errors import Forbidden, NotFound
from hub.domain.ids import new_id
from hub.domain.kinds import Log
from hub.ledger.evidence import check
from tests.spec.deliveries import NIK, finished, person
from tests.spec.hubs import Town
from tests.spec.investigation import person_with


@pytest.fixture
def town(bare: Town, monkeypatch: pytest.MonkeyPatch) -> Town:
    """A hub with one person in it, which the commands find."""
    finished(bare, "dtks", "1", "2024-01-31", person("a", "ASEP MADEUP", NIK))
    bare.settle()
    for command in (ledger, doors):
        monkeypatch.setattr(command, "settings", lambda: bare.settings)
    return bare


def test_a_lineage_is_printed_as_a_tree_written_as_prov_and_drawn(
    town: Town, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asep, recorded = person_with(town, "a"), town.opened.ledger.size(Log.DISCLOSURES)
    prov, drawing = tmp_path / "prov.json", tmp_path / "asal.svg"
    lineage.lineage(asep, "name", 3, prov, drawing)
    said = capsys.readouterr().out
    first, *below = said.splitlines()
    assert first == f"Person {asep} v2 GoldenChosen  name = ASEP MADEUP, edition 1, rule survivorship/1"
    assert any(
        line.lstrip().startswith("← name: SourceRecord") and "release 1 of 2024-01-31" in line
        for line in below
    )
    assert any("release:take by operator (diskominfo)" in line for line in below)
    assert ProvDocument.deserialize(content=prov.read_text(), format="json").get_records()
    assert "ASEP MADEUP" in drawing.read_text()
    assert {stat.S_IMODE(each.stat().st_mode) for each in (prov, drawing)} == {0o600}
    assert town.opened.ledger.size(Log.DISCLOSURES) == recorded + 1
    lineage.lineage(asep, json=True)
    assert json.loads(capsys.readouterr().out)["subject"] == asep
    with pytest.raises(NotFound):
        lineage.lineage(new_id())
    with pytest.raises(Forbidden):
        lineage.lineage(asep, name=ADMIN)


def test_an_entry_is_proved_with_what_its_asker_may_see(
    town: Town, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record = next(
        entry.seq
        for entry in town.opened.ledger.entries(Log.CHANGES, 0, 1_000)
        if entry.action == "release:take"
    )
    whole, closed, admins = (tmp_path / name for name in ("whole.json", "closed.json", "admins.json"))
    ledger.prove(record, whole)
    said = capsys.readouterr().out
    vkey = said.strip().rpartition(" ")[2]
    assert f"Entry {record} with " in said
    assert stat.S_IMODE(whole.stat().st_mode) == 0o600
    proved = check(whole.read_bytes(), vkey)
    assert "ASEP MADEUP" in repr([each.payload for each in proved.facts])
    ledger.prove(record, closed, closed=True)
    assert "ASEP MADEUP" not in closed.read_text()
    ledger.prove(record, admins, name=ADMIN)
    assert {each.fact["kind"] for each in check(admins.read_bytes(), vkey).facts} <= {"ChunkTaken"}
    ledger.prove(record, whole, [0], json=True)
    capsys.readouterr()
    ledger.check_evidence(whole, vkey)
    assert f"Proved: entry {record} stands in" in capsys.readouterr().out
    with pytest.raises(NotFound):
        ledger.prove(10_000, whole)
