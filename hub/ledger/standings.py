"""What actors may do now: their grants and the running policy, read from the ledger and kept while nothing changes."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

from hub.access.policy import Policy
from hub.commands.access import standing_of
from hub.domain.errors import SetupError, Unauthenticated
from hub.domain.facts import Standing
from hub.ledger.history import LedgerHistory
from hub.ledger.store import Ledger
from hub.questions.model import Viewed

_STANDING_SECONDS = 1.0
"""How long another process's change to an actor may go unnoticed by answers that hold nothing personal."""
_MOST_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Rights:
    """An actor's standing and the policy in force, with the ids and versions that prove them current."""

    standing: Standing
    policy: Policy
    versions: Mapping[str, int]


class Standings:
    """The rights of all actors. Thread-safe; `forget` is called at every change of the ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._policies: dict[str, Policy] = {}
        self._kept: dict[str, tuple[float, Rights]] = {}
        self._changes = 0

    def kept(self, actor: str) -> Rights | None:
        """The rights of an actor if they are known and fresh, without asking the ledger."""
        found = self._kept.get(actor)
        return found[1] if found is not None and time.monotonic() < found[0] else None

    def current(self, actor: str) -> Rights:
        """The rights of an actor now. Raises as `read` does."""
        seen = self._changes
        rights = self.read(self._ledger.history(), actor)
        if len(self._kept) > _MOST_KEPT:
            self._kept.clear()
        if seen == self._changes:  # else they may be those of before the change
            self._kept[actor] = (time.monotonic() + _STANDING_SECONDS, rights)
        return rights

    def read(self, history: LedgerHistory, actor: str) -> Rights:
        """The rights of an actor, as one decision reads them. Raises SetupError and Unauthenticated."""
        running = history.find("policy", "running")
        policy = history.subject(running[0]) if running else None
        if policy is None:
            raise SetupError("This hub has not been founded.", "Run `hub init`.")
        subject = history.subject(actor)
        if subject is None or subject.type != "Actor":
            raise Unauthenticated(
                "Nobody with this id works with this hub.", "Get a new token: `hub token NAME`."
            )
        rules = self._policies.get(policy.state["digest"])
        if rules is None or rules.version != policy.state["version"]:
            rules = Policy.load(policy.state["rules"], policy.state["version"])
            self._policies[policy.state["digest"]] = rules
        versions = {subject.id: subject.version, policy.id: policy.version}
        return Rights(standing_of(subject, ""), rules, versions)

    def forget(self, *, changed: bool) -> None:
        """Read everything anew from now on; `changed`: also what is being read meanwhile."""
        self._changes += changed
        self._kept.clear()

    def viewer(self, rights: Rights, today: str) -> Viewed:
        """Who somebody is, as they are told themselves."""
        history, standing = self._ledger.history(), rights.standing
        subject = history.subject(standing.actor)
        payload = history.payload(subject.state["registered"]) if subject else None
        grants = [
            {"role": each.role, "agency": each.agency, "territory": each.territory, "starts_on": each.starts_on,
             "ends_on": each.ends_on}
            for each in standing.grants
        ]  # fmt: skip
        purposes = [
            {"code": each.code, "name": each.name, "legal_basis": each.basis}
            for each in rights.policy.purposes(standing, today)
        ]
        data = {"id": standing.actor, "name": (payload or {}).get("name"), "agency": standing.agency,
                "roles": grants, "purposes": purposes}  # fmt: skip
        return Viewed(data, (), ())
