"""From weighed pairs to persons: clusters joined as long as all evidence between them adds up to more than nothing.

Greedy additive edge contraction (Keuper et al., ICCV 2015) on log-odds: of all pairs of clusters, the one with most
evidence is joined first, and what the two weighed against others is added up. A chain of pairs joins nobody whom the
other pairs of the chain keep apart, and a bar keeps its rows apart for good.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hub.matching.pairs import Pair

_BAR = float("-inf")
_FORCED = 1e6


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of pairs of rows, the lower number first."""

    weights: Mapping[Pair, float]
    """Bits for one person."""
    different: Iterable[Pair] = ()
    """Kept apart whatever speaks for them, also by a chain."""
    same: Iterable[Pair] = ()
    """Joined unless that would break a bar."""


@dataclass(slots=True)
class _Tie:
    """All evidence between two clusters."""

    weight: float
    seen: int


def clusters(number: int, evidence: Evidence, *, unseen: float, upper: float = 0.0) -> list[int]:
    """For every row its cluster, named by the first row in it. Rows are 0 to `number` - 1.

    `unseen`: what each pair between two clusters weighs that has no weight. `upper`: clusters join from this sum on.
    """
    work = _Contraction(number, unseen, upper)
    for pair, weight in sorted(evidence.weights.items()):
        work.tie(pair, weight)
    for pair in sorted(set(evidence.different)):
        work.tie(pair, _BAR)
    for pair in sorted(set(evidence.same)):
        work.tie(pair, _FORCED)
    return work.run()


class _Contraction:
    def __init__(self, number: int, unseen: float, upper: float) -> None:
        self._of = list(range(number))
        self._members = {each: [each] for each in range(number)}
        self._ties: dict[int, dict[int, _Tie]] = {each: {} for each in range(number)}
        self._unseen = unseen
        self._upper = upper
        self._queue: list[tuple[float, int, int]] = []

    def tie(self, pair: Pair, weight: float) -> None:
        """Add evidence between two rows; a bar outweighs whatever is added."""
        one, other = pair
        tie = self._ties[one].get(other)
        if tie is None:
            tie = self._ties[one][other] = self._ties[other][one] = _Tie(0.0, 1)
        tie.weight += weight

    def run(self) -> list[int]:
        """Contract until nothing is left to join."""
        for one, ties in self._ties.items():
            for other in ties:
                if one < other:
                    self._offer(one, other)
        while self._queue:
            negative, one, other = heapq.heappop(self._queue)
            if self._is_current(one, other, -negative):
                self._join(one, other)
        return self._of

    def _sum(self, one: int, other: int) -> float:
        tie = self._ties[one][other]
        pairs = len(self._members[one]) * len(self._members[other])
        return tie.weight + self._unseen * (pairs - tie.seen)

    def _offer(self, one: int, other: int) -> None:
        total = self._sum(one, other)
        if total >= self._upper:
            heapq.heappush(self._queue, (-total, min(one, other), max(one, other)))

    def _is_current(self, one: int, other: int, total: float) -> bool:
        there = one in self._members and other in self._ties.get(one, {})
        return there and self._sum(one, other) == total

    def _join(self, kept: int, gone: int) -> None:
        for row in self._members[gone]:
            self._of[row] = kept
        self._members[kept] += self._members.pop(gone)
        ties = self._ties.pop(gone)
        del ties[kept], self._ties[kept][gone]
        for other, tie in ties.items():
            del self._ties[other][gone]
            known = self._ties[kept].get(other)
            if known is None:
                self._ties[kept][other] = self._ties[other][kept] = tie
            else:
                known.weight += tie.weight
                known.seen += tie.seen
        for other in self._ties[kept]:
            self._offer(kept, other)
