"""A run of the matcher over all that the ledger holds: what changed becomes findings, persons and enrolments.

Rows are read from the ledger, linked as a whole, and compared with how things stand. Only persons of whom something
is different are written, together with everybody whose rows they had or get.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hub.commands.bonds import APART, DIFFERENT, QUEUED, SAME
from hub.commands.matching import Finding, FormMatched
from hub.domain.errors import SetupError
from hub.domain.facts import Actor
from hub.matching.enrol import Enrolled, Formed, enrol
from hub.matching.frozen import model_of
from hub.matching.link import Judgements, Key, Linked, link
from hub.matching.model import Model
from hub.matching.rows import MatchRow, RowName, match_row
from hub.questions.model import MatchesKnown, MatchRows, RunningModel
from hub.service import Doors

Progress = Callable[[str, int, int | None], None]
"""Told again and again: the stage, how much is done, how much in all (None: not known)."""
_MOST_RECORDS = 400
"""Records of one entry; a component of more is one entry all the same, since it can't be torn."""


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a run did."""

    rows: int
    persons: int
    """Persons that the rows are of now."""
    changed: int
    """Records whose person is another one, or has other records than before."""
    findings: int
    """Pairs of which something new was found."""
    queued: int
    """Pairs that wait for a person's judgement, all of them."""
    entries: Enrolled
    """What became of programme lists."""


Batch = tuple[tuple[tuple[str, ...], ...], tuple[Finding, ...]]
"""One entry: groups of records that are to be persons, and findings."""


@dataclass(slots=True)
class Standing:
    """How things stand: rows by record, their persons, and what was said of pairs."""

    rows: dict[str, MatchRow] = field(default_factory=dict)
    erased: list[str] = field(default_factory=list)
    """Records that can't be read any more: they stay with whom they are."""
    person: dict[str, str] = field(default_factory=dict)
    outcomes: dict[tuple[str, str], str] = field(default_factory=dict)
    same: list[tuple[str, str]] = field(default_factory=list)
    different: list[tuple[str, str]] = field(default_factory=list)


async def match(hub: Doors, matcher: Actor, progress: Progress) -> RunResult:
    """Match everything anew and write what is different. A run that was stopped is made good by the next one.

    Raises SetupError when no model is in force.
    """
    running = (await hub.ask(matcher, RunningModel())).data
    if running is None:
        raise SetupError("No match model is in force.", "Run `hub match adopt`.")
    standing = await _read(hub, matcher, progress)
    model = model_of(running["settings"])
    linked = await asyncio.to_thread(_link, standing, model, progress)
    batches = plan(standing, linked)
    for done, (groups, findings) in enumerate(batches):
        progress("Writing persons", done, len(batches))
        await hub.submit(matcher, FormMatched(groups, findings, running["digest"]), wait=False)
    progress("Enrolling whom lists name", 0, None)
    formed = Formed(standing.rows, linked.persons, model, running["digest"])
    entries = await enrol(hub, matcher, formed)
    return RunResult(
        rows=len(standing.rows),
        persons=len(set(linked.persons.values())),
        changed=sum(len(group) for groups, _ in batches for group in groups),
        findings=sum(len(findings) for _, findings in batches),
        queued=len(linked.queue),
        entries=entries,
    )


async def _read(hub: Doors, matcher: Actor, progress: Progress) -> Standing:
    standing = Standing()
    async for each in _pages(hub, matcher, MatchRows, "rows"):
        record = each["record"]
        if each["person"]:
            standing.person[record] = each["person"]
        if each["values"] is None:
            standing.erased.append(record)
        else:
            standing.rows[record] = match_row(
                RowName(each["register"], each["row_key"], each["unit"], each["release"]),
                each["values"],
                each["dwelling"],
            )
        if len(standing.rows) % 1000 == 0:
            progress("Reading rows", len(standing.rows), None)
    async for each in _pages(hub, matcher, MatchesKnown, "matches"):
        pair = (each["left"], each["right"])
        standing.outcomes[pair] = each["outcome"] or APART
        if each["judgement"] == SAME:
            standing.same.append(pair)
        elif each["judgement"] == DIFFERENT:
            standing.different.append(pair)
    return standing


async def _pages(
    hub: Doors, matcher: Actor, question: type[MatchRows | MatchesKnown], name: str
) -> AsyncIterator[Mapping[str, Any]]:
    after: str | None = ""
    while after is not None:
        found = (await hub.ask(matcher, question(after))).data
        for each in found[name]:
            yield each
        after = found["next"]


