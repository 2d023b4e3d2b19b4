"""Hub: the two doors, and nothing else."""

from __future__ import annotations

import asyncio
import hashlib
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol

import orjson

from hub.access.scope import Scope
from hub.commands.model import By, CommandSpec
from hub.commands.reading import resolved
from hub.commands.registry import COMMANDS
from hub.domain.days import local_day
from hub.domain.errors import (
    Conflict,
    HubError,
    InvalidInput,
    NotFound,
    VersionConflict,
)
from hub.domain.facts import Actor, Draft, Draw, History, Json, Receipt
from hub.domain.ids import as_uuid, new_id
from hub.domain.kinds import Log
from hub.domain.selection import walk
from hub.faults import reach
from hub.graph.asked import prepare
from hub.graph.past import answer_then
from hub.graph.project import Projector
from hub.graph.read import GraphReader, whole
from hub.graph.replay import Replay
from hub.graph.select import Prepared
from hub.ledger.answers import ANSWERS, answer
from hub.ledger.checks import CHECKS_PER_HOUR, Quota, completed
from hub.ledger.entries import Appended, Pending, Warrant
from hub.ledger.history import LedgerHistory
from hub.ledger.overlap_answers import with_rules
from hub.ledger.past import PastFacts, seq_at
from hub.ledger.sight import Sight
from hub.ledger.standings import Rights, Standings
from hub.ledger.store import Ledger
from hub.ledger.subject_history import told
from hub.questions.model import (
    Answer,
    HouseholdById,
    NodeById,
    Overlaps,
    PersonById,
    PersonCheck,
    Viewed,
    Viewer,
)
from hub.questions.nodes import meant, named
from hub.questions.registry import QUESTIONS
from hub.studies import STUDIES, Desk, study

_TRIES = 12
"""How often a change is decided, or an answer asked, anew when something moved meanwhile."""
_PAUSE_SECONDS = 0.01
"""Before the second try; doubled for each further one up to a second, so that two intakes get by each other."""


class Doors(Protocol):
    """What entry points (GraphQL, command line, intake, matching) are given."""

    async def submit(
        self,
        actor: Actor,
        command: Any,
        *,
        request: str | None = None,
        expected: int | None = None,
        wait: bool = True,
    ) -> Receipt:
        """The one way to change anything. `wait`: give the graph a moment to show it before answering."""

    async def ask(self, actor: Actor, question: Any) -> Answer:
        """The one way to read anything."""


class _Shown(NamedTuple):
    """Up to which entry an answer shows the graph, and whether the ledger holds more."""

    seq: int
    behind: bool


