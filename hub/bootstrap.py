"""The only place where the parts of a hub are put together."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import structlog
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

import policies
from hub.commands.access import AdoptPolicy, DefineAgency, FoundHub, GrantRole, ListAreas, RegisterActor
from hub.commands.overlaps import OverlapRule, SetOverlapRules
from hub.commands.survivorship import rules_set
from hub.domain.errors import HubError, LedgerFault, SetupError
from hub.domain.facts import Actor, Fact, Json
from hub.domain.ids import new_id
from hub.domain.kinds import Log
from hub.domain.survivorship import shipped
from hub.graph.connect import (
    GraphAddress,
    Progress,
    SyncDriver,
    address_of,
    async_driver,
    silent,
    sync_driver,
)
from hub.graph.migrate import migrate
from hub.graph.project import Projector
from hub.graph.read import GraphReader
from hub.graph.server_home import demand_writable
from hub.keyfile import demand_private
from hub.ledger.engine import holds_entries
from hub.ledger.marks import Marks
from hub.ledger.store import Ledger
from hub.ledger.vault import LedgerKeys
from hub.reference.areas import areas
from hub.service import Hub
from hub.settings import Settings

_log = structlog.get_logger(__name__)
T = TypeVar("T")
_GRAPH_SECONDS = 6.0
"""Within these a server that is down, or in which nobody answers, is found to be so."""
STEWARD, ADMIN = "operator", "admin"
"""Local accounts made by `hub init`: whoever can read HUB_HOME can get a token for them, and nobody else."""


class LedgerSource:
    """The ledger as the projector reads it."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._identity = ""

    def changes(self, after: int) -> list[tuple[int, tuple[Fact, ...]]]:
        """The next entries with their facts."""
        return [(entry.seq, entry.facts) for entry in self._ledger.entries(Log.CHANGES, after, 200, 10_000)]

    def payloads(self, ids: Iterable[str]) -> Mapping[str, Json]:
        """Payloads of facts by id."""
        return self._ledger.payloads(ids)

    def identity(self) -> tuple[str, int]:
        """Leaf hash of the first entry, which no other ledger has, and the number of entries."""
        size = self._ledger.size(Log.CHANGES)
        if size and not self._identity:
            self._identity = self._ledger.leaf_hash(Log.CHANGES, 1).hex()
        return self._identity, size


@dataclass(frozen=True, slots=True)
class OpenHub:
    """A hub with its parts, for entry points."""

    hub: Hub
    settings: Settings
    ledger: Ledger
    projector: Projector

    @property
    def doors(self) -> Hub:
        """The two doors."""
        return self.hub

    @property
    def steward(self) -> Actor:
        """The data steward's local account, under which the command line works."""
        return self.actor(STEWARD, "pemadanan")

    @property
    def matcher(self) -> Actor:
        """The machine that forms persons."""
        return self.actor("pemadan", "pemadanan")

    async def shown(self, progress: Progress) -> None:
        """Wait until the graph shows everything, or does not follow any more."""
        size, now = self.ledger.size(Log.CHANGES), self.projector.progress
        while now.seq < size and now.stopped_by is None:
            progress("Copying into the graph", now.seq, size)
            await asyncio.to_thread(self.projector.wait_for, size, 0.5)

    async def graph_fault(self) -> HubError | None:
        """Why the graph does not show what stands in the ledger; None when it does, or is on its way there."""
        size, progress = self.ledger.size(Log.CHANGES), self.projector.progress
        await asyncio.to_thread(self.projector.wait_for, size, _GRAPH_SECONDS)
        return progress.fault if progress.seq < size or progress.foreign else None

    def actor_id(self, name: str) -> str | None:
        """The id of a local account by name."""
        return self.hub.actor_id(name)

    def grants(self, name: str) -> list[dict[str, Any]]:
        """The roles that a local account was ever given, as its state holds them; none when there is no account."""
        found = self.hub.actor_id(name)
        return [] if found is None else self.ledger.subjects([found])[found].state.get("grants", [])

    def suspended(self, actor: Actor) -> bool:
        """Whether an account is suspended."""
        return bool(self.ledger.subjects([actor.id])[actor.id].state.get("suspended"))

    def actor(self, name: str, purpose: str | None = None) -> Actor:
        """A local account by name. Raises SetupError when the hub was never initialised."""
        found = self.hub.actor_id(name)
        if found is None:
            raise SetupError(f"There is no account {name!r}.", "Run `hub init`.")
        return Actor(found, purpose)


