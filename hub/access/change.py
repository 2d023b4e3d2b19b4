"""A change to the texts of a policy: rules to add and to take away, or whole files; and what differs afterwards."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from hub.access.rulebook import FILES, POLICY
from hub.domain.errors import InvalidInput

_COLUMNS = "Write role, agency, act, obj, purpose, predicate, treatment, eft, in one line."


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be different. Whole files come first, then rules are taken away, then added."""

    add_rules: tuple[str, ...] = ()
    """Lines as in policy.csv."""
    remove_rules: tuple[str, ...] = ()
    """Lines of policy.csv; spaces between columns do not matter."""
    files: Mapping[str, str] = field(default_factory=dict)
    """File name → the whole new text."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Lines of one file that a change adds and takes away; comments and blank lines are left out."""

    file: str
    added: tuple[str, ...]
    removed: tuple[str, ...]


def changed(texts: Mapping[str, str], change: Change) -> dict[str, str]:
    """The texts after a change, not checked yet (Policy.load does). InvalidInput for what can't be done to them."""
    unknown = sorted(set(change.files) - set(FILES))
    if unknown:
        raise InvalidInput(f"{unknown[0]!r} is no file of the policy.", f"The files are {', '.join(FILES)}.")
    found = {**texts, **{name: unicodedata.normalize("NFC", text) for name, text in change.files.items()}}
    lines = found[POLICY].splitlines()
    for rule in change.remove_rules:
        wanted = _columns(rule)
        kept = [line for line in lines if _is_comment(line) or _columns(line) != wanted]
        if len(kept) == len(lines):
            raise InvalidInput(
                f"There is no such rule to take away: {', '.join(wanted)}",
                "Copy the line from the policy in force.",
            )
        lines = kept
    lines += [", ".join(_columns(rule)) for rule in change.add_rules]
    if change.add_rules or change.remove_rules:
        found[POLICY] = "\n".join(lines) + "\n"
    return found


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Difference, ...]:
    """What differs, file by file, in the order of the lines. The order of rules decides nothing."""
    found = []
    for name in FILES:
        old, new = _said(before.get(name, "")), _said(after.get(name, ""))
        added = tuple(line for line in new if line not in set(old))
        removed = tuple(line for line in old if line not in set(new))
        if added or removed:
            found.append(Difference(name, added, removed))
    return tuple(found)


def _said(text: str) -> list[str]:
    lines = (line.strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def _is_comment(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def _columns(line: str) -> list[str]:
    rows = line.splitlines()
    if len(rows) != 1 or _is_comment(line):
        raise InvalidInput("A rule is one line.", _COLUMNS)
    try:
        (columns,) = csv.reader(rows, skipinitialspace=True, strict=True)
    except (csv.Error, ValueError) as fault:
        raise InvalidInput(f"A rule can't be read: {fault}", _COLUMNS) from fault
    return [unicodedata.normalize("NFC", each.strip()) for each in columns]
