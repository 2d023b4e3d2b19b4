"""How the policy changes, who may change it, and how rights end: by command, on record, never locking all out."""

from __future__ import annotations

from typing import Any

import pytest
from neo4j import Driver

import policies
from hub.api.app import create_app
from hub.api.identity import issue
from hub.bootstrap import ADMIN, STEWARD
from hub.cli.asgi import post
from hub.commands.access import AdoptPolicy, RegisterActor, SuspendActor
from hub.commands.governing import ApprovePolicyChange, ProposePolicyChange
from hub.commands.standings import ResumeActor, RevokeGrant
from hub.domain.errors import (
    Conflict,
    Forbidden,
    HubError,
    InvalidInput,
    NotFound,
    SetupError,
    VersionConflict,
)
from hub.domain.facts import Draft
from hub.domain.ids import new_id
from hub.domain.kinds import Log
from hub.questions.model import Actors, Page, PolicyVersions, Releases, RunningPolicy
from tests.contract.ledger_worlds import commit
from tests.spec.hubs import Town, open_town

RULE = "petugas_kelurahan, *, entry:read, Entry, verval, all, show, allow"
PROPOSING = "admin_kebijakan, *, policy:propose, PolicyChange, tata_kelola, all, show, allow"
READING = "walidata, *, release:read, Release, pemadanan, all, show, allow"


def second_admin(town: Town, name: str = "nani") -> str:
    return town.register(name, "admin_kebijakan", "diskominfo")


def propose(town: Town, who: str = ADMIN, **change: Any) -> str:
    return str(town.submit(who, ProposePolicyChange("Sesuai SK 7/2026.", **change), wait=False).subject)


def four_eyes(setting: str) -> dict[str, str]:
    text = policies.rules()["purposes.toml"]
    return {"purposes.toml": text.replace('four_eyes = "when_two"', f'four_eyes = "{setting}"')}


def rules_in_force(town: Town) -> list[str]:
    found = town.ask(ADMIN, RunningPolicy())["rules"]
    return [f"{r['role']} {r['action']} {r['about']}" for r in found]


def grant_of(town: Town, actor: str) -> str:
    state = town.opened.ledger.subjects([actor])[actor].state
    return str(state["grants"][-1]["grant"])


# ------------------------------------------------------------------------------------ propose and approve


def test_a_change_is_proposed_then_approved_and_both_are_on_record(bare: Town) -> None:
    change = propose(bare, add_rules=(RULE,))
    assert "petugas_kelurahan entry:read Entry" not in rules_in_force(bare), "a proposal changes nothing"
    (waiting,) = bare.ask(ADMIN, RunningPolicy())["changes"]
    assert waiting["id"] == change
    assert waiting["reason"] == "Sesuai SK 7/2026."
    assert waiting["differences"] == [{"file": "policy.csv", "added": [RULE], "removed": []}]
    receipt = bare.submit(ADMIN, ApprovePolicyChange(change), expected=waiting["version"])
    assert receipt.subject == change
    assert "petugas_kelurahan entry:read Entry" in rules_in_force(bare)
    running = bare.ask(ADMIN, RunningPolicy())
    assert (running["version"], running["changes"], running["four_eyes"]) == (2, [], "WHEN_TWO")
    newest, first = (edge["node"] for edge in bare.ask(ADMIN, PolicyVersions())["edges"])
    assert newest["adopted_by"] == newest["proposed_by"] == bare.who(ADMIN).id
    assert (newest["version"], newest["reason"], newest["seq"]) == (2, "Sesuai SK 7/2026.", receipt.seq)
    assert newest["entry"]["action"] == "policy:approve"
    assert newest["differences"] == waiting["differences"]
    assert (first["version"], first["reason"], first["proposed_by"]) == (1, None, None)