class Hub:
    """One hub over a ledger and a graph. `submit` and `ask` may be called from any number of tasks."""

    def __init__(  # noqa: PLR0913  # its parts, put together in one place
        self,
        ledger: Ledger,
        reader: GraphReader,
        projector: Projector,
        cursor_key: bytes,
        patience: float,
        *,
        checks_per_hour: int = CHECKS_PER_HOUR,
    ) -> None:
        self._ledger = ledger
        self._reader = reader
        self._projector = projector
        self._cursor_key = cursor_key
        self._patience = patience
        self._checks = Quota(ledger, QUESTIONS[PersonCheck].action, checks_per_hour)
        self._standings = Standings(ledger)
        self._written: dict[str, int] = {}
        self._size = ledger.size(Log.CHANGES)
        ledger.on_append(self._appended)

    # -- the door for changes ------------------------------------------------------------------------------

    async def submit(
        self,
        actor: Actor,
        command: Any,
        *,
        request: str | None = None,
        expected: int | None = None,
        wait: bool = True,
    ) -> Receipt:
        """Authorise, decide, append: when this returns, the change is durable.

        The same `request` id with the same command gives the first receipt again; `expected` is the version of the
        subject that the asker has seen. Raises the HubError that refuses the change; then nothing was written.
        """
        request = as_uuid(request, "requestId") if request else str(uuid.uuid4())
        for left in reversed(range(_TRIES)):
            try:
                decided = await asyncio.to_thread(self._decide, actor, command, request, expected)
                if not isinstance(decided, Pending):
                    return await self._receipt(actor, decided, wait)
                reach("submit.sealed")
                appended = await asyncio.wrap_future(self._ledger.append(decided))
                reach("submit.appended")
                return await self._receipt(actor, appended, wait)
            except VersionConflict:
                if left == 0 or expected is not None:
                    raise
                await asyncio.sleep(min(1.0, _PAUSE_SECONDS * 2 ** (_TRIES - left)))
        raise AssertionError("unreachable")

    def _decide(self, actor: Actor, command: Any, request: str, expected: int | None) -> Pending | Appended:
        body = _body(command, expected)
        earlier = self._ledger.replayed(Log.CHANGES, actor.id, request, body)
        if earlier is not None:
            return earlier
        try:
            return self._decided(actor, command, (request, body), expected)
        except Conflict:
            # What it contradicts may be itself: the same request sent twice at once is answered twice alike.
            earlier = self._ledger.replayed(Log.CHANGES, actor.id, request, body)
            if earlier is None:
                raise
            return earlier

    def _decided(
        self, actor: Actor, command: Any, asked: tuple[str, bytes], expected: int | None
    ) -> Pending | Appended:
        spec = COMMANDS[type(command)]
        history = self._ledger.history()
        scope = None if spec.founding else self._authorise(history, actor, spec, command)
        by = By(actor.id, scope.agencies if scope else frozenset())
        draw = Draw(datetime.now(UTC), new_id, self._ledger.vault.digest)
        decision = spec.decide(history, command, draw, by)
        subject = decision.facts[0].subject if decision.facts else decision.subject
        _demand_version(history, subject, expected)
        if not decision.facts:
            return self._ledger.last_about(subject)
        return self._ledger.prepare(Log.CHANGES, _warrant(actor, spec, scope), asked, decision.facts, history)

    def _authorise(self, history: LedgerHistory, actor: Actor, spec: CommandSpec, command: Any) -> Scope:
        rights = self._standings.read(history, actor.id)
        scope = rights.policy.scope(rights.standing, actor.purpose, _today())
        scope.require(spec.action)
        named = spec.sees(history, command)
        if named is not None:
            _demand_visible(scope, "Person", (named,))
        for label, rows in spec.names(history, command):
            _demand_visible(scope, label, rows)
        scope.require_row(spec.action, spec.label, spec.row(history, command))
        for label, row in spec.changes(history, command):
            scope.require_row(spec.action, label, row)
        return scope

    async def _receipt(self, actor: Actor, appended: Appended, wait: bool) -> Receipt:
        shown = self._projector.progress.seq >= appended.seq
        if not appended.repeated:
            self._written[actor.id] = appended.seq
        if wait and not shown:
            shown = await asyncio.to_thread(self._projector.wait_for, appended.seq, self._patience)
        return Receipt(
            appended.seq, appended.subject, appended.version, appended.leaf_hash.hex(), appended.at, shown,
            appended.repeated,
        )  # fmt: skip

    # -- the door for questions ----------------------------------------------------------------------------

    async def ask(self, actor: Actor, question: Any) -> Answer:
        """Scope, one compiled read, view; what is personal is recorded before it is returned.

        An answer compiled under rights that changed meanwhile is thrown away and asked again.
        """
        if type(question) is not PersonCheck:
            return await self._asked(actor, question)
        async with self._checks.one(actor.id):
            return await self._asked(actor, question)

    async def _asked(self, actor: Actor, question: Any) -> Answer:
        for left in reversed(range(_TRIES)):
            rights = self._standings.kept(actor.id)
            if rights is None:
                rights = await asyncio.to_thread(self._standings.current, actor.id)
            scope = rights.policy.scope(rights.standing, actor.purpose, _today())
            asked = await self._meant(question, scope)
            if asked is None:
                return Answer(None, *self._shown())
            viewed, personal, shown = await self._answer(actor, asked, scope, rights)
            data = viewed.data if asked is question else named(asked, viewed.data)
            if not personal and not viewed.seen:
                return Answer(data, *shown)
            try:
                await self._disclose(actor, asked, scope, viewed, rights)
            except VersionConflict:
                self._standings.forget(changed=False)
                if left == 0:
                    raise
                continue
            return Answer(data, *shown)
        raise AssertionError("unreachable")

    async def _meant(self, question: Any, scope: Scope) -> Any:
        """The question itself, or the one for the kind of thing that an id stands for."""
        if not isinstance(question, NodeById):
            return question
        found = await asyncio.to_thread(self._ledger.history().subject, question.id)
        return meant(question, found.type if found else None, scope)

    async def _answer(
        self, actor: Actor, question: Any, scope: Scope, rights: Rights
    ) -> tuple[Viewed, bool, _Shown]:
        if type(question) is Viewer:
            scope.require("viewer:read")
            return await asyncio.to_thread(self._standings.viewer, rights, _today()), False, self._shown()
        spec = QUESTIONS[type(question)]
        scope.require(spec.action)
        if type(question) in ANSWERS:
            viewed = await asyncio.to_thread(answer, self._ledger, question, scope, self._cursor_key)
            return viewed, spec.personal, self._shown()
        if type(question) in STUDIES:
            found = await study(question, Desk(self._ledger, self._reader, scope, rights.policy))
            return found, spec.personal, self._shown()
        if type(question) is Overlaps:
            question = await asyncio.to_thread(with_rules, self._ledger, question)
        prepared = prepare(question, scope, self._cursor_key)
        if getattr(question, "as_of", None) is not None:
            return await asyncio.to_thread(self._then, question, prepared, scope)
        await self._follow_own_writes(actor)
        self._projector.progress.refuse_foreign()
        reading = await self._reader.answer(prepared)
        viewed = prepared.view(reading.rows)
        if type(question) is PersonCheck:
            await asyncio.to_thread(completed, self._ledger, question, viewed.data)
        if viewed.data is None and isinstance(question, PersonById | HouseholdById):
            became = await asyncio.to_thread(self._became, question.id)
            if became is not None:
                return await self._answer(actor, replace(question, id=became), scope, rights)
        if viewed.trails:
            viewed = await asyncio.to_thread(told, self._ledger, viewed, scope, self._cursor_key)
        shown = _Shown(reading.seq, reading.moved or reading.seq < self._entries())
        return viewed, prepared.personal, shown

    def _then(self, question: Any, prepared: Prepared, scope: Scope) -> tuple[Viewed, bool, _Shown]:
        """As the graph showed it after an earlier entry; what may be seen of it is decided by today."""
        seq = seq_at(self._ledger, question.as_of)
        replay, sight = Replay(PastFacts(self._ledger, seq)), Sight(self._ledger, scope)
        viewed = answer_then(prepared, question, scope, replay, sight)
        trails = tuple(replace(each, upto=seq) for each in viewed.trails)
        viewed = told(self._ledger, replace(viewed, trails=trails), scope, self._cursor_key)
        return viewed, prepared.personal, _Shown(seq, False)

    def _became(self, subject: str) -> str | None:
        """Whom this person or household became: an id is a promise."""
        found = resolved(self._ledger.history(), subject)
        return found.id if found is not None and found.id != subject else None

    async def _disclose(
        self, actor: Actor, question: Any, scope: Scope, viewed: Viewed, rights: Rights
    ) -> None:
        """Record who saw what, what for; the same transaction proves that the rights still stand."""
        fields = sorted({pick.name for pick in walk(getattr(question, "selection", ()))})
        clear = {"question": type(question).__name__, "fields": fields, "withheld": list(viewed.withheld)}
        draft = Draft(
            new_id(), "ViewDisclosed", new_id(), tuple(("seen", each) for each in viewed.seen), clear
        )
        spec = QUESTIONS[type(question)]
        warrant = Warrant(
            actor.id, spec.action, scope.purpose, scope.basis, scope.policy_version, _one(scope.agencies)
        )
        pending = self._ledger.disclosure(warrant, draft, rights.versions)
        await asyncio.wrap_future(self._ledger.append(pending))

    async def _follow_own_writes(self, actor: Actor) -> None:
        written = self._written.get(actor.id, 0)
        if self._projector.progress.seq < written:
            await asyncio.to_thread(self._projector.wait_for, written, self._patience)

    def _shown(self) -> _Shown:
        """How far the graph is, for answers that do not come out of it."""
        seq = self._projector.progress.seq
        return _Shown(seq, seq < self._entries())

    def _entries(self) -> int:
        """Entries of the ledger as far as this process knows, also those that another one wrote."""
        return max(self._size, self._projector.progress.size)

    def _appended(self, log: Log, size: int) -> None:
        """In the writer's thread: what was cached about rights may be stale, and the graph has work."""
        if log is Log.CHANGES:
            self._size = size
            self._standings.forget(changed=True)
            self._projector.wake()

    # -- how it does ---------------------------------------------------------------------------------------

    def actor_id(self, name: str) -> str | None:
        """The id of a local account by its log-in name."""
        found = self._ledger.find("actor", name)
        return found[0] if found else None

    async def readiness(self) -> dict[str, dict[str, Any]]:
        """What works and what does not, by part: {ok, detail}."""
        parts: dict[str, dict[str, Any]] = {}
        try:
            self._size = await asyncio.to_thread(self._ledger.size, Log.CHANGES)
            fault = self._ledger.fault
            detail = f"{self._size} entries" if fault is None else fault.message
            parts["ledger"] = {"ok": fault is None, "detail": detail}
        except HubError as error:
            parts["ledger"] = {"ok": False, "detail": error.message}
        try:
            whole(await self._reader.head())
            parts["graph"] = {"ok": True, "detail": "answers"}
        except HubError as error:
            parts["graph"] = {"ok": False, "detail": error.message}
        progress = self._projector.progress
        ok = progress.stopped_by is None
        parts["projector"] = {
            "ok": ok,
            "detail": progress.stopped_by or f"{self._size - progress.seq} entries behind",
        }
        return parts


