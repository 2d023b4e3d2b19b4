"""The rules by which enrolments overlap, as the ledger has them in force."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hub.access.scope import Scope
from hub.ledger.answering import Cursors
from hub.questions.model import OverlapRules, Overlaps, Viewed

if TYPE_CHECKING:
    from hub.ledger.store import Ledger


def with_rules(ledger: Ledger, question: Overlaps) -> Overlaps:
    """The question with the rules in force, by which it is answered."""
    return replace(question, rules=_running(ledger))


def overlap_rules(ledger: Ledger, question: OverlapRules, scope: Scope, cursors: Cursors) -> Viewed:
    """All rules, by code, also those that are not in force yet or no more."""
    rules = sorted(_running(ledger), key=lambda each: str(each["code"]))
    return Viewed([{**each, "from": each["from_on"], "to": each["to_on"]} for each in rules], (), ())


def _running(ledger: Ledger) -> tuple[Mapping[str, Any], ...]:
    found = ledger.find("overlap_rules", "running")
    states = ledger.subjects(found)
    return tuple(rule for each in found for rule in states[each].state["rules"])