def test_versions_are_paged_from_the_newest(bare: Town) -> None:
    changes: tuple[dict[str, Any], ...] = ({"add_rules": (RULE,)}, {"remove_rules": (RULE,)})
    for change in changes:
        bare.submit(ADMIN, ApprovePolicyChange(propose(bare, **change)), wait=False)
    page = bare.ask(ADMIN, PolicyVersions(Page(first=2)))
    assert [edge["node"]["version"] for edge in page["edges"]] == [3, 2]
    assert page["total_count"] == 3
    rest = bare.ask(ADMIN, PolicyVersions(Page(first=2, after=page["page_info"]["end_cursor"])))
    assert [edge["node"]["version"] for edge in rest["edges"]] == [1]
    assert not rest["page_info"]["has_next_page"]


def test_as_soon_as_there_are_two_policy_admins_nobody_approves_their_own_change(bare: Town) -> None:
    change = propose(bare, add_rules=(RULE,))
    second = second_admin(bare)
    with bare.refuses(Forbidden, "their own change"):
        bare.submit(ADMIN, ApprovePolicyChange(change))
    bare.submit(ADMIN, SuspendActor(second, "Cuti"))
    bare.submit(ADMIN, ResumeActor(second, "Kembali"))
    bare.submit("nani", ApprovePolicyChange(change))
    assert "petugas_kelurahan entry:read Entry" in rules_in_force(bare)


def test_a_policy_that_always_wants_four_eyes_needs_two_persons_to_begin_with(bare: Town) -> None:
    with bare.refuses(Conflict, "nobody could change the policy"):
        propose(bare, files=four_eyes("always"))
    second = second_admin(bare)
    bare.submit("nani", ApprovePolicyChange(propose(bare, files=four_eyes("always"))))
    assert bare.ask(ADMIN, RunningPolicy())["four_eyes"] == "ALWAYS"
    change = propose(bare, add_rules=(RULE,))
    bare.submit(ADMIN, SuspendActor(second, "Cuti"))
    with bare.refuses(Forbidden, "their own change"):
        bare.submit(ADMIN, ApprovePolicyChange(change))


def test_a_policy_that_wants_no_four_eyes_lets_one_do_both(bare: Town) -> None:
    second_admin(bare)
    bare.submit("nani", ApprovePolicyChange(propose(bare, files=four_eyes("never"))))
    bare.submit(ADMIN, ApprovePolicyChange(propose(bare, add_rules=(RULE,))))
    assert "petugas_kelurahan entry:read Entry" in rules_in_force(bare)


MALFORMED: dict[str, tuple[dict[str, Any], type[HubError], str]] = {
    "columns": ({"add_rules": ("walidata, *, person:read",)}, InvalidInput, "policy.csv line 1"),
    "role": ({"add_rules": (RULE.replace("petugas", "petugass"),)}, InvalidInput, "unknown role"),
    "two lines": ({"add_rules": (f"{RULE}\n{RULE}",)}, InvalidInput, "one line"),
    "comment": ({"add_rules": ("# nothing",)}, InvalidInput, "one line"),
    "quote": ({"add_rules": ('"walidata, x',)}, InvalidInput, "can't be read"),
    "predicate": (
        {"add_rules": ("petugas_opd, *, release:read, Release, *, territory, show, allow",)},
        SetupError, "says nothing of Release",
    ),
    "unknown rule": ({"remove_rules": (RULE,)}, InvalidInput, "no such rule"),
    "unknown file": ({"files": {"rules.csv": ""}}, InvalidInput, "no file of the policy"),
    "toml": ({"files": {"purposes.toml": "[x"}}, InvalidInput, "TOML"),
    "cypher": (
        {"files": {"predicates.toml": '[all]\ntwin = "every_row"\ncypher = {"*" = "true RETURN n"}'}},
        InvalidInput, "may not stand",
    ),
    "model": ({"files": {"model.conf": "[matchers]\nm = true"}}, InvalidInput, "can't be compiled"),
    "four eyes": ({"files": four_eyes("sometimes")}, InvalidInput, "four_eyes"),
    "nothing": ({}, InvalidInput, "changes nothing"),
}  # fmt: skip


