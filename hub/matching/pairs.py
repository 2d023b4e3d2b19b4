"""Pairs of rows as columns of numbers: millions of them are weighed and compared at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Numbers = npt.NDArray[np.int64]
Weights = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Pair = tuple[int, int]
"""Numbers of two rows, the lower first."""


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Pairs without repetition, by left and then right row, the lower number on the left; and what each weighs."""

    left: Numbers
    right: Numbers
    weight: Weights
    """Bits for one person."""

    @classmethod
    def scored(cls, table: pa.Table) -> Pairs:
        """What the scorer gives, in its order."""
        left, right, weight = (table[name].to_numpy() for name in ("l", "r", "weight"))
        return cls(left.astype(np.int64), right.astype(np.int64), weight.round(3))

    def __len__(self) -> int:
        return len(self.left)

    def where(self, mask: Mask) -> Pairs:
        """Those that the mask names."""
        return Pairs(self.left[mask], self.right[mask], self.weight[mask])

    def weighing(self, weight: Weights) -> Pairs:
        """The same pairs with other weights."""
        return Pairs(self.left, self.right, weight)

    def __iter__(self) -> Iterator[tuple[Pair, float]]:
        pairs = zip(self.left.tolist(), self.right.tolist(), strict=True)
        return zip(pairs, self.weight.tolist(), strict=True)


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Things numbered from 0 and the group of each: which are in a group, without a loop over them."""

    order: Numbers
    start: Numbers
    size: Numbers

    @classmethod
    def of(cls, group: Numbers, number: int) -> Groups:
        """`group`: that of each thing, of `number` groups."""
        size = np.bincount(group, minlength=number)
        return cls(np.argsort(group, kind="stable"), np.cumsum(size) - size, size)

    def product(self, one: Numbers, other: Numbers) -> tuple[Numbers, Numbers]:
        """Each thing of a group beside each of another, for all these groups and others."""
        there = self.size[other]
        counts = self.size[one] * there
        of = np.repeat(np.arange(len(one)), counts)
        at = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        first, second = np.divmod(at, there[of])
        return self.order[self.start[one][of] + first], self.order[self.start[other][of] + second]


def packed(one: Numbers, other: Numbers, number: int) -> Numbers:
    """Each pair of rows as one number, which sorts as the pairs do; the order within a pair does not count."""
    return np.minimum(one, other) * number + np.maximum(one, other)


def unpacked(packs: Numbers, number: int) -> tuple[Numbers, Numbers]:
    """The rows of packed pairs."""
    left, right = np.divmod(packs, number)
    return left, right


def columns(pairs: Iterable[Pair]) -> tuple[Numbers, Numbers]:
    """The rows of pairs, in the order given."""
    left, right = np.array(list(pairs), np.int64).reshape(-1, 2).T
    return left, right


def as_table(left: Numbers, right: Numbers) -> pa.Table:
    """Pairs in order as the scorer takes them."""
    return pa.table({"l": pa.array(left, pa.int32()), "r": pa.array(right, pa.int32())})
