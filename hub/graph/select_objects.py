"""Objects as Cypher maps: for each picked field its expression, with masks and row filters inside."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from hub.access.conditions import ALWAYS, NEVER, Condition, any_of
from hub.access.rights import Treated
from hub.access.scope import Scope
from hub.access.treating import STARS
from hub.access.vocabulary import PERSONAL, Treatment
from hub.domain.errors import InvalidInput
from hub.graph.select_conditions import carries, cypher, gate, inherited, passes, under, usable
from hub.graph.select_fields import (
    FIELDS,
    TRAIL,
    Codes,
    Field,
    Link,
    Measures,
    Node,
    Trail,
    Value,
    Values,
    camel,
    is_date,
)
from hub.graph.select_values import Owner, golden_values
from hub.graph.select_view import HIDDEN_ID, HIDDEN_PERSON, Shape, Withheld

DEEPEST = 15
"""Objects within objects, at most: the API's own limits are meant to be narrower."""

_KEY = re.compile(r"[_A-Za-z][_0-9A-Za-z]*")


@dataclass(frozen=True, slots=True)
class At:
    """The object being compiled: its variable, what it is known to have passed, and how deep it lies."""

    label: str
    variable: str
    have: Condition
    depth: int = 1


@dataclass(slots=True)
class Compiler:
    """Compiles one statement's objects under one scope; variables are numbered across the statement."""

    scope: Scope
    masked: set[str] = field(default_factory=set)
    """`Label.field` of every picked value that is not shown on all rows."""
    _count: int = 0

    def variable(self) -> str:
        """A fresh variable."""
        self._count += 1
        return f"n{self._count}"

    def map(  # noqa: PLR0912  # a branch for each kind of field
        self, at: At, picks: tuple[Node, ...]
    ) -> tuple[str, Shape]:
        """The map expression of an object, and how its view is made."""
        if at.depth > DEEPEST:
            raise InvalidInput(f"More than {DEEPEST} objects within each other.", "Ask in several questions.")
        entries: dict[str, str] = {}
        below: list[tuple[str, Shape]] = []
        withheld: list[tuple[str, Withheld]] = []
        trails: list[tuple[str, Node]] = []
        for pick in picks:
            if not _KEY.fullmatch(pick.key) or pick.key in entries:
                raise InvalidInput(
                    f"Key {pick.key!r} can't be used here.", "Give each field a plain key, once."
                )
            if pick.name == "withheld":
                entries[pick.key], reasons = self._withheld(at, pick, frozenset(p.name for p in picks))
                withheld.append((pick.key, reasons))
                continue
            how = _field(at.label, pick)
            if isinstance(how, Value):
                entries[pick.key] = self._value(at, how)
            elif isinstance(how, Codes):
                entries[pick.key] = _codes(at.variable, how, pick)
            elif isinstance(how, Measures):
                entries[pick.key] = self._measures(at, how, pick)
            elif isinstance(how, Values):
                owner = Owner(at.variable, at.have, at.depth)
                entries[pick.key], listed = golden_values(self, owner, how, pick, self._record)
                below.append((pick.key, listed))
            elif isinstance(how, Trail):
                entries[pick.key] = self._trail(at)
                trails.append((pick.key, pick))
            else:
                entries[pick.key], shape = self._link(at, how, pick)
                if shape is not None:
                    below.append((pick.key, shape))
            self._note(at, pick.name, how)
        id_key = next((p.key for p in picks if p.name == "id"), HIDDEN_ID)
        if at.label in PERSONAL and id_key == HIDDEN_ID:
            entries[HIDDEN_ID] = f"{at.variable}.id"
        if at.label == "Enrolment":
            entries[HIDDEN_PERSON] = f"{at.variable}.person"
        text = ", ".join(f"`{key}`: {value}" for key, value in entries.items())
        return f"{{{text}}}", Shape(
            at.label in PERSONAL, id_key, tuple(below), tuple(withheld), tuple(trails)
        )

    def _record(
        self, variable: str, have: Condition, depth: int, picks: tuple[Node, ...]
    ) -> tuple[str, Shape]:
        return self.map(At("SourceRecord", variable, have, depth), picks)

    def _value(self, at: At, value: Value) -> str:
        return self.treated(at.label, at.variable, value.property, self._cases(at, value.property))

    def treated(self, label: str, variable: str, name: str, found: Treated) -> str:
        """A property as the expression that gives it as it is treated."""
        text, date = f"{variable}.{name}", is_date(label, name)
        cases = []
        for treatment, condition in found:
            shown = _treated(treatment, f"toString({text})" if date else text)
            if condition == ALWAYS:
                cases.append(f"ELSE {shown}")
                break
            cases.append(f"WHEN {cypher(self.scope, condition, label, variable)} THEN {shown}")
        if not cases:
            return "null"
        whole = cases[0].startswith("ELSE")
        return cases[0].removeprefix("ELSE ") if whole else f"CASE {' '.join(cases)} END"

    def _link(self, at: At, link: Link, pick: Node) -> tuple[str, Shape | None]:
        far, target = self.variable(), gate(self.scope, link.label)
        wanted = self._guards(at, link, far)
        if target.closed or wanted is None:
            # What is asked is checked as where it is open: errors must not tell the two apart.
            Compiler(self.scope).map(At(link.label, far, NEVER, at.depth + 1), pick.below)
            return ("[]" if link.many else "null"), None
        if not (link.owned and inherited(at.have, target)):
            wanted += passes(self.scope, target, far)
        wanted += _arguments(link, pick, far)
        where = f" WHERE {' AND '.join(wanted)}" if wanted else ""
        made, shape = self.map(At(link.label, far, target.condition, at.depth + 1), pick.below)
        match = f"MATCH {link.pattern.format(n=at.variable, m=far)}{where}"
        order = link.order.format(m=far)
        if link.many:
            return f"COLLECT {{ {match} RETURN {made} ORDER BY {order} }}", shape
        return f"COLLECT {{ {match} RETURN {made} ORDER BY {order} LIMIT 1 }}[0]", shape

    def _trail(self, at: At) -> str:
        """The id by which the ledger is asked afterwards, where that is open."""
        condition = under(at.have, self.scope.rows(*TRAIL))
        if condition in (ALWAYS, NEVER):
            return f"{at.variable}.id" if condition == ALWAYS else "null"
        return f"CASE WHEN {cypher(self.scope, condition, at.label, at.variable)} THEN {at.variable}.id END"

    def _measures(self, at: At, how: Measures, pick: Node) -> str:
        """Findings one by one, by date, release and measure; a class that is not shown gives none."""
        far = self.variable()
        release, pair = f"{far}r", f"{far}p"
        made = _finding(pick, release, pair)
        target = gate(self.scope, "Assessment")
        have = at.have if how.owned else ALWAYS
        lists = [] if target.closed else [self._pairs(have, far, kind)[0] for kind in how.classes]
        pairs = " + ".join(each for each in lists if each)
        if not pairs:
            return "[]"
        wanted = [] if inherited(have, target) else passes(self.scope, target, far)
        wanted.append(f"{release}.status = 'CLOSED'")  # what was not finished, or given up, found nothing
        where = f" WHERE {' AND '.join(wanted)}"
        branches = " UNION ".join(
            f"MATCH {each.format(n=at.variable, m=far, r=release)}{where} RETURN {far}, {release}"
            for each in how.patterns
        )
        return (
            f"COLLECT {{ CALL ({at.variable}) {{ {branches} }} "
            f"UNWIND {pairs} AS {pair} "
            f"RETURN {made} ORDER BY {release}.as_of, {release}.label, {pair}[0], {pair}[1] }}"
        )

    def _pairs(self, have: Condition, far: str, kind: str) -> tuple[str, bool]:
        """[measure, value] of one class as a Cypher list, empty where it is nowhere shown; and whether always."""
        shown = any_of(
            condition
            for treatment, condition in self.scope.treatment("Assessment", f"{kind}_values")
            if treatment is Treatment.SHOW
        )
        if shown == NEVER:
            return "", False
        names, values = f"{far}.{kind}_measures", f"{far}.{kind}_values"
        listed = f"[i IN range(0, size({names}) - 1) | [{names}[i], {values}[i]]]"
        always = carries(have, shown)
        test = "" if always else f" AND {cypher(self.scope, shown, 'Assessment', far)}"
        return f"CASE WHEN {names} IS NOT NULL{test} THEN {listed} ELSE [] END", always

    def _guards(self, at: At, link: Link, far: str) -> list[str] | None:
        # What the link itself tells must be visible; None where it is nowhere.
        wanted = []
        if link.guard:
            condition = under(at.have, usable(self.scope, at.label, link.guard))
            if condition == NEVER:
                return None
            wanted += [] if condition == ALWAYS else [cypher(self.scope, condition, at.label, at.variable)]
        if link.only:
            name, value = link.only
            condition = under(self.scope.reads(link.label), usable(self.scope, link.label, name))
            if condition == NEVER:
                return None
            wanted += [] if condition == ALWAYS else [cypher(self.scope, condition, link.label, far)]
            wanted += [] if value is None else [f"{far}.{name} = '{value}'"]
        return wanted

    def _withheld(self, at: At, pick: Node, asked: frozenset[str]) -> tuple[str, Withheld]:
        """Of the fields asked for beside it, those that the scope does not open."""
        fixed: list[tuple[str, str | None]] = []
        varying = []
        for name, how in FIELDS[at.label].items():
            if name not in asked:
                continue
            cases = self.field_cases(at, how)
            if cases is None or (cases and cases[0] == (Treatment.SHOW, ALWAYS)):
                continue
            settled = _settled(cases)
            fixed.append((camel(name), settled))
            if settled is None:
                varying.append(self._reason(at, cases))
        keys = tuple((p.key, p.name) for p in pick.below) or (("field", "field"), ("reason", "reason"))
        for key, name in keys:
            if name not in {"field", "reason"} or not _KEY.fullmatch(key):
                raise InvalidInput(f"withheld has no field {name}.", "It has field and reason.")
        return f"[{', '.join(varying)}]", Withheld(keys, tuple(fixed))

    def _reason(self, at: At, cases: Treated) -> str:
        whens = " ".join(
            f"WHEN {cypher(self.scope, condition, at.label, at.variable)} THEN "
            + ("null" if treatment is Treatment.SHOW else f"'{treatment.name}'")
            for treatment, condition in cases
        )
        return f"CASE {whens} ELSE '{Treatment.WITHHOLD.name}' END"

    def field_cases(self, at: At, how: Field) -> Treated | None:
        """How a field is shown, on which rows; None for what can't be withheld.

        That is open, or filtered row by row at its other end.
        """
        if isinstance(how, Value):
            return self._cases(at, how.property)
        if isinstance(how, Trail):
            return _shown(under(at.have, self.scope.rows(*TRAIL)))
        if isinstance(how, Measures):
            return self._measured_cases(at, how)
        if isinstance(how, Link) and self._closed(how):
            return ()
        if isinstance(how, Link) and how.guard:
            return _shown(under(at.have, usable(self.scope, at.label, how.guard)))
        return None

    def _closed(self, link: Link) -> bool:
        """Whether nobody at the other end is ever shown."""
        if gate(self.scope, link.label).closed:
            return True
        return link.only is not None and usable(self.scope, link.label, link.only[0]) == NEVER

    def _measured_cases(self, at: At, how: Measures) -> Treated:
        """Shown when every class of measures is, partly when only some are."""
        found = [self._pairs(at.have if how.owned else ALWAYS, "m", kind) for kind in how.classes]
        if gate(self.scope, "Assessment").closed or not any(text for text, _ in found):
            return ()
        whole = all(always for _, always in found)
        return ((Treatment.SHOW if whole else Treatment.PARTIAL, ALWAYS),)

    def _cases(self, at: At, name: str) -> Treated:
        return self.cases(at.label, at.have, name)

    def cases(self, label: str, have: Condition, name: str) -> Treated:
        """How a property is treated, each treatment with the rows it is for."""
        return tuple((how, under(have, condition)) for how, condition in self.scope.treatment(label, name))

    def _note(self, at: At, name: str, how: Field) -> None:
        if isinstance(how, Values):
            for field_, property_, _ in how.fields:
                self._note(at, field_, Value(property_))
            return
        cases = self.field_cases(at, how)
        if cases is not None and not (cases and cases[0] == (Treatment.SHOW, ALWAYS)):
            self.masked.add(f"{at.label}.{name}")