def open_ledger(settings: Settings) -> Ledger:
    """The ledger of these settings, which stands; nothing is made.

    Raises SetupError when there is none or its key file is missing, LedgerFault when it is gone or was altered.
    """
    if not _stands(settings):
        raise SetupError(
            f"There is no hub in {settings.home.absolute()}.",
            "Make one with `hub init`, or set HUB_HOME to the folder of yours.",
        )
    return _opened(settings)


def found_ledger(settings: Settings) -> Ledger:
    """The ledger of these settings, made when there never was one. Raises as `open_ledger` does otherwise."""
    demand_writable(settings.home)
    if not _stands(settings) and not _key_file(settings).exists():
        LedgerKeys.generate().save(_key_file(settings))
    return _opened(settings)


def _opened(settings: Settings) -> Ledger:
    keys = LedgerKeys.load(_key_file(settings))
    demand_private(_key_file(settings))
    return Ledger(settings.ledger_address, keys, settings.origin, Marks(settings.keys))


def _stands(settings: Settings) -> bool:
    """Whether there is a ledger with entries. Raises when its key file is gone, or when it is and its keys are not."""
    if holds_entries(settings.ledger_address):
        LedgerKeys.load(_key_file(settings))  # says what to do when there is none
        return True
    marks = Marks(settings.keys)
    signed = [str(marks.path(log)) for log in Log if marks.note(log) is not None]
    if signed:
        raise LedgerFault(
            "The ledger is gone: its database holds no entry, but entries were signed.",
            f"Put the newest copy back. What was signed last stands in {' and '.join(signed)}; `hub status` tells "
            "where the database is looked for.",
        )
    return False


@asynccontextmanager
async def open_hub(
    settings: Settings, progress: Progress = silent, *, founding: bool = True
) -> AsyncIterator[OpenHub]:
    """Start what is needed and follow the ledger until the context ends. `founding`: make the hub if it is new.

    Goes on without the graph when a server that the settings name is down: changes are accepted, reads say so.
    """
    ledger = await asyncio.to_thread(found_ledger if founding else open_ledger, settings)
    try:
        address = await stoppable(lambda told: address_of(settings, told), progress)
        blocking, loop_driver = sync_driver(address), async_driver(address)
        projector = _projector(blocking, address, LedgerSource(ledger))
        reader = GraphReader(loop_driver, address.database, settings.query_timeout)
        hub = Hub(
            ledger,
            reader,
            projector,
            _cursor_key(settings),
            settings.projection_wait,
            checks_per_hour=settings.checks_per_hour,
        )
        projector.start()
        try:
            opened = OpenHub(hub, settings, ledger, projector)
            await _found(opened)
            await asyncio.to_thread(projector.wait_for, ledger.size(Log.CHANGES), settings.projection_wait)
            yield opened
        finally:
            await asyncio.to_thread(projector.close)
            await loop_driver.close()
            blocking.close()
    finally:
        await asyncio.to_thread(ledger.close)


async def stoppable(work: Callable[[Progress], T], progress: Progress) -> T:
    """What `work` returns, done in a thread. Stopped meanwhile, it is interrupted where it next tells its progress,
    so that it can clear up: no download, server or file is left half way.
    """
    stopped = threading.Event()

    def told(stage: str, done: int, total: int | None) -> None:
        if stopped.is_set():
            raise KeyboardInterrupt  # which reaches only the main thread by itself
        progress(stage, done, total)

    try:
        return await asyncio.to_thread(work, told)
    except asyncio.CancelledError:
        progress("Stopping", 0, None)
        stopped.set()
        raise