def test_a_malformed_change_is_refused_with_its_line_and_advice(bare: Town) -> None:
    for change, refusal, told in MALFORMED.values():
        with bare.refuses(refusal, told):
            propose(bare, **change)
    with bare.refuses(InvalidInput, "reason"):
        bare.submit(ADMIN, ProposePolicyChange(" ", add_rules=(RULE,)))


def test_nobody_is_locked_out_by_whatever_way_a_policy_comes(bare: Town) -> None:
    with bare.refuses(Conflict, "nobody could change the policy"):
        propose(bare, remove_rules=(PROPOSING,))
    shipped = policies.rules()
    closed = {**shipped, "policy.csv": shipped["policy.csv"].replace(f"{PROPOSING}\n", "")}
    with bare.refuses(Conflict, "nobody could change the policy"):
        bare.submit("sistem", AdoptPolicy(policies.digest(closed), closed))
    moved = (PROPOSING.replace("admin_kebijakan", "walidata").replace("tata_kelola", "pemadanan"),)
    change = propose(bare, remove_rules=(PROPOSING,), add_rules=moved)
    bare.submit(ADMIN, ApprovePolicyChange(change))
    with bare.refuses(Forbidden):
        propose(bare, add_rules=(RULE,))
    bare.submit(ADMIN, ApprovePolicyChange(propose(bare, STEWARD, add_rules=(RULE,))))


def test_whoever_keeps_the_policy_alone_stays_able_to(bare: Town) -> None:
    bare.submit(ADMIN, ApprovePolicyChange(propose(
        bare, add_rules=(
            "walidata, *, actor:suspend, Actor, pemadanan, all, show, allow",
            "walidata, *, role:grant, Actor, pemadanan, all, show, allow",
        ),
    )))  # fmt: skip
    with bare.refuses(Conflict, "last policy admin"):
        bare.submit(STEWARD, SuspendActor(ADMIN, "Mutasi"))
    with bare.refuses(Conflict, "last policy admin"):
        bare.submit(STEWARD, RevokeGrant(grant_of(bare, bare.who(ADMIN).id), "Mutasi"))
    second_admin(bare)
    bare.submit(STEWARD, RevokeGrant(grant_of(bare, bare.who(ADMIN).id), "Mutasi"))


def test_a_proposal_holds_for_the_version_it_was_made_for(bare: Town) -> None:
    older = propose(bare, add_rules=(RULE,))
    newer = propose(bare, remove_rules=(READING,))
    bare.submit(ADMIN, ApprovePolicyChange(newer))
    with bare.refuses(Conflict, "version 1"):
        bare.submit(ADMIN, ApprovePolicyChange(older))
    with bare.refuses(Conflict, "already"):
        bare.submit(ADMIN, ApprovePolicyChange(newer))
    with bare.refuses(VersionConflict):
        propose(bare, add_rules=(RULE,), base_version=1)
    with bare.refuses(NotFound):
        bare.submit(ADMIN, ApprovePolicyChange(new_id()))
    fresh = propose(bare, add_rules=(RULE,), base_version=2)
    with bare.refuses(VersionConflict):
        bare.submit(ADMIN, ApprovePolicyChange(fresh), expected=7)


def test_a_rule_that_is_taken_away_closes_at_once_and_a_new_one_opens(bare: Town) -> None:
    assert bare.ask(STEWARD, Releases()) == []
    bare.submit(ADMIN, ApprovePolicyChange(propose(bare, remove_rules=(READING.replace(", ", ",  "),))))
    with bare.refuses(Forbidden):
        bare.ask(STEWARD, Releases())
    bare.submit(ADMIN, ApprovePolicyChange(propose(bare, add_rules=(READING,))))
    assert bare.ask(STEWARD, Releases()) == []


