"""Commands of matching: the model in force, what it found, what a steward judges, and who is one person by it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from hub.commands.bonds import (
    APART,
    DIFFERENT,
    QUEUED,
    SAME,
    UNSURE,
    bound,
    cut,
    judgement_of,
    outcome_of,
    pair_of,
)
from hub.commands.forming import form_records
from hub.commands.model import By
from hub.commands.reading import known, named, owner_of, words
from hub.commands.uniting import Uniting, members_of
from hub.domain.errors import Conflict, InvalidInput
from hub.domain.facts import Decision, Draft, Draw, History, Json, Subject

JUDGEMENTS = (SAME, DIFFERENT, UNSURE)
"""What a steward can say of two rows."""
FINDINGS = (SAME, QUEUED, APART)
"""What the machine finds of two rows: one person, a person's turn to judge, or neither any more."""


Rubric = tuple[tuple[str, tuple[str, ...], tuple[tuple[str, int], ...]], ...]
"""What level numbers mean: each comparison with the attributes it compares, and its levels in order, each with its
weight in thousandths of a bit."""


@dataclass(frozen=True, slots=True)
class AdoptModel:
    """Put a match model in force. What it learned from names stays sealed."""

    digest: str
    """SHA-256 of the settings, hex."""
    settings: str
    """The whole model as one text, as the matcher reads it."""
    rubric: Rubric


@dataclass(frozen=True, slots=True)
class Finding:
    """What the machine found of two source records."""

    left: str
    right: str
    """Ids of records, the smaller one left."""
    outcome: str
    weight: int
    """Match weight: log2 of the Bayes factor, in thousandths."""
    levels: tuple[int, ...]
    """Level reached in each comparison of the model, in the model's order."""


@dataclass(frozen=True, slots=True)
class FormMatched:
    """Make these groups of source records persons, each group one (the machine's command).

    All records of every person that is touched stand in one of the groups.
    """

    groups: tuple[tuple[str, ...], ...]
    findings: tuple[Finding, ...]
    model: str
    """Digest of the model that found it."""


@dataclass(frozen=True, slots=True)
class JudgeMatch:
    """Say of two source records whether they are one person, for a reason. A later judgement supersedes it."""

    left: str
    right: str
    judgement: str
    reason: str


@dataclass(frozen=True, slots=True)
class RevokeJudgement:
    """Take back what was judged of two source records: what the machine found holds again."""

    match: str
    reason: str


def adopt_model(history: History, command: AdoptModel, draw: Draw, by: By) -> Decision:
    """The next model in force, unless exactly this one is."""
    if hashlib.sha256(command.settings.encode()).hexdigest() != command.digest:
        raise InvalidInput("This model is not that of the digest.", "Give the digest of its settings.")
    found = history.find("model", "running")
    running = history.subject(found[0]) if found else None
    if running is not None and running.state["digest"] == command.digest:
        return Decision((), running.id)
    rubric = [[name, list(of), [list(level) for level in levels]] for name, of, levels in command.rubric]
    clear = {"digest": command.digest, "rubric": rubric}
    subject, payload = running.id if running is not None else draw.new_id(), {"settings": command.settings}
    return Decision((Draft(draw.new_id(), "ModelAdopted", subject, clear=clear, payload=payload),))


def form_matched(history: History, command: FormMatched, draw: Draw, by: By) -> Decision:
    """New findings, then persons merged, split, made or left as they are. Judgements of people are never overruled."""
    demand_running(history, command.model)
    records = [each for group in command.groups for each in group]
    if len(set(records)) != len(records):
        raise InvalidInput("A record stands in two groups.", "Give each record to one person.")
    _prefetch_matches(history, ((each.left, each.right) for each in command.findings))
    if len(form_records(history, records)) != len(records):
        raise InvalidInput("Not all of these are person records of the registers.", "Leave the others out.")
    _refuse_barred(history, command.groups)
    found = [draft for each in command.findings for draft in _finding(history, each, command.model, draw)]
    return Decision((*found, *Uniting(history, draw).regroup(command.groups)))


def demand_running(history: History, model: str) -> None:
    """Raises Conflict when another model than the one with this digest is in force."""
    if named(history, "model", "running", "match model").state["digest"] != model:
        raise Conflict("Another match model is in force by now.", "Match anew.")


def judge_match(history: History, command: JudgeMatch, draw: Draw, by: By) -> Decision:
    """The judgement, and what follows from it: two persons become one, or one becomes two."""
    if command.judgement not in JUDGEMENTS:
        raise InvalidInput(f"{command.judgement!r} is no judgement.", f"One of {', '.join(JUDGEMENTS)}.")
    left, right = sorted((command.left, command.right))
    records = [known(history, each, "SourceRecord", "source record") for each in (left, right)]
    if left == right or any(owner_of(history, each.id) is None for each in records):
        raise InvalidInput("Only two rows that belong to persons can be judged.", "Name two different ones.")
    standing = match_of(history, left, right)
    if standing is not None and judgement_of(standing) == command.judgement:
        return Decision((), standing.id)
    subject, pair = standing.id if standing else draw.new_id(), (left, right)
    judged = _judged(draw, subject, pair, {"outcome": command.judgement, "actor": by.actor}, command.reason)
    if command.judgement == SAME:
        return Decision((judged, *_join(history, draw, pair)))
    if command.judgement == DIFFERENT:
        return Decision((judged, *_part(history, draw, pair)))
    return Decision((judged,))


