"""The texts of a policy, read and checked: roles, purposes, predicates and rules."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from graph_schema import LABELS, Sensitivity, sensitivity
from hub.access.predicates import Predicate, read_predicates
from hub.access.vocabulary import ACTIONS, Treatment, properties_of, supported
from hub.domain.errors import InvalidInput, SetupError

POLICY, ROLES, PREDICATES, PURPOSES = "policy.csv", "roles.csv", "predicates.toml", "purposes.toml"
FILES = ("model.conf", POLICY, ROLES, PREDICATES, PURPOSES)
ANY = "*"


class FourEyes(StrEnum):
    """Whether a change to the policy needs somebody else's approval, from strict to lax."""

    ALWAYS = "always"
    WHEN_TWO = "when_two"
    """As soon as somebody else could give it."""
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of policy.csv, in its order of columns."""

    role: str
    agency: str
    act: str
    obj: str
    purpose: str
    predicate: str
    treatment: Treatment
    allow: bool
    line: int = field(default=0, compare=False)
    """Where it stands in policy.csv, from 1."""

    @property
    def columns(self) -> list[str]:
        """The line as Casbin holds it."""
        eft = "allow" if self.allow else "deny"
        return [
            self.role, self.agency, self.act, self.obj,
            self.purpose, self.predicate, self.treatment.value, eft,
        ]  # fmt: skip

    @property
    def about_rows(self) -> bool:
        """Whether it opens rows of a label, rather than fields of them."""
        return self.obj in ACTIONS[self.act]


@dataclass(frozen=True, slots=True)
class Role:
    """A role that may be granted."""

    code: str
    name: str
    comes_for: str
    default_purpose: str


@dataclass(frozen=True, slots=True)
class Purpose:
    """What data are used for: its legal basis, who may use it, and the classes it opens."""

    code: str
    name: str
    basis: str
    roles: frozenset[str]
    classes: frozenset[str]
    four_eyes: FourEyes | None = None
    """Whether a change to the policy needs two, as far as this purpose says."""


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Everything that the texts of a policy say."""

    roles: Mapping[str, Role]
    purposes: Mapping[str, Purpose]
    predicates: Mapping[str, Predicate]
    rules: tuple[Rule, ...]

    @property
    def four_eyes(self) -> FourEyes:
        """The strictest that a purpose sets; where none does, two as soon as there are two."""
        said = {each.four_eyes for each in self.purposes.values()}
        return next((each for each in FourEyes if each in said), FourEyes.WHEN_TWO)


def read_rulebook(texts: Mapping[str, str]) -> Rulebook:
    """Read and check all texts. InvalidInput names file and line; SetupError what can't be compiled."""
    missing = [name for name in FILES if name not in texts]
    if missing:
        raise InvalidInput(f"The policy lacks {', '.join(missing)}.", f"Give all of {', '.join(FILES)}.")
    try:
        predicates = read_predicates(texts[PREDICATES], PREDICATES)
        purposes = _purposes(texts[PURPOSES])
    except (tomllib.TOMLDecodeError, AttributeError, TypeError, KeyError) as fault:
        raise InvalidInput(f"A TOML file of the policy can't be read: {fault}", "Mend its syntax.") from fault
    roles = _roles(texts[ROLES], purposes)
    strangers = {(code, role) for code, each in purposes.items() for role in each.roles if role not in roles}
    for code, role in sorted(strangers):
        raise InvalidInput(f"{PURPOSES}: {code} names an unknown role {role!r}.", f"Add it to {ROLES}.")
    found = Rulebook(roles, purposes, predicates, ())
    rules = tuple(_rule(found, line, columns) for line, columns in _rows(texts[POLICY]))
    return Rulebook(roles, purposes, predicates, rules)


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(text.splitlines(), skipinitialspace=True, strict=True)
    try:
        for columns in reader:
            if columns and not columns[0].startswith("#"):
                yield reader.line_num, [each.strip() for each in columns]
    except csv.Error as fault:
        raise InvalidInput(f"Line {reader.line_num} of a table can't be read: {fault}", "Mend it.") from fault


def _purposes(text: str) -> Mapping[str, Purpose]:
    found = {
        code: Purpose(
            code,
            each["name"],
            each["basis"],
            frozenset(each["roles"]),
            frozenset(each["classes"]),
            _four_eyes(code, each.get("four_eyes")),
        )
        for code, each in tomllib.loads(text).items()
    }
    for each in found.values():
        unknown = each.classes - set(Sensitivity)
        if unknown or ANY in each.code:
            raise InvalidInput(
                f"{PURPOSES}: {each.code} can't stand so.", f"Classes are {', '.join(Sensitivity)}."
            )
    return MappingProxyType(found)