def test_only_a_policy_admin_sees_and_changes_who_may_what(bare: Town) -> None:
    bare.register("irma", "pemeriksa", "diskominfo")
    change = propose(bare, add_rules=(RULE,))
    admin = bare.who(ADMIN).id
    for who in (STEWARD, "irma"):
        for command in (
            ProposePolicyChange("SK", add_rules=(RULE,)), ApprovePolicyChange(change),
            RevokeGrant(grant_of(bare, admin), "Mutasi"), ResumeActor(admin, "Kembali"),
        ):  # fmt: skip
            with bare.refuses(Forbidden):
                bare.submit(who, command)
    for question in (RunningPolicy(), PolicyVersions(), Actors()):
        with bare.refuses(Forbidden):
            bare.ask(STEWARD, question)
        assert bare.ask("irma", question)


def test_the_same_request_proposes_once(bare: Town) -> None:
    command, request = ProposePolicyChange("SK 1/2026", add_rules=(RULE,)), new_id()
    first = bare.submit(ADMIN, command, request=request)
    again = bare.submit(ADMIN, command, request=request)
    assert again.repeated
    assert again.subject == first.subject


# --------------------------------------------------------------------------------------- rights that end


def test_a_revoked_grant_gives_nothing_any_more_and_stays_on_record(bare: Town) -> None:
    actor = bare.register("siti", "walidata", "diskominfo")
    assert bare.ask("siti", Releases()) == []
    grant = grant_of(bare, actor)
    bare.submit(ADMIN, RevokeGrant(grant, "SK 9/2026"))
    with bare.refuses(Forbidden, "no role"):
        bare.ask("siti", Releases())
    told = {edge["node"]["name"]: edge["node"] for edge in bare.ask(ADMIN, Actors())["edges"]}
    assert list(told) == [ADMIN, STEWARD, "pemadan", "sistem", "siti"]
    (shown,) = told["siti"]["grants"]
    assert (shown["id"], shown["role"]) == (grant, "walidata")
    assert shown["revoked_on"]
    size = bare.opened.ledger.size(Log.CHANGES)
    assert bare.submit(ADMIN, RevokeGrant(grant, "SK 9/2026")).repeated
    assert bare.opened.ledger.size(Log.CHANGES) == size


def test_refuses_to_revoke_what_is_not_there_or_a_machines(bare: Town) -> None:
    with bare.refuses(NotFound):
        bare.submit(ADMIN, RevokeGrant(new_id(), "Mutasi"))
    for name in ("sistem", "pemadan"):
        with bare.refuses(Forbidden, "machine"):
            bare.submit(ADMIN, RevokeGrant(grant_of(bare, bare.who(name).id), "Mutasi"))
    with bare.refuses(Conflict, "last policy admin"):
        bare.submit(ADMIN, RevokeGrant(grant_of(bare, bare.who(ADMIN).id), "Mutasi"))


def test_a_revoked_grant_is_not_given_again_when_the_hub_is_next_opened(
    bare: Town, graph_driver: Driver
) -> None:
    bare.submit(ADMIN, RevokeGrant(grant_of(bare, bare.who(STEWARD).id), "Mutasi"))
    bare.settle()
    size = bare.opened.ledger.size(Log.CHANGES)
    with open_town(bare.settings, graph_driver) as again:
        assert again.opened.ledger.size(Log.CHANGES) == size


def test_a_suspension_is_taken_back_by_command(bare: Town) -> None:
    bare.register("siti", "walidata", "diskominfo")
    bare.submit(ADMIN, SuspendActor("siti", "Mutasi"))
    with bare.refuses(Forbidden, "suspended"):
        bare.ask("siti", Releases())
    bare.submit(ADMIN, ResumeActor("siti", "Kembali bekerja"))
    assert bare.ask("siti", Releases()) == []
    assert bare.submit(ADMIN, ResumeActor("siti", "Kembali bekerja")).repeated
    with bare.refuses(NotFound):
        bare.submit(ADMIN, ResumeActor("nobody", "Kembali"))


