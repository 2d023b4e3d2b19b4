"""Commands that take rights away, and give back what a suspension took."""

from __future__ import annotations

from dataclasses import dataclass

from hub.commands.access import SuspendActor, find_actor, person_at_work
from hub.commands.keepers import demand_admin_left
from hub.commands.model import By
from hub.commands.reading import words
from hub.domain.errors import Forbidden, NotFound
from hub.domain.facts import Decision, Draft, Draw, History


@dataclass(frozen=True, slots=True)
class RevokeGrant:
    """End one grant at once, whatever its last day."""

    grant: str
    """Id of the grant."""
    reason: str


@dataclass(frozen=True, slots=True)
class ResumeActor:
    """Take a suspension back: the grants that were not revoked hold again."""

    actor: str
    """Log-in name or id."""
    reason: str


def suspend_actor(history: History, command: SuspendActor, draw: Draw, by: By) -> Decision:
    """All rights of somebody else end now; a machine keeps its own, and the last policy admin too."""
    actor = person_at_work(history, command.actor)
    if actor.id == by.actor:
        raise Forbidden("Nobody suspends themselves.", "Ask another policy admin.")
    if actor.state.get("suspended"):
        return Decision((), actor.id)
    demand_admin_left(history, draw.today, without=actor.id)
    clear = {"suspended": True, "suspended_on": draw.today}
    payload = {"reason": words(command.reason, "The reason of a suspension", 500)}
    return Decision((Draft(draw.new_id(), "ActorSuspended", actor.id, clear=clear, payload=payload),))


def resume_actor(history: History, command: ResumeActor, draw: Draw, by: By) -> Decision:
    """A suspension ends. Also that of a machine, which an earlier version let happen: the hub can't work without."""
    actor = find_actor(history, command.actor)
    if not actor.state.get("suspended"):
        return Decision((), actor.id)
    clear = {"suspended": False, "suspended_on": None, "resumed_on": draw.today}
    payload = {"reason": words(command.reason, "The reason why a suspension ends", 500)}
    return Decision((Draft(draw.new_id(), "ActorResumed", actor.id, clear=clear, payload=payload),))


def revoke_grant(history: History, command: RevokeGrant, draw: Draw, by: By) -> Decision:
    """A grant ends now; that of a machine does not, nor the last one by which somebody is policy admin."""
    found = history.find("grant", command.grant)
    if not found:
        raise NotFound("There is no such grant.", "Take its id from the list of actors.")
    actor = person_at_work(history, found[0])
    grant = next(each for each in actor.state["grants"] if each["grant"] == command.grant)
    if "revoked_on" in grant:
        return Decision((), actor.id)
    demand_admin_left(history, draw.today, without=command.grant)
    clear = {"grant": command.grant, "revoked_on": draw.today}
    payload = {"reason": words(command.reason, "The reason why a grant ends", 500)}
    return Decision((Draft(draw.new_id(), "GrantRevoked", actor.id, clear=clear, payload=payload),))