def _body(command: Any, expected: int | None) -> bytes:
    if type(command) not in COMMANDS:
        raise InvalidInput(f"{type(command).__name__} is no command.", "See hub.commands.registry.")
    data = orjson.dumps([type(command).__name__, command, expected], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(data).digest()


def _demand_version(history: History, about: str | None, expected: int | None) -> None:
    if expected is None:
        return
    subject = history.subject(about) if about else None
    if (subject.version if subject else 0) != expected:
        raise VersionConflict(
            "Somebody changed this since you looked.", "Look at it as it is now and try again."
        )


def _demand_visible(scope: Scope, label: str, rows: Iterable[Mapping[str, Json]]) -> None:
    """Whoever names a person by id must be able to see them; hidden and missing read the same."""
    if not any(scope.holds(scope.rows("person:read", label), row) for row in rows):
        what = "family card" if label == "FamilyCard" else label.lower()
        raise NotFound(f"There is no such {what}, or not for you.", "Check the id.")


def _warrant(actor: Actor, spec: CommandSpec, scope: Scope | None) -> Warrant:
    if scope is None:
        return Warrant(actor.id, spec.action, "pendirian", "Perpres 39/2019 tentang Satu Data Indonesia", 1)
    return Warrant(
        actor.id, spec.action, scope.purpose, scope.basis, scope.policy_version, _one(scope.agencies)
    )


def _one(agencies: frozenset[str]) -> str | None:
    """The agency an entry is made for: that of the actor's grants when they agree on one."""
    return next(iter(agencies)) if len(agencies) == 1 else None


def _today() -> str:
    return local_day(datetime.now(UTC))
