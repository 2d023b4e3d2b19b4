"""Large files: a process of its own copies into the graph, and its death holds nothing up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from subprocess import Popen

from hub.bootstrap import STEWARD
from hub.cli.following import following_apart
from hub.commands.programmes import DefineProgramme
from hub.domain.kinds import Log
from hub.domain.selection import pick
from hub.questions.model import Programmes
from tests.spec.hubs import Town

_LEADER = "MATCH (h:LedgerHead) RETURN h.holder AS holder"
PATIENCE = 60.0
"""Seconds; the lease of a process that died runs out after ten."""


@contextmanager
def apart(town: Town) -> Iterator[Popen[bytes] | None]:
    stack = AsyncExitStack()
    process = town.run(stack.enter_async_context(following_apart(town.opened)))
    try:
        yield process
    finally:
        town.run(stack.aclose())


def leader(town: Town) -> str | None:
    with town.driver.session(database=town.settings.neo4j_database) as session:
        holder: str | None = session.run(_LEADER).single(strict=True)["holder"]
        return holder


def defines(town: Town, code: str) -> None:
    """A change, which is then shown, whoever copies it."""
    town.submit(STEWARD, DefineProgramme(code, f"Program {code}", "diskominfo"), wait=False)
    assert town.opened.projector.wait_for(town.opened.ledger.size(Log.CHANGES), PATIENCE)
    assert code in {each["code"] for each in town.ask(STEWARD, Programmes((pick("code"),)))}


def test_another_process_leads_meanwhile_and_this_one_afterwards(bare: Town) -> None:
    with apart(bare) as process:
        assert process is not None
        assert "-apart-" in (leader(bare) or "")
        defines(bare, "selama")
        assert process.poll() is None
    assert process.poll() == 0
    defines(bare, "sesudah")
    assert "-apart-" not in (leader(bare) or "")


def test_when_the_other_process_is_killed_this_one_goes_on(bare: Town) -> None:
    with apart(bare) as process:
        assert process is not None
        process.kill()
        process.wait()
        defines(bare, "sendiri")
        assert "-apart-" not in (leader(bare) or "")


def test_nobody_is_started_where_another_process_leads_already(bare: Town) -> None:
    with apart(bare) as first, apart(bare) as second:
        assert first is not None
        assert second is None
        defines(bare, "berdua")
