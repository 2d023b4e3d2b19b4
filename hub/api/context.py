"""What a root resolver is given: who asks, through which doors, and what of the answer was selected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hub.domain.errors import HubError
from hub.domain.facts import Actor, Receipt
from hub.domain.ids import as_uuid
from hub.domain.selection import Selection, project
from hub.questions.model import Answer, LedgerEntry

if TYPE_CHECKING:
    from hub.service import Doors


@dataclass(slots=True)
class Exchange:
    """One signed-in HTTP request, and how current the answers to it were."""

    actor: Actor
    hub: Doors
    request_id: str
    as_of_seq: int | None = None
    """The oldest state that any part of the answer shows."""
    behind: bool = False

    def note(self, as_of_seq: int, behind: bool) -> None:
        """Remember how current one part of the answer was."""
        self.as_of_seq = as_of_seq if self.as_of_seq is None else min(self.as_of_seq, as_of_seq)
        self.behind = self.behind or behind


@dataclass(frozen=True, slots=True)
class Root:
    """One root field of one request."""

    exchange: Exchange
    selections: Mapping[str, Selection]
    """Name of each object type that the field may return → what was selected of it."""

    @property
    def selection(self) -> Selection:
        """What was selected, for a field that returns one type."""
        (only,) = self.selections.values()
        return only

    async def ask(self, question: Any) -> Any:
        """Ask a question that carries the selection: its answer is keyed as picked."""
        return (await self._ask(question)).data

    async def ask_whole(self, question: Any) -> Any:
        """Ask a question that knows no selection, and cut the answer to what was selected."""
        return project((await self._ask(question)).data, self.selection)

    async def submit(self, command: Any, request_id: str | None, expected: int | None = None) -> Any:
        """Submit a command; the receipt is cut to what was selected."""
        exchange = self.exchange
        request = None if request_id is None else as_uuid(request_id, "requestId")
        receipt = await exchange.hub.submit(exchange.actor, command, request=request, expected=expected)
        if receipt.projected:
            exchange.note(receipt.seq, False)
        else:
            exchange.behind = True
        return project(await self._spell_out(receipt), self.selection)

    async def _ask(self, question: Any) -> Answer:
        exchange = self.exchange
        answer = await exchange.hub.ask(exchange.actor, question)
        exchange.note(answer.as_of_seq, answer.behind)
        return answer

    async def _spell_out(self, receipt: Receipt) -> Mapping[str, Any]:
        """The receipt by field name. That its entry may not be read is no reason to hide that it stands."""
        fields = {name: getattr(receipt, name) for name in RECEIPT_FIELDS}
        if any(pick.name == "entry" for pick in self.selection):
            try:
                fields["entry"] = (await self._ask(LedgerEntry(receipt.seq))).data
            except HubError as error:
                fields["entry"] = error
        return fields


RECEIPT_FIELDS = ("seq", "subject", "version", "leaf_hash", "recorded_at", "projected")
