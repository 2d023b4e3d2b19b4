"""The policy as a page: who may do what, and who sees how much of which field. `python -m hub.access.matrix`."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path

import policies
from graph_schema import LABELS, Sensitivity
from hub.access.policy import Policy
from hub.access.rulebook import ANY, Rule, Rulebook
from hub.access.vocabulary import ACTIONS, READS, WIDEST_FIRST, properties_of

PAGE = Path(str(files(policies).joinpath("MATRIX.md")))
_HEADING = (
    "# Who may do and see what",
    "Made by `python -m hub.access.matrix` from the other files of this folder; change those. "
    "What is not named is withheld, and what is denied in any role of an actor is denied.",
)


def page(policy: Policy) -> str:
    """The whole page as Markdown, without the rules' order."""
    book = policy.book
    parts = [*_HEADING, "## Purposes", _purposes(book), "## Actions", _actions(book)]
    for label in READS:
        parts += [f"## {label}", _fields(book, label)]
    parts += ["## Denials", _denials(book), "## Row predicates", _predicates(book)]
    return "\n\n".join(parts) + "\n"


def _purposes(book: Rulebook) -> str:
    rows = (
        (
            f"`{each.code}`",
            each.name,
            each.basis,
            ", ".join(sorted(each.roles)),
            ", ".join(sorted(each.classes)),
        )
        for each in book.purposes.values()
    )
    return _table(("purpose", "name", "legal basis", "roles", "opens"), rows)


def _actions(book: Rulebook) -> str:
    rows = []
    for action, labels in ACTIONS.items():
        allowed = [r for r in book.rules if r.act == action and r.allow and r.obj in labels]
        rows.append(
            (f"`{action}`", *(_cell(r for r in allowed if r.role in (role, ANY)) for role in book.roles))
        )
    return _table(("action", *book.roles), rows)


def _fields(book: Rulebook, label: str) -> str:
    node = LABELS.get(label)
    fields = () if node is None else node.properties
    readers = [
        role
        for role in book.roles
        if any(
            r.obj == label and r.act == READS[label] and r.role in (role, ANY) for r in book.rules if r.allow
        )
    ]
    rows = [
        (
            f"`{each.name}`",
            each.sensitivity.value,
            *(_field(book, label, each.name, role) for role in readers),
        )
        for each in fields
    ]
    return (
        _table(("property", "class", *readers), rows)
        if rows and readers
        else "Nothing of it lies in the graph."
    )


def _field(book: Rulebook, label: str, name: str, role: str) -> str:
    if any(each.name == name and each.sensitivity is Sensitivity.OPEN for each in LABELS[label].properties):
        return "show"
    rules = [
        r
        for r in book.rules
        if r.allow and not r.about_rows and r.act == READS[label] and r.role in (role, ANY)
        and (label, name) in properties_of(r.act, r.obj)
    ]  # fmt: skip
    found = [(how, _cell(r for r in rules if r.treatment is how)) for how in WIDEST_FIRST]
    return "; ".join(f"{how}: {where}" for how, where in found if where) or "-"


def _cell(rules: Iterable[Rule]) -> str:
    return ", ".join(sorted({r.predicate + ("" if r.agency == ANY else f" ({r.agency})") for r in rules}))


def _denials(book: Rulebook) -> str:
    rows = [(r.role, f"`{r.act}`", r.obj, r.purpose, r.predicate) for r in book.rules if not r.allow]
    return _table(("role", "action", "about", "purpose", "rows"), rows)


def _predicates(book: Rulebook) -> str:
    rows = ((f"`{each.name}`", each.says) for each in book.predicates.values())
    return _table(("predicate", "holds for"), rows)


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [heads, ("---",) * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def main(arguments: list[str]) -> int:
    """Write the page, or with `--check` only say whether it is stale. Returns the exit code."""
    text = page(Policy.load(policies.rules(), 0))
    stale = not PAGE.exists() or PAGE.read_text("utf-8") != text
    if stale and "--check" in arguments:
        sys.stderr.write("MATRIX.md is stale: run `python -m hub.access.matrix`.\n")
        return 1
    if stale:
        PAGE.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