def _field(label: str, pick: Node) -> Field:
    how = FIELDS[label].get(pick.name)
    if how is None:
        known = ", ".join((*FIELDS[label], "withheld"))
        raise InvalidInput(f"{label} has no field {pick.name} here.", f"It has {known}.")
    if set(pick.args) - _taken(how):
        raise InvalidInput(f"{label}.{pick.name} takes no such argument.", "Leave it out.")
    if isinstance(how, Value) == bool(pick.below):
        raise InvalidInput(
            f"{label}.{pick.name} is picked wrongly.", "Pick fields below objects, and only there."
        )
    return how


def _taken(how: Field) -> set[str]:
    """Names of the arguments that a field takes."""
    if isinstance(how, Trail):
        return {"first", "after"}
    return {"filter"} if isinstance(how, Link) and how.filters else set()


def _arguments(link: Link, pick: Node, far: str) -> Iterator[str]:
    if not pick.slot:
        return
    for name in link.filters:
        value = f"${pick.slot}.{name}"
        fits = (
            f"EXISTS {{ ({far})-[:IN_PROGRAMME]->(q:Programme) WHERE q.code = {value} }}"
            if name == "programme"
            else f"{far}.{name} = {value}"
        )
        yield f"({value} IS NULL OR {fits})"


_FINDING = {
    "register": "{r}.register",
    "release": "{r}.label",
    "measure": "{p}[0]",
    "value": "{p}[1]",
    "withheld": "false",
    "assessed_on": "toString({r}.as_of)",
}


