"""The command that sets which enrolments do not go together."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from hub.commands.model import By
from hub.commands.reading import code, day, words
from hub.domain.errors import InvalidInput
from hub.domain.facts import Decision, Draft, Draw, History, Json

KINDS = ("TWICE", "EXCLUSIVE", "PRESENCE", "ONE_PER_HOUSEHOLD")
SEVERITIES = ("FORBIDDEN", "FLAGGED")
PRESENCES = ("DEAD", "MOVED_OUT", "MOVED_WITHIN", "ABROAD", "NOT_FOUND")
_MOST = 200


@dataclass(frozen=True, slots=True)
class OverlapRule:
    """Which enrolments do not go together, and why."""

    code: str
    kind: str
    """TWICE, EXCLUSIVE, PRESENCE or ONE_PER_HOUSEHOLD."""
    severity: str
    """FORBIDDEN or FLAGGED."""
    says: str
    basis: str
    programmes: tuple[str, ...] = ()
    """Codes of programmes, which need not be there yet; none for all."""
    against: tuple[str, ...] = ()
    """EXCLUSIVE: the programmes with which those don't go together."""
    presence: tuple[str, ...] = ()
    """PRESENCE: states of a person that don't go with them."""
    from_on: str | None = None
    to_on: str | None = None


@dataclass(frozen=True, slots=True)
class SetOverlapRules:
    """Put a whole set of rules in force, in place of the one before."""

    rules: tuple[OverlapRule, ...]


def set_overlap_rules(history: History, command: SetOverlapRules, draw: Draw, by: By) -> Decision:
    """The rules from now on, unless exactly these are in force."""
    if len(command.rules) > _MOST:
        raise InvalidInput(f"A set has {_MOST} rules at most.", "Say several in one.")
    rules = [_checked(each) for each in command.rules]
    codes = [each["code"] for each in rules]
    if len(set(codes)) != len(codes):
        raise InvalidInput("Two rules have one code.", "Give each its own.")
    found = history.find("overlap_rules", "running")
    standing = history.subject(found[0]) if found else None
    if standing is not None and standing.state["rules"] == rules:
        return Decision((), standing.id)
    subject = standing.id if standing else draw.new_id()
    return Decision((Draft(draw.new_id(), "OverlapRulesSet", subject, clear={"rules": rules}),))


def _checked(rule: OverlapRule) -> dict[str, Json]:
    """The rule as it is kept. Raises InvalidInput that names it."""
    code(rule.code, "a rule")
    for value, known, what in ((rule.kind, KINDS, "kind"), (rule.severity, SEVERITIES, "severity")):
        if value not in known:
            raise InvalidInput(f"Rule {rule.code} has no such {what}.", f"One of {', '.join(known)}.")
    for programme in (*rule.programmes, *rule.against):
        code(programme, "a programme")
    _demand_parts(rule)
    from_on, to_on = (
        day(each, f"A day of rule {rule.code}") if each is not None else None
        for each in (rule.from_on, rule.to_on)
    )
    if from_on is not None and to_on is not None and to_on < from_on:
        raise InvalidInput(f"Rule {rule.code} ends before it begins.", "Check its days.")
    return {
        **asdict(rule), "says": words(rule.says, "What a rule says"), "basis": words(rule.basis, "The basis of a rule"),
        "programmes": list(rule.programmes), "against": list(rule.against), "presence": list(rule.presence),
        "from_on": from_on, "to_on": to_on,
    }  # fmt: skip


def _demand_parts(rule: OverlapRule) -> None:
    """What its kind needs is there, and nothing that it would not look at."""
    wanted = {"EXCLUSIVE": {"programmes", "against"}, "PRESENCE": {"presence"}}.get(rule.kind, set())
    there = {name for name in ("programmes", "against", "presence") if getattr(rule, name)}
    if not wanted <= there or there - wanted - {"programmes"}:
        raise InvalidInput(
            f"Rule {rule.code} does not say what its kind needs, or more.",
            "EXCLUSIVE needs programmes and against, PRESENCE presence; no other kind takes these.",
        )
    if set(rule.presence) - set(PRESENCES):
        raise InvalidInput(f"Rule {rule.code} names no known presence.", f"Of {', '.join(PRESENCES)}.")
