"""The running policy: Casbin holds its rules, and scopes are compiled from them once for each situation."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import casbin

from hub.access.predicates import Facing
from hub.access.rights import Rights, Seat, Situation
from hub.access.rulebook import Purpose, Rulebook, read_rulebook
from hub.access.scope import Scope
from hub.access.vocabulary import Treatment
from hub.domain.errors import Forbidden, InvalidInput
from hub.domain.facts import Grant, Standing
from policies import digest
from policies import rules as shipped

_MODEL = "model.conf"
_COMPILED = 1024


class Policy:
    """One version of the rules. Immutable: a change makes another one, and one reference is swapped."""

    def __init__(self, texts: Mapping[str, str], book: Rulebook, version: int) -> None:
        self.texts = texts
        self.book = book
        self.version = version
        self.digest = digest(texts)
        self._rights = lru_cache(maxsize=_COMPILED)(lambda situation: Rights(book, situation))

    @classmethod
    def load(cls, rules: Mapping[str, str], version: int) -> Policy:
        """Check every text and every rule.

        Raises InvalidInput that names file and line, and SetupError for a rule that can't be compiled.
        """
        policy = cls(dict(rules), read_rulebook(rules), version)
        policy._try_model()
        return policy

    def scope(self, standing: Standing, purpose: str | None, day: str) -> Scope:
        """What an actor may do and see for a purpose on an ISO day.

        An actor that is suspended or holds no grant gets a scope that allows nothing. Without a purpose that
        of the roles is used. InvalidInput when they disagree or the purpose is unknown, Forbidden when no
        role of the actor may use it.
        """
        grants = [grant for grant in standing.grants if self._counts(grant, day)]
        refusal = "This account is suspended." if standing.suspended else ""
        refusal = refusal or ("" if grants else "This account holds no role today.")
        chosen = purpose if refusal else self._purpose(grants, purpose)
        situation = self._situation(standing, [] if refusal else grants, chosen or "")
        named = self.book.purposes.get(chosen or "")
        return Scope(
            policy_version=self.version,
            actor=standing.actor,
            actor_version=standing.version,
            roles=tuple(sorted({grant.role for grant in grants})),
            agencies=frozenset(situation.agencies),
            purpose=named.code if named else "",
            basis=named.basis if named else "",
            day=day,
            rights=self._rights(situation),
            refusal=refusal,
        )

    def considered(self, standing: Standing, purpose: str, day: str) -> Scope:
        """The scope that an actor would have for a purpose: where `scope` raises, this allows nothing and says why.

        For explaining and comparing, never for deciding.
        """
        try:
            return self.scope(standing, purpose, day)
        except (InvalidInput, Forbidden):
            nothing = self._rights(Situation((), "", ""))
            return Scope(
                self.version, standing.actor, standing.version, (), frozenset(), purpose, "", day, nothing,
                "No role of this actor may use this purpose.",
            )  # fmt: skip

    def seats(self, standing: Standing, day: str) -> tuple[Seat, ...]:
        """The grants of an actor that count on a day, as rules see them; none while it is suspended."""
        grants = [] if standing.suspended else [g for g in standing.grants if self._counts(g, day)]
        return self._situation(standing, grants, "").seats

    def purposes(self, standing: Standing, day: str) -> tuple[Purpose, ...]:
        """The purposes that an actor may name today, by code."""
        roles = {grant.role for grant in standing.grants if self._counts(grant, day)}
        usable = [] if standing.suspended else [p for p in self.book.purposes.values() if p.roles & roles]
        return tuple(sorted(usable, key=lambda each: each.code))

    def enforcer_oracle(self, treatment: Treatment | None = None) -> Any:
        """A Casbin enforcer over the rules, for tests only: it is slow, and asked row by row.

        With a treatment it holds the rules that allow just that one, and all denials.
        """
        model = casbin.Enforcer.new_model(text=self.texts[_MODEL])
        enforcer = casbin.Enforcer(model)
        enforcer.add_function("holds", self._holds)
        for rule in self.book.rules:
            if treatment is None or not rule.allow or rule.treatment is treatment:
                enforcer.get_model().add_policy("p", "p", rule.columns)
        return enforcer

    def _holds(self, predicate: str, facing: Facing) -> bool:
        found = self.book.predicates.get(predicate)
        return found is not None and found.twin(facing)

    def _counts(self, grant: Grant, day: str) -> bool:
        return grant.role in self.book.roles and grant.holds_on(day)

    def _purpose(self, grants: list[Grant], asked: str | None) -> str:
        roles = {grant.role for grant in grants}
        if asked is None:
            usual = sorted({self.book.roles[role].default_purpose for role in roles})
            if len(usual) == 1:
                return usual[0]
            raise InvalidInput("Your roles serve several purposes.", f"Name one of {', '.join(usual)}.")
        purpose = self.book.purposes.get(asked)
        usable = sorted(code for code, each in self.book.purposes.items() if each.roles & roles)
        if purpose is None:
            raise InvalidInput("There is no such purpose.", f"Name one of {', '.join(usable)}.")
        if not purpose.roles & roles:
            raise Forbidden(
                f"Purpose {asked} is not open to your roles.", f"Name one of {', '.join(usable)}."
            )
        return asked

    def _situation(self, standing: Standing, grants: list[Grant], purpose: str) -> Situation:
        own = standing.agency or ""
        seats = {Seat(grant.role, grant.agency or own, grant.territory or "") for grant in grants}
        return Situation(tuple(sorted(seats)), own, purpose)

    def _try_model(self) -> None:
        # Scopes are compiled from the rules as the shipped matcher reads them: another one would not be obeyed.
        if _meaning(self.texts[_MODEL]) != _meaning(shipped()[_MODEL]):
            raise InvalidInput(
                f"{_MODEL}: this model can't be compiled.", "Use the model that the hub ships."
            )
        # Casbin finds a malformed rule only when it is asked, and then fails for everybody: ask once.
        try:
            self.enforcer_oracle().enforce("", "", "", "", "", Facing({}, None, None, ""))
        except Exception as fault:
            raise InvalidInput(
                f"Casbin can't use the policy: {fault}", "Compare it with the shipped one."
            ) from fault


def _meaning(model: str) -> list[str]:
    lines = (line.strip() for line in model.splitlines())
    return [line for line in lines if line and not line.startswith("#")]