def _finding(pick: Node, release: str, pair: str) -> str:
    entries: dict[str, str] = {}
    for each in pick.below:
        if each.name not in _FINDING or each.args or not _KEY.fullmatch(each.key) or each.key in entries:
            raise InvalidInput(f"An assessment has no {each.name} here.", f"It has {', '.join(_FINDING)}.")
        entries[each.key] = _FINDING[each.name].format(r=release, p=pair)
    return "{" + ", ".join(f"`{key}`: {value}" for key, value in entries.items()) + "}"


def _codes(variable: str, codes: Codes, pick: Node) -> str:
    texts = []
    for system, name in codes.systems:
        parts = {"system": f"'{system}'", "code": f"{variable}.{name}"}
        if not all(p.name in parts and _KEY.fullmatch(p.key) for p in pick.below):
            raise InvalidInput("A code has no such field.", "It has system and code.")
        made = ", ".join(f"`{p.key}`: {parts[p.name]}" for p in pick.below)
        texts.append(f"CASE WHEN {variable}.{name} IS NULL THEN [] ELSE [{{{made}}}] END")
    return " + ".join(texts)


def _treated(treatment: Treatment, text: str) -> str:
    match treatment:
        case Treatment.SHOW:
            return text
        case Treatment.PARTIAL:
            # No digit: beside birth date, sex and area either end of a NIK tells the rest.
            return f"CASE WHEN {text} IS NULL THEN null ELSE '{STARS}' END"
        case Treatment.INITIALS:
            return (
                f"reduce(made = null, word IN [w IN split({text}, ' ') WHERE w <> ''] | "
                "CASE WHEN made IS NULL THEN '' ELSE made + ' ' END + left(word, 1) + '.')"
            )
        case _:
            # A date of which only the year is shown gives `born_year`; the date itself stays withheld.
            return "null"


def _shown(condition: Condition) -> Treated:
    """Shown on the rows of a condition, and withheld on all others."""
    return () if condition == NEVER else ((Treatment.SHOW, condition),)


def _settled(cases: Treated) -> str | None:
    # The reason on all rows, or None where it depends on the row.
    if not cases:
        return Treatment.WITHHOLD.name
    return cases[0][0].name if cases[0][1] == ALWAYS else None
