"""Commands by which a register file comes in: open a release, take its records, close or abandon it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import orjson

from hub.commands.choosing import releases_of
from hub.commands.model import By
from hub.commands.reading import day, known, words
from hub.domain.errors import Conflict, InvalidInput
from hub.domain.facts import Decision, Draft, Draw, History, Json, Ref, Subject
from hub.domain.measures import by_class

REGISTERS = ("dtks", "p3ke", "regsosek", "dtsen", "dukcapil")
"""Registers whose files the hub can read; the list of a programme is a register under the programme's code."""


@dataclass(frozen=True, slots=True)
class OpenRelease:
    """Start taking in one delivery of a register. `as_of` is the date the register describes."""

    register: str
    label: str
    as_of: str
    digest: str
    """SHA-256 of the file's bytes, hex; of several files that of their digests, one a line, in reading order."""


@dataclass(frozen=True, slots=True, eq=False)
class Incoming:
    """One record of a register: a person's part of a row, or the dwelling that rows share."""

    unit: str
    """"person", "dwelling", "head" (what a family's row says of its head) or "entry" (of a programme list)."""
    row_key: str
    """The register's own key of the row or unit (FORMATS of the register)."""
    identity: str
    """What makes it the same record in a later release: the row key, for a dwelling with its address as given."""
    original: Mapping[str, str]
    """Column → value as given, only the columns that belong to this unit."""
    standardised: Mapping[str, Json]
    """Golden attribute → value after standardising; absent when unknown."""
    dwelling: str | None = None
    """Identity of the dwelling record of a person, which need not be known."""
    spare: bool = False
    """A dwelling told by a person's row: taken only when the register's own row of it is not there."""


@dataclass(frozen=True, slots=True)
class TakeRecords:
    """Take in up to 1,000 rows of an open release, as one entry."""

    release: str
    chunk: int
    """Number of this chunk in the file, from 0."""
    records: tuple[Incoming, ...]
    """The rows' own records, in the order of the file."""
    beside: tuple[Incoming, ...] = ()
    """What rows say besides: dwellings that persons name, heads of families."""
    refused: int = 0
    """Rows of this stretch of the file that were refused, for the counts."""


@dataclass(frozen=True, slots=True)
class CloseRelease:
    """Declare a release complete: from now on it is matched."""

    release: str


@dataclass(frozen=True, slots=True)
class AbandonRelease:
    """Give up a release before it is closed; its records are never matched."""

    release: str
    reason: str


def open_release(history: History, command: OpenRelease, draw: Draw, by: By) -> Decision:
    """A new release under a label that its register has not used."""
    if command.register not in REGISTERS and not history.find("programme", command.register):
        raise InvalidInput(
            f"There is no register {command.register!r}.",
            f"Known: {', '.join(REGISTERS)}; the list of a programme needs the programme to be defined.",
        )
    label = words(command.label, "The label of a release", 60)
    if history.find("release", f"{command.register}:{label}"):
        raise Conflict(
            f"{command.register} has a release {label!r} already.",
            "Give the same file with the same label to resume it, or another label for another delivery.",
        )
    clear = {
        "register": command.register, "label": label, "as_of": day(command.as_of, "--as-of"),
        "digest": command.digest, "status": "OPEN",
    }  # fmt: skip
    return Decision((Draft(draw.new_id(), "ReleaseOpened", draw.new_id(), clear=clear),))


def take_records(history: History, command: TakeRecords, draw: Draw, by: By) -> Decision:
    """A fact for each record that is new or says something new; a mark for each that says the same again."""
    release = _open(history, command.release)
    register = release.state["register"]
    own = {id(each) for each in command.records}
    dwellings = [each for each in (*command.beside, *command.records) if each.unit == "dwelling"]
    others = [each for each in (*command.records, *command.beside) if each.unit != "dwelling"]
    # A dwelling comes before the persons that name it, whatever the order of the rows.
    finds = {each: (f"row:{register}:{each.unit}", each.identity) for each in (*dwellings, *others)}
    named = {(f"row:{register}:dwelling", each.dwelling) for each in others if each.dwelling is not None}
    history.prefetch(finds=[*finds.values(), *named])
    standing = [found for each in (*finds.values(), *named) for found in history.find(*each)]
    history.prefetch(subjects=standing)
    _prefetch_releases(history, standing)
    demand_areas(history, command)
    taking = _Taking(history, draw, release)
    for incoming, (space, identity) in finds.items():
        found = history.find(space, identity)
        taking.take(incoming, history.subject(found[0]) if found else None, counted=id(incoming) in own)
    counts = {"chunk": command.chunk, **taking.counts, "refused": command.refused}
    return Decision((Draft(draw.new_id(), "ChunkTaken", release.id, clear=counts), *taking.drafts))


