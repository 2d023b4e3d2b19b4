"""Verifying a whole ledger: entries of one fact, and facts in entries of a hundred."""

from __future__ import annotations

from hub.domain.kinds import Log
from hub.ledger.audit import verify
from hub.ledger.store import Ledger
from tests.benchmarks.material import facts, pend
from tests.benchmarks.measure import Ground, Row, in_turn, seconds


def audit(ground: Ground) -> list[Row]:
    """Entries and facts a second that `hub ledger verify` checks: every byte, column, payload and state."""
    entries, many = (300, 1_000) if ground.quick else (5_000, 20_000)
    with ground.ledger() as single, ground.ledger() as hundreds:
        _fill(single, entries, 1)
        _fill(hundreds, many, 100)
        one, hundred = in_turn(3, lambda: entries / _verified(single), lambda: many / _verified(hundreds))
    return [
        Row("verify, entries of one fact", one, "entries/s", note="goal 200,000 entries/s"),
        Row("verify, entries of 100 facts", hundred, "facts/s", note="payloads opened"),
    ]


def _fill(ledger: Ledger, number: int, each: int) -> None:
    drafts = facts(number)
    chunks = [drafts[begin : begin + each] for begin in range(0, number, each)]
    for future in [ledger.append(pend(ledger, chunk)) for chunk in chunks]:
        future.result()
    ledger.proofs.checkpoint(Log.CHANGES)  # else the writer signs in a quiet moment, while it is measured


def _verified(ledger: Ledger) -> float:
    def check() -> None:
        fault = verify(ledger).fault
        assert fault is None, fault

    return seconds(check)
