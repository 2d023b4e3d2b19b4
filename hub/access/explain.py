"""Why somebody may or may not: every rule about it, with what keeps it from applying to this actor."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from graph_schema import LABELS, sensitivity
from hub.access.conditions import NEVER, Atom, Condition, evaluate
from hub.access.policy import Policy
from hub.access.predicates import is_agency, is_territory
from hub.access.rights import Seat, opens
from hub.access.rulebook import ANY, Purpose, Rule, Rulebook
from hub.access.scope import Scope
from hub.access.vocabulary import ACTIONS, READS, Treatment
from hub.domain.errors import InvalidInput
from hub.domain.facts import Standing

_NEAR = 10
"""How many rules are named that nearly applied."""


@dataclass(frozen=True, slots=True)
class About:
    """What is asked about: an action on rows of a label, and maybe one property of them."""

    action: str
    label: str
    field: str | None = None

    @property
    def objects(self) -> frozenset[str]:
        """What a rule on the property may name, besides the label itself."""
        if self.field is None:
            return frozenset()
        kind = sensitivity(self.label, self.field).value
        return frozenset({kind, f"{self.label}.{self.field}"})

    def __str__(self) -> str:
        return self.label if self.field is None else f"{self.label}.{self.field}"


@dataclass(frozen=True, slots=True)
class Weighed:
    """One rule beside one actor: why it does not apply, or the row predicates by which it does."""

    rule: Rule
    reasons: tuple[str, ...]
    atoms: tuple[Atom, ...] = ()

    @property
    def applies(self) -> bool:
        """Whether it applies, to the rows of its predicate."""
        return not self.reasons


@dataclass(frozen=True, slots=True)
class Explanation:
    """What the rules give an actor, and by which rules."""

    scope: Scope
    about: About
    applying: tuple[Weighed, ...]
    nearly: tuple[Weighed, ...]
    """Those that fewest things keep from applying."""

    @property
    def rows(self) -> Condition:
        """Which rows are open."""
        return self.scope.rows(self.about.action, self.about.label)

    @property
    def atoms(self) -> tuple[Atom, ...]:
        """Every row predicate that must be asked to decide about one row."""
        return tuple(dict.fromkeys(atom for each in self.applying for atom in each.atoms))

    def allowed(self, holds: Callable[[Atom], bool] | None) -> bool:
        """Whether it is open: for a row of which the predicates are known, else for some row at least."""
        return self.treatment(holds) is not Treatment.WITHHOLD

    def treatment(self, holds: Callable[[Atom], bool] | None) -> Treatment:
        """How much is shown: of that row, else on the row that shows most."""
        if not self._holds(self.rows, holds):
            return Treatment.WITHHOLD
        if self.about.field is None:
            return Treatment.SHOW
        treated = self.scope.treatment(self.about.label, self.about.field)
        found = (how for how, condition in treated if self._holds(condition, holds))
        return next(found, Treatment.WITHHOLD)

    def deciding(self, holds: Callable[[Atom], bool] | None) -> tuple[Weighed, ...]:
        """The rules that decided: those that open it, or the denials that close it; none where nothing opens it."""
        heard = [
            each for each in self.applying
            if holds is None or any(_holds_of(atom, holds) for atom in each.atoms)
        ]  # fmt: skip
        if not self.allowed(holds):
            return tuple(each for each in heard if not each.rule.allow)
        shown = self.treatment(holds)
        return tuple(
            each
            for each in heard
            if each.rule.allow and (each.rule.about_rows or each.rule.treatment is shown)
        )

    def _holds(self, condition: Condition, holds: Callable[[Atom], bool] | None) -> bool:
        return condition != NEVER if holds is None else evaluate(condition, holds)


def about(action: str, field: str | None, labels: tuple[str, ...] = ()) -> About:
    """What is meant by an action and a field, `nik`, `motherName` or `Person.nik`. Raises InvalidInput.

    `labels`: where a bare name is looked for first, e.g. that of the subject.
    """
    if action not in ACTIONS:
        raise InvalidInput(
            f"There is no action {action!r}.", f"The actions are {', '.join(sorted(ACTIONS))}."
        )
    among = tuple(dict.fromkeys((*labels, *ACTIONS[action])))
    if field is None:
        return About(action, among[0])
    label, _, name = field.rpartition(".")
    name = "".join(f"_{sign.lower()}" if sign.isupper() else sign for sign in name)
    for each in among if not label else (label,):
        properties = {one.name for one in LABELS[each].properties} if each in LABELS else set()
        if READS.get(each) == action and name in properties:
            return About(action, each, name)
    raise InvalidInput(
        f"{field!r} is no field that {action} shows.", f"Name one as Label.property of {', '.join(among)}."
    )


def explain(policy: Policy, standing: Standing, about: About, purpose: str, day: str) -> Explanation:
    """What the rules of a policy give an actor for a purpose on an ISO day, and why no more."""
    scope = policy.considered(standing, purpose, day)
    weighed = [
        _weigh(policy, standing, rule, purpose, day)
        for rule in policy.book.rules
        if rule.act == about.action and (rule.obj == about.label or rule.obj in about.objects)
    ]
    missed = sorted(
        (each for each in weighed if each.rule.allow and not each.applies), key=lambda each: len(each.reasons)
    )
    fewest = len(missed[0].reasons) if missed else 0
    nearly = tuple(each for each in missed if len(each.reasons) == fewest)[:_NEAR]
    return Explanation(scope, about, tuple(each for each in weighed if each.applies), nearly)


def _weigh(policy: Policy, standing: Standing, rule: Rule, purpose: str, day: str) -> Weighed:
    if standing.suspended:
        return Weighed(rule, ("the account is suspended",))
    named = policy.book.purposes.get(purpose)
    seats = policy.seats(standing, day)
    if named is None or not any(seat.role in named.roles for seat in seats):
        own = tuple(_gaps(rule, seats, named)) if seats else ("no role is held today",)
        return Weighed(rule, own or (f"none of the roles held may use purpose {purpose}",))
    places = seats if rule.allow else _anywhere(standing, seats)
    tried = [(seat, tuple(_misses(policy.book, rule, seat, named))) for seat in places]
    fitting = [seat for seat, misses in tried if not misses]
    if fitting:
        atoms = (_atom(policy, rule, seat, standing, seats) for seat in fitting)
        return Weighed(rule, (), tuple(dict.fromkeys(atoms)))
    return Weighed(rule, min((misses for _, misses in tried), key=len))


def _gaps(rule: Rule, seats: tuple[Seat, ...], purpose: Purpose | None) -> Iterator[str]:
    """What keeps a rule from actors none of whose roles may use the purpose."""
    if rule.role != ANY and all(rule.role != seat.role for seat in seats):
        yield f"role {rule.role} is not held"
    if purpose is None or rule.purpose not in (ANY, purpose.code):
        yield f"it is for purpose {rule.purpose}"


def _misses(book: Rulebook, rule: Rule, seat: Seat, purpose: Purpose) -> Iterator[str]:
    """What keeps a rule from applying through one grant."""
    if rule.role not in (ANY, seat.role):
        yield f"role {rule.role} is not held"
    elif rule.allow and seat.role not in purpose.roles:
        yield f"role {seat.role} may not use purpose {purpose.code}"
    if rule.purpose not in (ANY, purpose.code):
        yield f"it is for purpose {rule.purpose}"
    if not opens(purpose, rule):
        yield f"purpose {purpose.code} does not open what it is about"
    if rule.agency not in (ANY, seat.agency):
        yield f"it is for agency {rule.agency}"
    predicate = book.predicates[rule.predicate]
    if predicate.needs == "territory" and not is_territory(seat.territory):
        yield "the grant names no territory"
    if predicate.needs == "agency" and not is_agency(seat.agency):
        yield "the grant names no agency"


def _anywhere(standing: Standing, seats: tuple[Seat, ...]) -> tuple[Seat, ...]:
    """A denial looks at every role, agency and territory of the actor."""
    agencies = sorted({standing.agency or "", *(seat.agency for seat in seats), ""})
    territories = sorted({*(seat.territory for seat in seats), ""})
    found = (
        Seat(seat.role, agency, territory)
        for seat in seats
        for agency in agencies
        for territory in territories
    )
    return tuple(dict.fromkeys(found))


def _atom(policy: Policy, rule: Rule, seat: Seat, standing: Standing, seats: tuple[Seat, ...]) -> Atom:
    """The predicate with its slot, numbered as the compiled rights number them."""
    needs = policy.book.predicates[rule.predicate].needs
    if needs == "territory":
        places = [code for code in sorted({each.territory for each in seats} - {""}) if is_territory(code)]
        return Atom(rule.predicate, f"t{places.index(seat.territory)}")
    if needs == "agency":
        codes = {standing.agency or "", *(each.agency for each in seats)} - {""}
        return Atom(rule.predicate, f"g{[c for c in sorted(codes) if is_agency(c)].index(seat.agency)}")
    return Atom(rule.predicate)


def _holds_of(atom: Atom, holds: Callable[[Atom], bool]) -> bool:
    return atom.predicate == "all" or (atom.predicate != "none" and holds(atom))