class _Taking:
    """Collects the facts of one chunk."""

    def __init__(self, history: History, draw: Draw, release: Subject) -> None:
        self._history = history
        self._draw = draw
        self._release = release
        self._dwellings: dict[str, str] = {}
        self._taken_here: set[tuple[str, str]] = set()
        self.drafts: list[Draft] = []
        self.counts = {"accepted": 0, "repeated": 0}

    def take(self, incoming: Incoming, standing: Subject | None, *, counted: bool) -> None:
        """Add what one record says. A dwelling comes before the persons that name it."""
        if (incoming.unit, incoming.identity) in self._taken_here:
            if counted:
                raise InvalidInput("A row key stands twice in a chunk.", "Refuse one of the rows.")
            return
        self._taken_here.add((incoming.unit, incoming.identity))
        subject = standing.id if standing else self._draw.new_id()
        if incoming.unit == "dwelling":
            self._dwellings[incoming.identity] = subject
            if incoming.spare and standing and self._told(standing):
                return
        # A person who moved says something new, although the columns of the address are the dwelling's; so does
        # one whose family was refused before and has been mended.
        dwelling = self._dwelling(incoming.dwelling) if incoming.dwelling is not None else None
        said = [incoming.row_key, incoming.original, incoming.dwelling, dwelling is not None]
        digest = self._draw.digest(orjson.dumps(said, option=orjson.OPT_SORT_KEYS))
        repeated = standing is not None and self._said_before(standing, digest)
        if counted:
            self.counts["repeated" if repeated else "accepted"] += 1
        if not repeated:
            self.drafts.append(self._taken(incoming, subject, digest, dwelling))
        elif standing and self._release.id not in releases_of(standing.state["takes"][-1]):
            taken = ("taken", standing.state["takes"][-1]["taken"])
            self.drafts.append(
                Draft(self._draw.new_id(), "RecordSeen", subject, (*self._refs(dwelling), taken))
            )

    def _said_before(self, standing: Subject, digest: str) -> bool:
        """Whether the row's newest words are these, and count."""
        newest = standing.state["takes"][-1]
        return bool(newest["digest"] == digest) and self._counts(newest)

    def _told(self, standing: Subject) -> bool:
        """Whether any words of a record count."""
        return any(map(self._counts, standing.state["takes"]))

    def _counts(self, take: Mapping[str, Json]) -> bool:
        """Whether words were said in this release or in one that was finished."""
        release = self._history.subject(take["release"])
        return release is not None and (release.id == self._release.id or release.state["status"] == "CLOSED")

    def _taken(self, incoming: Incoming, subject: str, digest: str, dwelling: str | None) -> Draft:
        refs = self._refs(dwelling)
        clear = {"register": self._release.state["register"], "unit": incoming.unit, "digest": digest}
        standardised = dict(incoming.standardised)
        assessed = by_class(standardised.pop("assessed", {}))
        payload = {
            "row_key": incoming.row_key, "identity": incoming.identity,
            "original": dict(incoming.original), "standardised": standardised,
            **({"assessed": assessed} if assessed else {}),
        }  # fmt: skip
        return Draft(self._draw.new_id(), "RecordTaken", subject, refs, clear, payload)

    def _refs(self, dwelling: str | None) -> tuple[Ref, ...]:
        release = ("release", self._release.id)
        return (release, ("dwelling", dwelling)) if dwelling is not None else (release,)

    def _dwelling(self, identity: str) -> str | None:
        """The dwelling of that identity; None when the register told none, e.g. since its row was refused."""
        subject = self._dwellings.get(identity)
        if subject is None:
            found = self._history.find(f"row:{self._release.state['register']}:dwelling", identity)
            standing = self._history.subject(found[0]) if found else None
            if standing is not None and self._told(standing):
                subject = self._dwellings[identity] = standing.id
        return subject


def _prefetch_releases(history: History, records: Iterable[str]) -> None:
    known = [each for each in map(history.subject, records) if each is not None]
    history.prefetch(subjects=[take["release"] for each in known for take in each.state["takes"]])


def demand_areas(history: History, command: TakeRecords) -> None:
    """Refuse what could not be copied into the graph: unknown areas, birth dates that are none."""
    codes = {each.standardised.get("area") for each in (*command.records, *command.beside)}
    known = [("area:KEMENDAGRI", str(each)) for each in codes if each is not None]
    history.prefetch(finds=known)
    for space, code in known:
        if not history.find(space, code):
            raise InvalidInput(f"A record lies in the area {code}, which is not known.", "List it first.")
    for each in (*command.records, *command.beside):
        born_on = each.standardised.get("born_on")
        if born_on is not None:
            day(born_on, "A birth date")


def _open(history: History, release: str) -> Subject:
    standing = known(history, release, "Release", "release")
    if standing.state["status"] != "OPEN":
        raise Conflict(
            f"This release is {standing.state['status'].lower()}.", "Open another under a new label."
        )
    return standing


def close_release(history: History, command: CloseRelease, draw: Draw, by: By) -> Decision:
    """The release is complete; its counts are those of its chunks."""
    release = _open(history, command.release)
    counts = {name: release.state.get(name, 0) for name in ("accepted", "repeated", "refused")}
    clear = {"status": "CLOSED", "closed_on": draw.today, **counts}
    return Decision((Draft(draw.new_id(), "ReleaseClosed", release.id, clear=clear),))


def abandon_release(history: History, command: AbandonRelease, draw: Draw, by: By) -> Decision:
    """The release is given up before it closed; its records are never matched."""
    release = _open(history, command.release)
    payload = {"reason": words(command.reason, "The reason", 500)}
    clear = {"status": "ABANDONED", "abandoned_on": draw.today}
    return Decision((Draft(draw.new_id(), "ReleaseAbandoned", release.id, clear=clear, payload=payload),))
