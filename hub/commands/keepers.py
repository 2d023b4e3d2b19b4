"""Who can change the policy: so that a change needs a second pair of eyes, and never locks everybody out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from hub.access.policy import Policy
from hub.access.rulebook import ANY, FourEyes
from hub.commands.access import ADMIN_ROLE, standing_of
from hub.commands.reading import named
from hub.domain.errors import Conflict, Forbidden
from hub.domain.facts import History, Standing, Subject

PROPOSE, APPROVE = "policy:propose", "policy:approve"


@dataclass(frozen=True, slots=True)
class Keepers:
    """Persons who may propose and who may approve today under one policy; machines are none."""

    proposers: frozenset[str]
    approvers: frozenset[str]
    four_eyes: FourEyes

    @property
    def suffice(self) -> bool:
        """Whether some change can get through."""
        if self.four_eyes is not FourEyes.ALWAYS:
            return bool(self.proposers and self.approvers)
        return any(one != other for one in self.proposers for other in self.approvers)

    def needs_second(self, proposer: str) -> bool:
        """Whether somebody else has to approve what this one proposes."""
        if self.four_eyes is FourEyes.WHEN_TWO:
            return bool(self.approvers - {proposer})
        return self.four_eyes is FourEyes.ALWAYS


def keepers(history: History, policy: Policy, today: str, without: str = "") -> Keepers:
    """Those who can change the policy under these rules, which need not be those in force.

    `without`: as if this actor, or this grant, did not exist.
    """
    found: dict[str, set[str]] = {PROPOSE: set(), APPROVE: set()}
    for standing in _holders(history, policy, without):
        for purpose in policy.purposes(standing, today):
            scope = policy.scope(standing, purpose.code, today)
            for action, actors in found.items():
                if scope.may(action):
                    actors.add(standing.actor)
    return Keepers(frozenset(found[PROPOSE]), frozenset(found[APPROVE]), policy.book.four_eyes)


def demand_keepers(history: History, running: Policy, candidate: Policy, today: str) -> None:
    """Conflict for rules under which nobody could change the rules again, while somebody can now."""
    if keepers(history, running, today).suffice and not keepers(history, candidate, today).suffice:
        raise Conflict(
            "Under these rules nobody could change the policy any more.",
            f"Leave {PROPOSE} and {APPROVE} to a role that somebody holds today; where `four_eyes` is "
            f"{FourEyes.ALWAYS}, to two persons.",
        )


def demand_admin_left(history: History, today: str, without: str) -> None:
    """Conflict when nobody could give rights, or change the policy, without this actor or this grant."""
    running = in_force(history)
    before, after = keepers(history, running, today), keepers(history, running, today, without)
    if (
        (before.proposers and not after.proposers)
        or (before.approvers and not after.approvers)
        or (_admins(history, today) and not _admins(history, today, without))
    ):
        raise Conflict("This is the last policy admin.", f"Grant {ADMIN_ROLE} to somebody else first.")


def in_force(history: History) -> Policy:
    """The policy in force."""
    state = named(history, "policy", "running", "policy").state
    return loaded(state["rules"], state["version"])


def loaded(texts: Mapping[str, str], version: int) -> Policy:
    """The policy of these texts, checked. Raises as Policy.load does."""
    return _loaded(tuple(sorted(texts.items())), version)


@lru_cache(maxsize=8)
def _loaded(texts: tuple[tuple[str, str], ...], version: int) -> Policy:
    return Policy.load(dict(texts), version)


def demand_second(keepers: Keepers, proposer: str, approver: str) -> None:
    """Forbidden for one who approves their own change where somebody else has to."""
    if proposer == approver and keepers.needs_second(proposer):
        raise Forbidden(
            "Nobody approves their own change to the policy.", "Ask another policy admin to approve it."
        )


def _admins(history: History, today: str, without: str = "") -> bool:
    """Whether somebody holds the role of a policy admin today, whatever that may do under the rules in force."""
    found = [history.subject(each) for each in history.find("role", ADMIN_ROLE)]
    return any(
        not each.suspended
        and any(grant.role == ADMIN_ROLE and grant.holds_on(today) for grant in each.grants)
        for each in _standings(found, without)
    )


def _holders(history: History, policy: Policy, without: str) -> list[Standing]:
    """Every person who ever was given a role that the rules let propose or approve."""
    acting = {rule.role for rule in policy.book.rules if rule.allow and rule.act in (PROPOSE, APPROVE)}
    roles = sorted(policy.book.roles if ANY in acting else acting)
    history.prefetch(finds=[("role", role) for role in roles])
    ids = list(dict.fromkeys(each for role in roles for each in history.find("role", role)))
    history.prefetch(subjects=ids)
    return _standings(map(history.subject, ids), without)


def _standings(actors: Iterable[Subject | None], without: str) -> list[Standing]:
    persons = [each for each in actors if each and not each.state["machine"] and each.id != without]
    standings = [standing_of(each, "") for each in persons]
    return [replace(each, grants=tuple(g for g in each.grants if g.id != without)) for each in standings]
