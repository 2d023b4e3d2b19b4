"""A run of the matcher over all that the ledger holds: what changed becomes findings, persons and what they are in.

Rows are read from the ledger, matched as a whole, and compared with how things stand. Only persons of whom something
is different are written, together with everybody whose rows they had or get.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hub.commands.bonds import APART, DIFFERENT, QUEUED, SAME
from hub.commands.matching import Finding, FormMatched
from hub.domain.errors import InvalidInput, SetupError
from hub.domain.facts import Actor
from hub.matching.batches import MOST, batched
from hub.matching.enrol import Enrolled, Formed, enrol
from hub.matching.frozen import model_of
from hub.matching.housing import house
from hub.matching.model import Model
from hub.matching.persons import Judgements, Key, Matched, Matching
from hub.matching.reading import Progress, pages
from hub.matching.rows import MatchRow, RowName, match_row
from hub.matching.survive import Survived, survive
from hub.matching.training import train
from hub.questions.model import MatchesKnown, MatchRows, RunningModel
from hub.service import Doors

_FEWEST_ROWS = 5_000


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
    households: int
    """Households that the persons live in now."""
    households_written: int
    """Those of them that are new or other than before."""
    entries: Enrolled
    """What became of programme lists."""
    values: Survived
    """Whose values were chosen anew because other survivorship rules are in force."""


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
    matched = await asyncio.to_thread(_matched, standing, model, progress)
    batches = plan(standing, matched)
    for done, (groups, findings) in enumerate(batches):
        progress("Writing persons", done, len(batches))
        await hub.submit(matcher, FormMatched(groups, findings, running["digest"]), wait=False)
    values = await survive(hub, matcher, progress)
    housed = await house(hub, matcher, progress)
    progress("Enrolling whom lists name", 0, None)
    formed = Formed(standing.rows, matched.persons, model, running["digest"])
    entries = await enrol(hub, matcher, formed)
    return RunResult(
        rows=len(standing.rows),
        persons=len(set(matched.persons.values())),
        changed=sum(len(group) for groups, _ in batches for group in groups),
        findings=sum(len(findings) for _, findings in batches),
        queued=len(matched.queue),
        households=housed.households,
        households_written=housed.written,
        entries=entries,
        values=values,
    )


async def trained(hub: Doors, matcher: Actor, progress: Progress) -> Model:
    """A model trained on all rows of finished releases; it is in force only once it is adopted.

    Raises InvalidInput when there are too few rows to learn from.
    """
    rows = (await _read(hub, matcher, progress)).rows
    if len(rows) < _FEWEST_ROWS:
        raise InvalidInput(
            f"{len(rows):,} rows are too few to learn from.",
            f"From {_FEWEST_ROWS:,} on a model is better than the one that comes with the hub.",
        )
    progress("Training", 0, None)
    return await asyncio.to_thread(train, tuple(rows.values()))


async def _read(hub: Doors, matcher: Actor, progress: Progress) -> Standing:
    standing = Standing()
    async for page in pages(hub, matcher, MatchRows):
        for row in page["rows"]:
            _keep_row(standing, row)
        progress("Reading rows", len(standing.rows), None)
    async for page in pages(hub, matcher, MatchesKnown):
        for each in page["matches"]:
            _keep_match(standing, each)
    return standing


def _keep_row(standing: Standing, row: Mapping[str, Any]) -> None:
    record = row["record"]
    if row["person"]:
        standing.person[record] = row["person"]
    if row["values"] is None:
        standing.erased.append(record)
    else:
        name = RowName(row["register"], row["row_key"], row["unit"], row["release"])
        standing.rows[record] = match_row(name, row["values"], row["dwelling"])


def _keep_match(standing: Standing, known: Mapping[str, Any]) -> None:
    pair = (known["left"], known["right"])
    standing.outcomes[pair] = known["outcome"] or APART
    if known["judgement"] == SAME:
        standing.same.append(pair)
    elif known["judgement"] == DIFFERENT:
        standing.different.append(pair)


def _matched(standing: Standing, model: Model, progress: Progress) -> Matched:
    key_of = {record: row.key for record, row in standing.rows.items()}

    def keys(pairs: Iterable[tuple[str, str]]) -> list[tuple[Key, Key]]:
        return [(key_of[left], key_of[right]) for left, right in pairs if left in key_of and right in key_of]

    judgements = Judgements(different=keys(standing.different), same=keys(standing.same))
    with Matching(standing.rows.values(), model, progress=lambda stage: progress(stage, 0, None)) as matching:
        return matching.match(judgements)


def plan(standing: Standing, matched: Matched) -> list[Batch]:
    """What has to be written so that persons and findings are those of a run; empty when they are."""
    record_of = {row.key: record for record, row in standing.rows.items()}
    groups = _groups(standing, matched, record_of)
    found = _findings(standing, matched, record_of)
    people = batched(groups, standing.person, _unlike(standing, groups))
    batches = [tuple(tuple(groups[at]) for at in each) for each in people]
    return _with_findings(batches, found)


def _groups(standing: Standing, matched: Matched, record_of: Mapping[Key, str]) -> list[list[str]]:
    """Records that are to be one person, erased ones with most of those they were with."""
    home = {record_of[key]: first for key, first in matched.persons.items()}
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


def _findings(standing: Standing, matched: Matched, record_of: Mapping[Key, str]) -> list[Finding]:
    """Outcomes that are not what was found before, those of pairs that are nothing any more included."""
    queue = {frozenset(doubt.pair) for doubt in matched.queue}
    found: list[Finding] = []
    held: set[tuple[str, str]] = set()
    for pair, weight in matched.weights.items():
        joined = matched.persons[pair[0]] == matched.persons[pair[1]] and weight > 0
        if joined or frozenset(pair) in queue:
            left, right = sorted(record_of[key] for key in pair)
            outcome = SAME if joined else QUEUED
            held.add((left, right))
            if standing.outcomes.get((left, right), APART) != outcome:
                found.append(Finding(left, right, outcome, round(1000 * weight), matched.levels[pair]))
    gone = (pair for pair, outcome in standing.outcomes.items() if outcome != APART and pair not in held)
    return [*found, *(Finding(*pair, APART, 0, ()) for pair in gone)]


def _unlike(standing: Standing, groups: Sequence[list[str]]) -> Iterator[int]:
    """Numbers of the groups that are no person as they stand."""
    members: dict[str, set[str]] = defaultdict(set)
    for record, person in standing.person.items():
        members[person].add(record)
    for number, group in enumerate(groups):
        persons = {standing.person.get(each) for each in group}
        if len(persons) != 1 or members.get(next(iter(persons)) or "") != set(group):
            yield number


def _with_findings(batches: Sequence[tuple[tuple[str, ...], ...]], found: Iterable[Finding]) -> list[Batch]:
    """Each finding in the entry that changes its left record, or in one of findings only."""
    entry_of = {record: at for at, groups in enumerate(batches) for group in groups for record in group}
    own: dict[int | None, list[Finding]] = defaultdict(list)
    for each in found:
        own[entry_of.get(each.left)].append(each)
    rest = own.pop(None, [])
    alone = [tuple(rest[begin : begin + MOST]) for begin in range(0, len(rest), MOST)]
    return [*((groups, tuple(own[at])) for at, groups in enumerate(batches)), *(((), each) for each in alone)]