@pytest.mark.parametrize("name", ["sistem", "pemadan"])
def test_a_ledger_in_which_an_earlier_version_suspended_a_machine_opens_and_is_mended(
    bare: Town, graph_driver: Driver, name: str
) -> None:
    clear, payload = {"suspended": True, "suspended_on": "2026-01-05"}, {"reason": "Salah pilih"}
    draft = Draft(new_id(), "ActorSuspended", bare.who(name).id, clear=clear, payload=payload)
    commit(bare.opened.ledger, draft)
    bare.settle()
    with open_town(bare.settings, graph_driver) as again:
        again.submit(ADMIN, ResumeActor(name, "Salah pilih."))
    with open_town(bare.settings, graph_driver) as mended:
        assert not mended.opened.suspended(mended.who(name))
        mended.submit(ADMIN, RegisterActor("siti"))


# ------------------------------------------------------------------------------------------ over GraphQL

ALL_ASKED = """{
  policy { version digest adoptedAt fourEyes rules { line role action about treatment allow } files { name }
    roles { code comesFor } purposes { code legalBasis classes } predicates { name says }
    changes { id version proposedBy proposedAt reason differences { file added removed } } }
  policyVersions { totalCount edges { node { version adoptedBy adoptedAt reason seq entry { action } } } }
  actors(first: 50) { edges { node { id version name suspended grants { id role startsOn revokedOn } } } }
  explainAccess(actor: "operator", action: "person:read", field: "motherName") {
    allowed treatment rows about purpose legalBasis deciding { rule { line about } reasons } nearly { reasons } }
  simulatePolicy(change: {removeRules: ["%s"]}) {
    openToNobody fourEyes approvers effects { roles actors action label field before after rowsGained rowsLost } }
}"""


def test_everything_is_asked_and_changed_over_graphql_too(bare: Town) -> None:
    app, token = create_app(bare.opened.hub, bare.settings), issue(bare.settings, bare.who(ADMIN).id, 5)

    def told(query: str) -> dict[str, Any]:
        body = bare.run(post(app, "/graphql", {"query": query}, token))
        assert "errors" not in body, body
        found: dict[str, Any] = body["data"]
        return found

    def change(field: str, given: str) -> str:
        return str(told(f"mutation {{ it: {field}(input: {{{given}}}) {{ subject }} }}")["it"]["subject"])

    proposed = change("proposePolicyChange", f'reason: "SK 7", addRules: ["{RULE}"], expectedVersion: 1')
    found = told(ALL_ASKED % READING)
    assert [each["id"] for each in found["policy"]["changes"]] == [proposed]
    assert found["policy"]["fourEyes"] == found["simulatePolicy"]["fourEyes"] == "WHEN_TWO"
    assert found["explainAccess"]["about"] == "Person.mother_name"
    assert found["explainAccess"]["treatment"] == "show"
    lost = found["simulatePolicy"]["effects"][0]
    assert (lost["label"], lost["before"], lost["after"], lost["rowsLost"]) == ("Release", "all", "none", 0)
    change("approvePolicyChange", f'change: "{proposed}", expectedVersion: 1')
    assert found["policyVersions"]["totalCount"] == 1
    siti = change("registerActor", 'name: "siti"')
    change("grantRole", 'actor: "siti", role: "walidata", reason: "SK 8"')
    (node,) = (e["node"] for e in told(ALL_ASKED % READING)["actors"]["edges"] if e["node"]["id"] == siti)
    assert change("revokeGrant", f'grant: "{node["grants"][0]["id"]}", reason: "Mutasi"') == siti
    change("suspendActor", 'actor: "siti", reason: "Mutasi"')
    assert change("resumeActor", 'actor: "siti", reason: "Kembali"') == siti
    newest = told(ALL_ASKED % READING)["policyVersions"]["edges"][0]["node"]
    assert (newest["version"], newest["entry"]["action"]) == (2, "policy:approve")
