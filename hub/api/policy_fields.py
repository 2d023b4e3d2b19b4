"""Root fields of the policy: what is in force, how it changes, who holds which grant."""

# ruff: noqa: A002  (arguments are called what the contract calls them)

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

import strawberry
from strawberry import ID
from strawberry.types.field import StrawberryField

from hub.api.context import Root
from hub.api.ledger_types import Receipt
from hub.api.policy_types import (
    AccessExplanation,
    Actor,
    ApprovePolicyChangeInput,
    Policy,
    PolicyChangeInput,
    PolicySimulation,
    PolicyVersion,
    RegisterActorInput,
    ResumeActorInput,
    RevokeGrantInput,
)
from hub.api.roots import root_field
from hub.api.types import Connection
from hub.commands.access import RegisterActor
from hub.commands.governing import ApprovePolicyChange, ProposePolicyChange
from hub.commands.standings import ResumeActor, RevokeGrant
from hub.domain.ids import as_uuid
from hub.questions import model as questions
from hub.questions.model import Page

QUERIES: list[StrawberryField] = []
MUTATIONS: list[StrawberryField] = []
ask = partial(root_field, QUERIES)
change = partial(root_field, MUTATIONS, Receipt)

First = Annotated[int | None, strawberry.argument(description="Rows from the start, at most 100.")]
After = Annotated[str | None, strawberry.argument(description="Cursor before the first row wanted.")]


@ask(Policy, "The rules in force: version, rules, roles, purposes, changes that wait.", needs="policy:read")
async def policy(root: Root) -> Any:
    """The running policy."""
    return await root.ask_whole(questions.RunningPolicy())


@ask(Connection[PolicyVersion], "Every version of the policy, newest first.", needs="policy:read")
async def policy_versions(root: Root, *, first: First = 20, after: After) -> Any:
    """Versions."""
    return await root.ask_whole(questions.PolicyVersions(Page(first, after)))


@ask(
    AccessExplanation,
    "Whether an actor may do something, by which rule, and which rules nearly opened it.",
    needs="policy:explain",
)
async def explain_access(  # noqa: PLR0913  # the contract's arguments, all by name
    root: Root, *, actor: str, action: str, subject: ID | None, field: str | None, purpose: str | None
) -> Any:
    """An explanation."""
    return await root.ask_whole(questions.AccessExplained(actor, action, subject, field, purpose))


@ask(PolicySimulation, "What a change to the policy would give and take.", needs="policy:simulate")
async def simulate_policy(root: Root, change: PolicyChangeInput) -> Any:
    """A simulation; reason and request id of the input play no part."""
    question = questions.PolicySimulated(
        add_rules=tuple(change.add_rules or ()),
        remove_rules=tuple(change.remove_rules or ()),
        files={each.name: each.text for each in change.files or ()},
        base_version=change.expected_version,
    )
    return await root.ask_whole(question)


@ask(Connection[Actor], "Who works with the hub, with their grants, by log-in name.", needs="actor:read")
async def actors(root: Root, *, first: First = 20, after: After) -> Any:
    """Actors."""
    return await root.ask_whole(questions.Actors(Page(first, after)))


@change("Proposes a change to the policy; nothing changes before it is approved.", needs="policy:propose")
async def propose_policy_change(root: Root, input: PolicyChangeInput) -> Any:
    """Propose."""
    command = ProposePolicyChange(
        reason=input.reason,
        add_rules=tuple(input.add_rules or ()),
        remove_rules=tuple(input.remove_rules or ()),
        files={each.name: each.text for each in input.files or ()},
        base_version=input.expected_version,
    )
    return await root.submit(command, input.request_id)


@change("Puts a proposed change in force, at once also for answers under way.", needs="policy:approve")
async def approve_policy_change(root: Root, input: ApprovePolicyChangeInput) -> Any:
    """Approve."""
    command = ApprovePolicyChange(as_uuid(input.change, "change"))
    return await root.submit(command, input.request_id, input.expected_version)


@change("Registers an actor under a log-in name; rights come with grants.", needs="actor:register")
async def register_actor(root: Root, input: RegisterActorInput) -> Any:
    """Register."""
    return await root.submit(RegisterActor(input.name, input.agency), input.request_id)


@change("Ends a grant at once, also for answers under way.", needs="role:grant")
async def revoke_grant(root: Root, input: RevokeGrantInput) -> Any:
    """Revoke."""
    command = RevokeGrant(as_uuid(input.grant, "grant"), input.reason)
    return await root.submit(command, input.request_id, input.expected_version)


@change("Takes a suspension back; grants that were not revoked hold again.", needs="actor:suspend")
async def resume_actor(root: Root, input: ResumeActorInput) -> Any:
    """Resume."""
    command = ResumeActor(input.actor, input.reason)
    return await root.submit(command, input.request_id, input.expected_version)
