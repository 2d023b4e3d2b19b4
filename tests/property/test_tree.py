"""Laws of the tree: it is the recursive definition of RFC 6962, and no changed bit is ever accepted."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hub.domain.errors import ProofError
from hub.ledger import tree
from hub.ledger.tree import verify_consistency, verify_inclusion

LEAVES = st.lists(st.binary(max_size=40), min_size=1, max_size=70)


def _k(n: int) -> int:
    """The largest power of two smaller than n."""
    power = 1
    while power * 2 < n:
        power *= 2
    return power


def mth(leaves: list[bytes]) -> bytes:
    """Merkle tree hash, as §2.1 of the RFC defines it."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = _k(len(leaves))
    return hashlib.sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:])).digest()


def path(m: int, leaves: list[bytes]) -> list[bytes]:
    """Audit path of leaf m, as §2.1.1 defines it."""
    if len(leaves) == 1:
        return []
    k = _k(len(leaves))
    if m < k:
        return [*path(m, leaves[:k]), mth(leaves[k:])]
    return [*path(m - k, leaves[k:]), mth(leaves[:k])]


def subproof(m: int, leaves: list[bytes], whole: bool) -> list[bytes]:
    """Consistency proof with the tree of the first m leaves, as §2.1.2 defines it."""
    if m == len(leaves):
        return [] if whole else [mth(leaves)]
    k = _k(len(leaves))
    if m <= k:
        return [*subproof(m, leaves[:k], whole), mth(leaves[k:])]
    return [*subproof(m - k, leaves[k:], False), mth(leaves[:k])]


def _stored(leaves: list[bytes]) -> dict[tree.Node, bytes]:
    frontier = tree.Frontier()
    nodes: dict[tree.Node, bytes] = {}
    for index, each in enumerate(leaves):
        hashed = tree.leaf_hash(each)
        nodes[(0, index)] = hashed
        nodes |= {(level, at): made for level, at, made in frontier.append(hashed)}
    return nodes


def _flip(data: bytes, bit: int) -> bytes:
    return (int.from_bytes(data) ^ 1 << bit % (8 * len(data))).to_bytes(len(data))


@given(LEAVES)
def test_the_root_is_the_recursive_definition(leaves: list[bytes]) -> None:
    assert tree.root_of(tree.leaf_hash(each) for each in leaves) == mth(leaves)


@given(LEAVES)
def test_stored_nodes_are_exactly_the_perfect_subtrees(leaves: list[bytes]) -> None:
    stored = _stored(leaves)
    size = len(leaves)
    wanted = {(level, at) for level in range(8) for at in range(size >> level)}
    assert stored.keys() == wanted
    assert sum(level > 0 for level, _ in stored) == size - size.bit_count()
    for level, at in wanted:
        assert stored[(level, at)] == mth(leaves[at << level : at + 1 << level])


@given(LEAVES, st.data())
def test_inclusion_is_the_recursive_path_and_verifies(leaves: list[bytes], data: st.DataObject) -> None:
    size = data.draw(st.integers(1, len(leaves)))
    index = data.draw(st.integers(0, size - 1))
    stored = _stored(leaves)
    proof = tree.read_ranges(tree.inclusion_ranges(index, size), lambda nodes: {n: stored[n] for n in nodes})
    assert proof == path(index, leaves[:size])
    verify_inclusion(index, size, tree.leaf_hash(leaves[index]), proof, mth(leaves[:size]))


@given(LEAVES, st.data())
def test_consistency_is_the_recursive_subproof_and_verifies(leaves: list[bytes], data: st.DataObject) -> None:
    size2 = data.draw(st.integers(1, len(leaves)))
    size1 = data.draw(st.integers(1, size2))
    stored = _stored(leaves)
    ranges = tree.consistency_ranges(size1, size2)
    proof = tree.read_ranges(ranges, lambda nodes: {n: stored[n] for n in nodes})
    assert proof == subproof(size1, leaves[:size2], True)
    verify_consistency(size1, size2, proof, mth(leaves[:size1]), mth(leaves[:size2]))


@given(LEAVES, st.data())
def test_no_changed_bit_of_an_inclusion_proof_is_accepted(leaves: list[bytes], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    parts = [tree.leaf_hash(leaves[index]), mth(leaves), *path(index, leaves)]
    at = data.draw(st.integers(0, len(parts) - 1))
    parts[at] = _flip(parts[at], data.draw(st.integers(0, 255)))
    with pytest.raises(ProofError):
        verify_inclusion(index, len(leaves), parts[0], parts[2:], parts[1])


@given(LEAVES, st.data())
def test_no_changed_bit_of_a_consistency_proof_is_accepted(leaves: list[bytes], data: st.DataObject) -> None:
    size1 = data.draw(st.integers(1, len(leaves)))
    parts = [mth(leaves[:size1]), mth(leaves), *subproof(size1, leaves, True)]
    at = data.draw(st.integers(0, len(parts) - 1))
    parts[at] = _flip(parts[at], data.draw(st.integers(0, 255)))
    with pytest.raises(ProofError):
        verify_consistency(size1, len(leaves), parts[2:], parts[0], parts[1])


@given(st.lists(st.binary(max_size=40), min_size=1, max_size=70, unique=True), st.data())
def test_a_proof_is_good_for_no_other_leaf(leaves: list[bytes], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    other = data.draw(st.integers(0, len(leaves) + 3))
    assume(other != index)
    with pytest.raises(ProofError):
        verify_inclusion(other, len(leaves), tree.leaf_hash(leaves[index]), path(index, leaves), mth(leaves))


@given(LEAVES, st.data())
def test_a_changed_history_is_consistent_with_nothing_signed(
    leaves: list[bytes], data: st.DataObject
) -> None:
    size1 = data.draw(st.integers(1, len(leaves)))
    at = data.draw(st.integers(0, size1 - 1))
    altered = [*leaves[:at], leaves[at] + b"!", *leaves[at + 1 :]]
    with pytest.raises(ProofError):
        verify_consistency(
            size1, len(leaves), subproof(size1, altered, True), mth(leaves[:size1]), mth(altered)
        )


@given(
    st.integers(-3, 2**64),
    st.integers(-3, 2**64),
    st.lists(st.binary(min_size=31, max_size=33), max_size=66),
    st.binary(min_size=32, max_size=32),
    st.binary(min_size=32, max_size=32),
)
def test_made_up_proofs_raise_proof_error_and_nothing_else(
    first: int, second: int, proof: list[bytes], one: bytes, other: bytes
) -> None:
    assume(one != other)
    with pytest.raises(ProofError):
        verify_inclusion(first, second, one, proof, other)
    with pytest.raises(ProofError):
        verify_consistency(first, second, proof, one, other)