def revoke_judgement(history: History, command: RevokeJudgement, draw: Draw, by: By) -> Decision:
    """The judgement no longer holds; the two rows stand as the machine found them, or as if nobody had spoken."""
    match = known(history, command.match, "Match", "match")
    if judgement_of(match) is None:
        raise Conflict("Nobody has judged this match.", "Nothing needs to be taken back.")
    pair = (match.state["left"], match.state["right"])
    judged = _judged(draw, match.id, pair, {"outcome": "REVOKED", "actor": by.actor}, command.reason)
    machine = match.state["machine"]
    if machine and machine["outcome"] == SAME:
        return Decision((judged, *_join(history, draw, pair)))
    if judgement_of(match) == SAME:
        return Decision((judged, *_part(history, draw, pair, without=match.id)))
    return Decision((judged,))


def match_of(history: History, left: str, right: str) -> Subject | None:
    """What is known of two records."""
    found = history.find("match", f"{left}|{right}")
    return history.subject(found[0]) if found else None


def matches_among(history: History, records: Iterable[str]) -> list[Subject]:
    """Everything known of pairs of these records."""
    records = list(records)
    history.prefetch(finds=[("matches_of", each) for each in records])
    found = dict.fromkeys(match for each in records for match in history.find("matches_of", each))
    history.prefetch(subjects=found)
    inside = set(records)
    matches = [history.subject(each) for each in found]
    return [each for each in matches if each and {each.state["left"], each.state["right"]} <= inside]


def _prefetch_matches(history: History, pairs: Iterable[tuple[str, str]]) -> None:
    finds = [("match", f"{left}|{right}") for left, right in pairs]
    history.prefetch(finds=finds)
    history.prefetch(subjects=[match for each in finds for match in history.find(*each)])


def _refuse_barred(history: History, groups: Iterable[tuple[str, ...]]) -> None:
    home = {record: index for index, group in enumerate(groups) for record in group}
    finds = [("judged_of", each) for each in home]
    history.prefetch(finds=finds)
    matches = dict.fromkeys(match for each in finds for match in history.find(*each))
    history.prefetch(subjects=matches)
    for match in map(history.subject, matches):
        if match is not None and outcome_of(match) == DIFFERENT:
            left, right = home.get(match.state["left"]), home.get(match.state["right"])
            if left is not None and left == right:
                raise Conflict("Two rows of a group were judged to be different persons.", "Match anew.")


def _finding(history: History, found: Finding, model: str, draw: Draw) -> Iterable[Draft]:
    """A fact for a finding whose outcome is new; nothing is said of what was never anything."""
    if found.outcome not in FINDINGS or found.left >= found.right:
        raise InvalidInput("This is no finding.", "Name the smaller id left, and one of SAME, QUEUED, APART.")
    standing = match_of(history, found.left, found.right)
    before = standing.state["machine"] if standing else None
    if (before["outcome"] if before else APART) != found.outcome:
        refs = (("left", found.left), ("right", found.right))
        clear: dict[str, Json] = {
            "outcome": found.outcome, "weight": found.weight, "levels": list(found.levels), "model": model,
        }  # fmt: skip
        subject = standing.id if standing else draw.new_id()
        yield Draft(draw.new_id(), "RecordsJudged", subject, refs, clear)


def _judged(draw: Draw, match: str, pair: tuple[str, str], said: dict[str, Json], reason: str) -> Draft:
    payload = {"reason": words(reason, "The reason of a judgement", 500)}
    refs = (("left", pair[0]), ("right", pair[1]))
    return Draft(draw.new_id(), "RecordsJudged", match, refs, {**said, "on": draw.today}, payload)


def _join(history: History, draw: Draw, pair: tuple[str, str]) -> list[Draft]:
    """The persons of two records become one. Raises Conflict when other rows of theirs are barred."""
    records = _members(history, pair)
    barred = [each for each in matches_among(history, records) if outcome_of(each) == DIFFERENT]
    if any(pair_of(each) != set(pair) for each in barred):
        raise Conflict(
            "Two other rows of these persons were judged to be different.",
            "Take that judgement back first, if it is wrong.",
        )
    return Uniting(history, draw).regroup((records,))


def _part(history: History, draw: Draw, pair: tuple[str, str], without: str | None = None) -> list[Draft]:
    """The person of two records becomes two. `without`: a match that no longer binds; what others bind stays one."""
    if pair[1] not in members_of(history, pair[0]):
        return []
    records = _members(history, pair)
    matches = [each for each in matches_among(history, records) if each.id != without]
    if without is not None and bound(records, matches, pair):
        return []
    return Uniting(history, draw).regroup(cut(records, matches, pair))


def _members(history: History, pair: tuple[str, str]) -> tuple[str, ...]:
    records = tuple(dict.fromkeys(each for record in pair for each in members_of(history, record)))
    form_records(history, records)
    return records
