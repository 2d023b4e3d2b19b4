"""Commands that change the policy: propose, approve, and the operator's way from files. All end in PolicyAdopted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hub.access.change import Change, changed
from hub.commands.access import AdoptPolicy, policy_draft
from hub.commands.keepers import demand_keepers, demand_second, in_force, keepers, loaded
from hub.commands.model import By
from hub.commands.reading import known, named, words
from hub.domain.errors import Conflict, InvalidInput, VersionConflict
from hub.domain.facts import Decision, Draft, Draw, History

PROPOSED, APPROVED = "PROPOSED", "APPROVED"


@dataclass(frozen=True, slots=True)
class ProposePolicyChange:
    """Say which rules are to be different, and why. Nothing changes before it is approved."""

    reason: str
    add_rules: tuple[str, ...] = ()
    """Lines as in policy.csv."""
    remove_rules: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    """File name → its whole new text."""
    base_version: int | None = None
    """Version of the policy that the proposer has seen; refused when it is another by now."""


@dataclass(frozen=True, slots=True)
class ApprovePolicyChange:
    """Put a proposed change in force."""

    change: str
    """Id of the proposal."""


def propose_policy_change(history: History, command: ProposePolicyChange, draw: Draw, by: By) -> Decision:
    """A proposal against the policy in force; refused where its rules could decide nothing, or lock everybody out."""
    reason = words(command.reason, "The reason of a change to the policy", 500)
    running = in_force(history)
    if command.base_version not in (None, running.version):
        raise VersionConflict(
            f"Version {running.version} of the policy is in force.", "Look at it and propose the change anew."
        )
    change = Change(command.add_rules, command.remove_rules, command.files)
    candidate = loaded(changed(running.texts, change), running.version + 1)
    if candidate.digest == running.digest:
        raise InvalidInput("This change changes nothing.", "Name rules to add or to take away, or files.")
    demand_keepers(history, running, candidate, draw.today)
    files = {name: text for name, text in candidate.texts.items() if text != running.texts[name]}
    clear = {
        "status": PROPOSED, "base": running.version, "digest": candidate.digest, "files": files,
        "proposed_by": by.actor,
    }  # fmt: skip
    draft = Draft(
        draw.new_id(), "PolicyChangeProposed", draw.new_id(), clear=clear, payload={"reason": reason}
    )
    return Decision((draft,))


def approve_policy_change(history: History, command: ApprovePolicyChange, draw: Draw, by: By) -> Decision:
    """The proposed rules come into force, exactly as they were proposed, or not at all."""
    change = known(history, command.change, "PolicyChange", "proposed change")
    if change.state["status"] != PROPOSED:
        raise Conflict("This change was approved already.", "Nothing needs to be done.")
    running = in_force(history)
    if change.state["base"] != running.version:
        raise Conflict(
            f"It was proposed for version {change.state['base']} of the policy; {running.version} is in force.",
            "Have it proposed anew.",
        )
    demand_second(keepers(history, running, draw.today), change.state["proposed_by"], by.actor)
    candidate = loaded({**running.texts, **change.state["files"]}, running.version + 1)
    demand_keepers(history, running, candidate, draw.today)
    policy = named(history, "policy", "running", "policy")
    adopted = policy_draft(
        draw, policy.id, candidate.version, AdoptPolicy(candidate.digest, candidate.texts),
        refs=(("change", change.id),),
    )  # fmt: skip
    clear = {"status": APPROVED, "approved_by": by.actor, "policy_version": candidate.version}
    approved = Draft(draw.new_id(), "PolicyChangeApproved", change.id, (("policy", policy.id),), clear)
    return Decision((approved, adopted))


def adopt_policy(history: History, command: AdoptPolicy, draw: Draw, by: By) -> Decision:
    """The next policy version, unless exactly these rules are in force."""
    running = named(history, "policy", "running", "policy")
    if running.state["digest"] == command.policy_digest:
        return Decision((), running.id)
    draft = policy_draft(draw, running.id, running.state["version"] + 1, command)
    demand_keepers(history, in_force(history), loaded(draft.clear["rules"], 0), draw.today)
    return Decision((draft,))
