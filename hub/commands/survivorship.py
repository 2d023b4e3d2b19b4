"""Commands about survivorship: rules put in force, and persons' values chosen anew by them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hub.commands.forming import choose_anew
from hub.commands.golden import Forming
from hub.commands.model import By
from hub.commands.reading import words
from hub.commands.survival import running_rules
from hub.domain.errors import Conflict
from hub.domain.facts import Decision, Draft, Draw, History
from hub.domain.survivorship import Rules, rules_of


@dataclass(frozen=True, slots=True)
class SetSurvivorshipRules:
    """Put survivorship rules in force. Values stay as they are until persons are chosen anew."""

    trust: tuple[str, ...]
    """Codes of registers, the most trusted first."""
    fields: Mapping[str, tuple[str, ...]]
    """Field → criteria in order (hub.domain.survivorship), for every field."""
    reason: str | None = None


def rules_set(rules: Rules, reason: str | None = None) -> SetSurvivorshipRules:
    """The command that puts rules in force."""
    fields = {name: tuple(each.value for each in order) for name, order in rules.fields.items()}
    return SetSurvivorshipRules(rules.trust, fields, reason)


@dataclass(frozen=True, slots=True)
class ChoosePersons:
    """Choose the values of these persons by the rules in force (the machine's command).

    `done`: an edition of the rules, of which this is the last stretch of all persons.
    """

    persons: tuple[str, ...]
    done: int | None = None


def set_survivorship_rules(history: History, command: SetSurvivorshipRules, draw: Draw, by: By) -> Decision:
    """The next edition of the rules, unless exactly these are in force."""
    rules = rules_of({"trust": list(command.trust), "fields": dict(command.fields)})
    running = running_rules(history)
    if running is not None and running.state["digest"] == rules.digest:
        return Decision((), running.id)
    edition = running.state["edition"] + 1 if running is not None else 1
    clear = {"edition": edition, "digest": rules.digest, "rules": rules.as_dict()}
    payload = {"reason": words(command.reason, "The reason", 500)} if command.reason else None
    subject = running.id if running is not None else draw.new_id()
    return Decision((Draft(draw.new_id(), "SurvivorshipRulesSet", subject, clear=clear, payload=payload),))


def choose_persons(history: History, command: ChoosePersons, draw: Draw, by: By) -> Decision:
    """Choices that are other than those that stand, and at the end that all persons have been looked at."""
    forming = Forming(history, draw)
    history.prefetch(subjects=command.persons)
    choose_anew(history, forming, command.persons)
    if command.done is None:
        return Decision(tuple(forming.drafts))
    running = running_rules(history)
    if running is None or running.state["edition"] != command.done:
        raise Conflict("Other survivorship rules are in force by now.", "Begin anew with all persons.")
    if running.state.get("applied") == command.done:
        return Decision(tuple(forming.drafts), running.id)
    applied = Draft(draw.new_id(), "SurvivorshipApplied", running.id, clear={"applied": command.done})
    return Decision((*forming.drafts, applied))