def _link(standing: Standing, model: Model, progress: Progress) -> Linked:
    key_of = {record: row.key for record, row in standing.rows.items()}

    def keys(pairs: Iterable[tuple[str, str]]) -> list[tuple[Key, Key]]:
        return [(key_of[left], key_of[right]) for left, right in pairs if left in key_of and right in key_of]

    judgements = Judgements(different=keys(standing.different), same=keys(standing.same))
    return link(standing.rows.values(), model, judgements, progress=lambda stage: progress(stage, 0, None))


def plan(standing: Standing, linked: Linked) -> list[Batch]:
    """What has to be written so that persons and findings are those of a run; empty when they are."""
    record_of = {row.key: record for record, row in standing.rows.items()}
    groups = _groups(standing, linked, record_of)
    found = _findings(standing, linked, record_of)
    batches: list[tuple[tuple[str, ...], ...]] = []
    held: list[tuple[str, ...]] = []
    for component in _touched(standing, groups):
        if held and sum(map(len, (*held, *component))) > _MOST_RECORDS:
            batches.append(tuple(held))
            held = []
        held += component
    return _with_findings([*batches, *([tuple(held)] if held else [])], found)


def _groups(standing: Standing, linked: Linked, record_of: Mapping[Key, str]) -> list[list[str]]:
    """Records that are to be one person, erased ones with most of those they were with."""
    home = {record_of[key]: first for key, first in linked.persons.items()}
    groups: dict[Key | str, list[str]] = defaultdict(list)
    for record, first in home.items():
        groups[first].append(record)
    together: dict[str, Counter[Key]] = defaultdict(Counter)
    for record, person in standing.person.items():
        if record in home:
            together[person][home[record]] += 1
    for record in standing.erased:
        owner = standing.person.get(record)
        if owner is not None:
            others = together[owner]
            best = min(others, key=lambda each: (-others[each], each), default=None)
            groups[owner if best is None else best].append(record)
    return [sorted(each) for each in groups.values()]


def _findings(standing: Standing, linked: Linked, record_of: Mapping[Key, str]) -> list[Finding]:
    """Outcomes that are not what was found before, those of pairs that are nothing any more included."""
    queue = {frozenset(doubt.pair) for doubt in linked.queue}
    found: list[Finding] = []
    held: set[tuple[str, str]] = set()
    for pair, weight in linked.weights.items():
        joined = linked.persons[pair[0]] == linked.persons[pair[1]] and weight > 0
        if joined or frozenset(pair) in queue:
            left, right = sorted(record_of[key] for key in pair)
            outcome = SAME if joined else QUEUED
            held.add((left, right))
            if standing.outcomes.get((left, right), APART) != outcome:
                found.append(Finding(left, right, outcome, round(1000 * weight), linked.levels[pair]))
    gone = (pair for pair, outcome in standing.outcomes.items() if outcome != APART and pair not in held)
    return [*found, *(Finding(*pair, APART, 0, ()) for pair in gone)]


def _touched(standing: Standing, groups: Sequence[list[str]]) -> Iterator[list[tuple[str, ...]]]:
    """Groups that are not persons yet, each with all others that had or get rows of the same persons."""
    members: dict[str, set[str]] = defaultdict(set)
    for record, person in standing.person.items():
        members[person].add(record)
    home = {record: number for number, group in enumerate(groups) for record in group}
    done: set[int] = set()
    for number, group in enumerate(groups):
        persons = {standing.person.get(each) for each in group}
        stands = len(persons) == 1 and members.get(next(iter(persons)) or "") == set(group)
        if number in done or stands:
            continue
        component, waiting = [], [number]
        done.add(number)
        while waiting:
            at = waiting.pop()
            component.append(tuple(groups[at]))
            owners = {standing.person[each] for each in groups[at] if each in standing.person}
            near = {home[other] for owner in owners for other in members[owner]} - done
            done |= near
            waiting += sorted(near)
        yield component


def _with_findings(batches: Sequence[tuple[tuple[str, ...], ...]], found: Iterable[Finding]) -> list[Batch]:
    """Each finding in the entry that changes its left record, or in one of findings only."""
    entry_of = {record: at for at, groups in enumerate(batches) for group in groups for record in group}
    own: dict[int | None, list[Finding]] = defaultdict(list)
    for each in found:
        own[entry_of.get(each.left)].append(each)
    rest = own.pop(None, [])
    alone = [tuple(rest[begin : begin + _MOST_RECORDS]) for begin in range(0, len(rest), _MOST_RECORDS)]
    return [*((groups, tuple(own[at])) for at, groups in enumerate(batches)), *(((), each) for each in alone)]
