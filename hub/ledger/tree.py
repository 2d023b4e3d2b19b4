"""The Merkle tree of RFC 6962 as pure functions: roots, stored nodes, proofs and their verification."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence

from hub.domain.errors import ProofError

HASH_SIZE = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()
_LARGEST = 2**63 - 1
"""The most leaves a tree may have: what a database numbers."""

Node = tuple[int, int]
"""(level, index) of a perfect subtree: it covers the leaves index·2^level … (index+1)·2^level - 1."""


def leaf_hash(data: bytes) -> bytes:
    """Hash of one leaf (RFC 6962 §2.1)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node (RFC 6962 §2.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(leaf_hashes: Iterable[bytes]) -> bytes:
    """Root over leaf hashes in order; the hash of nothing for none."""
    level = list(leaf_hashes)
    if not level:
        return EMPTY_ROOT
    while len(level) > 1:  # level by level: a node without a neighbour goes up as it is (RFC 6962 §2.1)
        pairs = [node_hash(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)]
        level = [*pairs, *level[len(pairs) * 2 :]]
    return level[0]


class Frontier:
    """The right edge of a growing tree: enough to append and to know the root, O(log n) hashes."""

    def __init__(self, size: int = 0, edge: Sequence[bytes] = ()) -> None:
        if len(edge) != size.bit_count():
            raise ProofError(
                f"A tree of {size} leaves has {size.bit_count()} perfect subtrees, not {len(edge)}."
            )
        self.size = size
        self._edge = list(edge)

    def append(self, leaf: bytes) -> list[tuple[int, int, bytes]]:
        """Add a leaf hash; returns the inner nodes (level, index, hash) that became complete."""
        made: list[tuple[int, int, bytes]] = []
        level, index, top = 0, self.size, leaf
        while index & 1:
            top = node_hash(self._edge.pop(), top)
            level, index = level + 1, index >> 1
            made.append((level, index, top))
        self._edge.append(top)
        self.size += 1
        return made

    def root(self) -> bytes:
        """Root of the tree as it stands."""
        return _join(self._edge)


def perfect_nodes(begin: int, end: int) -> list[Node]:
    """The perfect subtrees, left to right, that cover the leaves begin … end-1 of a range that starts a subtree."""
    nodes: list[Node] = []
    while begin < end:
        level = (end - begin).bit_length() - 1
        if begin:
            level = min(level, (begin & -begin).bit_length() - 1)
        nodes.append((level, begin >> level))
        begin += 1 << level
    return nodes


def inclusion_ranges(index: int, size: int) -> list[tuple[int, int]]:
    """Leaf ranges whose roots are the audit path of leaf `index` (from 0) in a tree of `size`, leaf upwards."""
    if not 0 <= index < size:
        raise ProofError(f"There is no leaf {index} in a tree of {size}.")
    ranges: list[tuple[int, int]] = []
    begin, end = 0, size
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((begin, middle))
            begin = middle
    return ranges[::-1]


def consistency_ranges(size1: int, size2: int) -> list[tuple[int, int]]:
    """Leaf ranges whose roots prove that the tree of `size1` is the beginning of the tree of `size2`."""
    if not 0 < size1 <= size2:
        raise ProofError(f"No consistency proof leads from {size1} to {size2} leaves.")
    ranges: list[tuple[int, int]] = []
    begin, end, whole = 0, size2, True
    while end != size1:
        middle = begin + _split(end - begin)
        if size1 <= middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((begin, middle))
            begin, whole = middle, False
    if not whole:
        ranges.append((begin, end))
    return ranges[::-1]


def read_ranges(
    ranges: Sequence[tuple[int, int]], read: Callable[[set[Node]], dict[Node, bytes]]
) -> list[bytes]:
    """Roots of leaf ranges from stored nodes; `read` is called once with all nodes needed."""
    parts = [perfect_nodes(begin, end) for begin, end in ranges]
    stored = read({node for nodes in parts for node in nodes})
    return [_join([stored[node] for node in nodes]) for nodes in parts]


def verify_inclusion(index: int, size: int, leaf_hash: bytes, proof: Sequence[bytes], root: bytes) -> None:
    """Check that `leaf_hash` is leaf `index` (from 0) of the tree of `size` leaves with this root.

    Raises ProofError on every malformed or wrong proof (RFC 6962 §2.1.1; RFC 9162 §2.1.3.2).
    """
    _check_numbers(index, size)
    _check_hashes(leaf_hash, root, proof)
    if not index < size:
        raise ProofError(f"There is no leaf {index} in a tree of {size}.")
    path = inclusion_ranges(index, size)
    if len(proof) != len(path):
        raise ProofError(f"This proof needs {len(path)} hashes and has {len(proof)}.")
    top = leaf_hash
    for sibling, (begin, _) in zip(proof, path, strict=True):
        top = node_hash(sibling, top) if begin < index else node_hash(top, sibling)
    if top != root:
        raise ProofError("The proof leads to another root.")


def verify_consistency(size1: int, size2: int, proof: Sequence[bytes], root1: bytes, root2: bytes) -> None:
    """Check that the tree of `size1` leaves with `root1` is the beginning of that of `size2` with `root2`.

    Raises ProofError on every malformed or wrong proof (RFC 6962 §2.1.2; RFC 9162 §2.1.4.2).
    """
    _check_numbers(size1, size2)
    _check_hashes(root1, root2, proof)
    path = consistency_ranges(size1, size2)
    if len(proof) != len(path):
        raise ProofError(f"This proof needs {len(path)} hashes and has {len(proof)}.")
    if size1 == size2:
        if root1 != root2:
            raise ProofError("Two trees of the same size have different roots.")
        return
    # When the old tree is one perfect subtree its root is known already and does not stand in the proof.
    perfect = size1 & (size1 - 1) == 0
    old = new = root1 if perfect else proof[0]
    for (begin, _), sibling in list(zip(path, proof, strict=True))[0 if perfect else 1 :]:
        if begin < size1:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
        else:
            new = node_hash(new, sibling)
    if old != root1:
        raise ProofError("The proof does not lead to the older root.")
    if new != root2:
        raise ProofError("The proof does not lead to the newer root.")


def _split(size: int) -> int:
    """The largest power of two smaller than `size`."""
    return 1 << ((size - 1).bit_length() - 1)


def _join(perfect: Sequence[bytes]) -> bytes:
    """Root over perfect subtrees of falling size."""
    if not perfect:
        return EMPTY_ROOT
    top = perfect[-1]
    for left in reversed(perfect[:-1]):
        top = node_hash(left, top)
    return top


def _check_numbers(*numbers: int) -> None:
    for number in numbers:
        if type(number) is not int or not 0 <= number <= _LARGEST:
            raise ProofError("An index or a size in this proof is not a number of leaves.")


def _check_hashes(one: bytes, other: bytes, proof: Sequence[bytes]) -> None:
    if not isinstance(proof, list | tuple):
        raise ProofError("A proof is a list of hashes.")
    for each in (one, other, *proof):
        if not isinstance(each, bytes) or len(each) != HASH_SIZE:
            raise ProofError("A hash in this proof is not 32 bytes.")
