"""Survivorship rules by GraphQL and on the command line: what is given becomes one command, what is none is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.cli import run
from hub.commands.survivorship import SetSurvivorshipRules, rules_set
from hub.domain.errors import InvalidInput
from hub.domain.survivorship import shipped
from hub.questions.model import SurvivorshipInForce
from hub.settings import Settings
from tests.desk import REQUEST, Client, code_of

SET = "mutation ($input: SurvivorshipRulesInput!) { setSurvivorshipRules(input: $input) { seq projected } }"
FIELDS = [{"field": "nik", "criteria": ["corrected", "trust"]}, {"field": "name", "criteria": ["corrected"]}]
TOLD = {
    "id": None, "version": 3, "edition": 2, "digest": "ab" * 32, "applied_edition": 1, "trust": ["dtks"],
    "fields": FIELDS,
}  # fmt: skip


@pytest.fixture
def client(tmp_path: Path) -> Client:
    return Client(Settings(home=tmp_path / "hub"))


def test_rules_are_set_with_what_the_steward_saw(client: Client) -> None:
    given = {
        "trust": ["dtks"], "fields": FIELDS, "reason": "Rapat forum", "requestId": REQUEST, "expectedVersion": 3,
    }  # fmt: skip
    assert client.ask(SET, {"input": given})["data"]["setSurvivorshipRules"] == {"seq": 7, "projected": True}
    fields = {"nik": ("corrected", "trust"), "name": ("corrected",)}
    (sent,) = client.desk.submitted
    assert sent[1:] == (SetSurvivorshipRules(("dtks",), fields, "Rapat forum"), REQUEST, 3)


def test_two_rules_for_one_field_are_refused(client: Client) -> None:
    body = client.ask(SET, {"input": {"trust": [], "fields": [FIELDS[0], FIELDS[0]]}})
    assert code_of(body) == InvalidInput.code
    assert client.desk.submitted == []


def test_the_rules_in_force_are_told(client: Client) -> None:
    client.desk.answers[SurvivorshipInForce] = TOLD
    asked = "{ survivorshipRules { version edition appliedEdition digest trust fields { field criteria } } }"
    assert client.ask(asked)["data"]["survivorshipRules"] == {
        "version": 3, "edition": 2, "appliedEdition": 1, "digest": "ab" * 32, "trust": ["dtks"], "fields": FIELDS,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "says"),
    [("trust = [", "no TOML"), ("trust = []\n[fields]\n", "wrong fields"), (None, "can't be read")],
)
def test_a_file_that_holds_no_rules_is_refused_before_anything_starts(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    text: str | None,
    says: str,
) -> None:
    monkeypatch.setenv("HUB_HOME", str(tmp_path / "hub"))
    file = tmp_path / "rules.toml"
    if text is not None:
        file.write_text(text)
    assert run(["survivorship", "set", str(file)]) == InvalidInput.exit_code
    assert says in capsys.readouterr().err
    assert not (tmp_path / "hub").exists()


def test_the_rules_that_come_with_the_hub_are_a_command_as_they_are() -> None:
    made = rules_set(shipped())
    assert made.fields["address"] == ("corrected", "trust", "freshness")
    assert made.trust[0] == "dukcapil"
