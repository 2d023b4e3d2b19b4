"""Rules that do nothing: dead ones, which can never apply, and shadowed ones, which others make needless."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hub.access.rights import opens
from hub.access.rulebook import ANY, Purpose, Rule, Rulebook
from hub.access.vocabulary import READS, WIDEST_FIRST, properties_of


@dataclass(frozen=True, slots=True)
class Idle:
    """A rule that could be taken away without any difference, and why."""

    rule: Rule
    why: str


def idle_rules(book: Rulebook) -> list[Idle]:
    """Dead and shadowed rules in the order of the file. Of two equal rules the later one is named."""
    dead = {id(rule): why for rule in book.rules for why in _dead(book, rule)}
    living = [rule for rule in book.rules if id(rule) not in dead]
    found = []
    for rule in book.rules:
        why = dead.get(id(rule)) or next(_shadows(book, rule, living), None)
        if why is not None:
            found.append(Idle(rule, why))
    return found


def _dead(book: Rulebook, rule: Rule) -> Iterator[str]:
    purposes = _purposes(book, rule)
    if rule.predicate == "none":
        yield "its predicate holds for no row"
    elif not purposes:
        yield f"role {rule.role} may not use purpose {rule.purpose}"
    elif not any(opens(purpose, rule) for purpose in purposes):
        yield "no purpose of its role opens what it is about"
    elif rule.allow and not rule.about_rows and not _row_rules(book, rule):
        yield "its role sees no row of which this could be a field"
    denial = next((each for each in book.rules if _closes(each, rule)), None)
    if denial is not None:
        yield f"the denial in line {denial.line} closes all of it"


def _purposes(book: Rulebook, rule: Rule) -> list[Purpose]:
    """Purposes under which it could apply; a denial looks at every role, whatever purpose it may use."""
    named = [each for each in book.purposes.values() if rule.purpose in (ANY, each.code)]
    if not rule.allow or rule.role == ANY:
        return [each for each in named if each.roles]
    return [each for each in named if rule.role in each.roles]


def _row_rules(book: Rulebook, rule: Rule) -> bool:
    """Whether some rule opens rows of a label whose field this one is about."""
    labels = {label for label, _ in properties_of(rule.act, rule.obj) if READS.get(label) == rule.act}
    return any(
        each.allow and each.about_rows and each.act == rule.act and each.obj in labels
        and (each.role == rule.role or ANY in (each.role, rule.role))
        for each in book.rules
    )  # fmt: skip


def _closes(denial: Rule, rule: Rule) -> bool:
    """Whether a denial hits every row that an allowing rule opens."""
    return rule.allow and not denial.allow and _about_all_of(denial, rule)


def _shadows(book: Rulebook, rule: Rule, living: list[Rule]) -> Iterator[str]:
    for other in living:
        if other is rule or other.allow is not rule.allow or not _about_all_of(other, rule):
            continue
        if rule.allow and WIDEST_FIRST.index(other.treatment) > WIDEST_FIRST.index(rule.treatment):
            continue
        if not all(opens(purpose, other) for purpose in _purposes(book, rule)):
            continue
        equal = _about_all_of(rule, other) and other.treatment is rule.treatment
        if not equal or other.line < rule.line:
            yield f"line {other.line} says as much" if not equal else f"line {other.line} says the same"


def _about_all_of(wide: Rule, narrow: Rule) -> bool:
    """Whether the wide rule is about every actor, row and field that the narrow one is about."""
    return (
        wide.act == narrow.act
        and wide.role in (ANY, narrow.role)
        and wide.agency in (ANY, narrow.agency)
        and wide.purpose in (ANY, narrow.purpose)
        and wide.predicate in ("all", narrow.predicate)
        and _covers(wide, narrow)
    )


def _covers(wide: Rule, narrow: Rule) -> bool:
    if wide.obj == narrow.obj:
        return True
    if wide.about_rows or narrow.about_rows:
        return False
    fields = set(properties_of(narrow.act, narrow.obj))
    return bool(fields) and fields <= set(properties_of(wide.act, wide.obj))
