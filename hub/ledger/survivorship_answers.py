"""Survivorship rules as the ledger holds them, and which persons were chosen by which edition."""

from __future__ import annotations

from hub.access.scope import Scope
from hub.commands.survival import in_force, running_rules
from hub.ledger.answering import Cursors
from hub.ledger.match_answers import stretch
from hub.ledger.store import Ledger
from hub.questions import model
from hub.questions.model import Viewed


def survivorship_in_force(
    ledger: Ledger, question: model.SurvivorshipInForce, scope: Scope, cursors: Cursors
) -> Viewed:
    """The rules; those that come with the hub, as edition 0, while none were set."""
    history = ledger.history()
    running, now = running_rules(history), in_force(history)
    data = {
        "id": running.id if running else None, "version": running.version if running else 0,
        "edition": now.edition, "digest": now.rules.digest,
        "applied_edition": running.state.get("applied", 0) if running else 0,
        "trust": list(now.rules.trust),
        "fields": [
            {"field": name, "criteria": [each.value for each in order]}
            for name, order in now.rules.fields.items()
        ],
    }  # fmt: skip
    return Viewed(data, (), ())


def persons_standing(ledger: Ledger, question: model.PersonsStanding) -> Viewed:
    """A stretch of persons who were not merged into others."""
    subjects, after = stretch(ledger, "Person", question.after)
    persons = [
        {"person": each.id, "edition": each.state.get("edition", 0)}
        for each in subjects
        if "merged_into" not in each.state
    ]
    return Viewed({"persons": persons, "next": after}, (), ())