@dataclass(frozen=True, slots=True)
class OpenGraph:
    """Ledger and graph without the doors, for building the one anew from the other and comparing them."""

    ledger: Ledger
    driver: SyncDriver
    database: str
    source: LedgerSource
    projector: Projector


@contextmanager
def open_graph(
    settings: Settings, progress: Progress = silent, holder: str | None = None
) -> Iterator[OpenGraph]:
    """Open ledger and graph for maintenance; the projector's thread is not started.

    `holder`: the name under which the projector leads, where it was made by who hands over to it.
    """
    with closing(open_ledger(settings)) as ledger:
        address = address_of(settings, progress)
        with sync_driver(address) as driver:
            source = LedgerSource(ledger)
            projector = _projector(driver, address, source, holder)
            yield OpenGraph(ledger, driver, address.database, source, projector)


def _projector(
    driver: SyncDriver, address: GraphAddress, source: LedgerSource, holder: str | None = None
) -> Projector:
    def prepare() -> None:
        migrate(driver, address.database)

    return Projector(driver, address.database, source, holder or f"{os.getpid()}-{new_id()}", prepare)


async def _found(opened: OpenHub) -> None:
    """Entries that every ledger starts with. Each is a command, so doing it again changes nothing."""
    hub, rules = opened.hub, policies.rules()
    digest = policies.digest(rules)
    if hub.actor_id("sistem") is None:
        await hub.submit(Actor(new_id(), "pendirian"), FoundHub(digest, rules), wait=False)
        system = opened.actor("sistem", "pendirian")
        await hub.submit(system, rules_set(shipped()), wait=False)
    system = opened.actor("sistem", "pendirian")
    if opened.suspended(system):
        # An earlier version let it be suspended. Open all the same: else nobody could lift that.
        _log.warning("the machine account sistem is suspended", advice="hub account resume sistem --reason …")
        return
    await hub.submit(system, ListAreas(tuple(areas())), wait=False)
    if opened.grants(STEWARD) and opened.grants(ADMIN):
        return
    await _set_overlap_rules(opened)
    await hub.submit(system, DefineAgency("diskominfo", "Dinas Komunikasi dan Informatika"), wait=False)
    for name, role, agency in ((STEWARD, "walidata", "diskominfo"), (ADMIN, "admin_kebijakan", "diskominfo")):
        if hub.actor_id(name) is None:
            await hub.submit(system, RegisterActor(name, agency), wait=False)
        if not opened.grants(name):  # a founding that was killed is finished, and nothing is undone
            grant = GrantRole(name, role, "Akun setempat sejak pendirian.", agency)
            await hub.submit(system, grant, wait=False)


async def _set_overlap_rules(opened: OpenHub) -> None:
    """The shipped rules of overlaps, where the ledger has none: those that stewards set stay."""
    if opened.ledger.find("overlap_rules", "running"):
        return
    lists = ("programmes", "against", "presence")
    rules = (
        OverlapRule(**{**each, **{name: tuple(each.get(name, ())) for name in lists}})
        for each in policies.overlaps()
    )
    await opened.hub.submit(opened.actor("sistem", "pendirian"), SetOverlapRules(tuple(rules)), wait=False)


async def adopt_policy(opened: OpenHub, reason: str | None = None) -> tuple[int, bool]:
    """Put the rules that ship with this version in force; the version they have, and whether that is a new one."""
    rules = policies.rules()
    system = opened.actor("sistem", "pendirian")
    receipt = await opened.hub.submit(system, AdoptPolicy(policies.digest(rules), rules, reason))
    assert receipt.version is not None, "there is a policy from the founding on"
    await _set_overlap_rules(opened)  # a hub of an earlier version has none
    return receipt.version, not receipt.repeated


def _key_file(settings: Settings) -> Path:
    return settings.keys / "ledger.json"


def _cursor_key(settings: Settings) -> bytes:
    master = LedgerKeys.load(_key_file(settings)).master
    return HKDFExpand(SHA256(), 32, b"hub/cursors/v1").derive(master)