def _four_eyes(code: str, value: object) -> FourEyes | None:
    if value is None:
        return None
    if value not in set(FourEyes):
        raise InvalidInput(
            f"{PURPOSES}: four_eyes of {code} can't be {value!r}.", f"Write one of {', '.join(FourEyes)}."
        )
    return FourEyes(str(value))


def _roles(text: str, purposes: Mapping[str, Purpose]) -> Mapping[str, Role]:
    found: dict[str, Role] = {}
    for line, columns in list(_rows(text))[1:]:
        where = f"{ROLES} line {line}"
        if len(columns) != 4:
            raise InvalidInput(
                f"{where}: 4 columns are needed.", "Give role, name, comes_for, default_purpose."
            )
        role = Role(*columns)
        if role.code in found or role.code in {"", ANY}:
            raise InvalidInput(f"{where}: role {role.code!r} can't stand here.", "Give each role one line.")
        purpose = purposes.get(role.default_purpose)
        if purpose is None or role.code not in purpose.roles:
            raise InvalidInput(
                f"{where}: {role.code} may not use its default purpose {role.default_purpose!r}.",
                f"Name a purpose of {PURPOSES} that lists the role.",
            )
        found[role.code] = role
    return MappingProxyType(found)


def _rule(book: Rulebook, line: int, columns: list[str]) -> Rule:
    where = f"{POLICY} line {line}"
    if len(columns) != 8:
        raise InvalidInput(
            f"{where}: 8 columns are needed, {len(columns)} are there.",
            "Give role, agency, act, obj, purpose, predicate, treatment, eft.",
        )
    role, agency, act, obj, purpose, predicate, treatment, eft = columns
    for name, value, known in (
        ("role", role, {*book.roles, ANY}),
        ("action", act, set(ACTIONS)),
        ("purpose", purpose, {*book.purposes, ANY}),
        ("predicate", predicate, set(book.predicates)),
        ("treatment", treatment, set(Treatment)),
        ("effect", eft, {"allow", "deny"}),
    ):
        if value not in known:
            raise InvalidInput(
                f"{where}: unknown {name} {value!r}.", f"Use one of {', '.join(sorted(known))}."
            )
    rule = Rule(role, agency, act, obj, purpose, predicate, Treatment(treatment), eft == "allow", line)
    _check_object(where, rule)
    _check_compilable(where, rule, book.predicates[predicate])
    return rule


def _check_object(where: str, rule: Rule) -> None:
    fields = properties_of(rule.act, rule.obj)
    if not rule.about_rows and not fields and rule.obj not in set(Sensitivity):
        raise InvalidInput(
            f"{where}: {rule.obj!r} is nothing that {rule.act} is about.",
            f"Use {', '.join(ACTIONS[rule.act])}, a class, or a Label.property of these.",
        )
    if (
        any(sensitivity(label, name) is Sensitivity.OPEN for label, name in fields)
        or rule.obj == Sensitivity.OPEN
    ):
        raise InvalidInput(f"{where}: what is open goes with its row.", "Write the rule about the label.")
    if not rule.allow and rule.treatment is not Treatment.WITHHOLD:
        raise InvalidInput(f"{where}: a denial withholds.", "Write withhold as its treatment.")
    if rule.allow and rule.about_rows and rule.treatment is not Treatment.SHOW:
        raise InvalidInput(
            f"{where}: rows are shown or not.", "Write show; treat fields by rules on classes."
        )


def _check_compilable(where: str, rule: Rule, predicate: Predicate) -> None:
    if predicate.needs == "key" and rule.act != "person:check":
        raise SetupError(
            f"{where}: only a check brings the key that {predicate.name} compares.",
            "Use it for person:check.",
        )
    fields = properties_of(rule.act, rule.obj)
    labels = {rule.obj} if rule.about_rows else {label for label, _ in fields}
    for label in sorted(labels):
        if not predicate.stands_on(label) and label in LABELS:
            raise SetupError(
                f"{where}: predicate {predicate.name} says nothing of {label}.",
                f"Add its Cypher for {label} to {PREDICATES}, or name single fields in the rule.",
            )
    for label, name in fields:
        if not supported(label, name, rule.treatment):
            raise SetupError(
                f"{where}: {label}.{name} can't be given as {rule.treatment}.",
                "Name single fields in the rule, or use show or withhold.",
            )
