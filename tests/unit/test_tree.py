"""The tree's arithmetic against the published certificate-transparency values, and against everything malformed."""

from __future__ import annotations

from typing import Any

import pytest

from hub.domain.errors import ProofError
from hub.ledger import tree
from hub.ledger.tree import verify_consistency, verify_inclusion

LEAVES = [
    bytes.fromhex(each)
    for each in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    bytes.fromhex(each)
    for each in (
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    )
]
"""Published roots of the trees of the first 0 … 8 leaves."""

_A = bytes.fromhex("96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7")
_B = bytes.fromhex("5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e")
_C = bytes.fromhex("6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4")
_D = bytes.fromhex("bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b")
_E = bytes.fromhex("ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0")
_F = bytes.fromhex("0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a")

INCLUSION: list[tuple[int, int, list[bytes]]] = [
    (0, 1, []),
    (0, 8, [_A, _B, _C]),
    (5, 8, [_D, _E, ROOTS[4]]),
    (2, 3, [ROOTS[2]]),
    (1, 5, [ROOTS[1], _B, _D]),
]
"""Published audit paths: (index from 0, size, path)."""
CONSISTENCY: list[tuple[int, int, list[bytes]]] = [
    (1, 1, []),
    (1, 8, [_A, _B, _C]),
    (6, 8, [_F, _E, ROOTS[4]]),
    (2, 5, [_B, _D]),
]
"""Published consistency proofs: (older size, newer size, proof)."""

HASHES = [tree.leaf_hash(each) for each in LEAVES]
NOT_HASHES: list[Any] = [
    b"", b"x" * 31, b"x" * 33, b"x" * 64, bytearray(32), memoryview(bytes(32)), "x" * 32, "ab" * 32, None, 0,
    [0] * 32, 32, object(),
]  # fmt: skip
NOT_NUMBERS: list[Any] = [
    -1, -(2**70), -(10**5000), 2**63, 10**5000, True, False, 1.0, "1", b"1", None, float("nan"), (), object(),
]  # fmt: skip
NOT_PROOFS: list[Any] = [None, 0, 3, b"", b"x" * 32, "", "x", {}, set(), object(), iter(()), HASHES[0]]


def _stored() -> dict[tree.Node, bytes]:
    nodes = {(0, index): each for index, each in enumerate(HASHES)}
    frontier = tree.Frontier()
    for each in HASHES:
        nodes |= {(level, index): made for level, index, made in frontier.append(each)}
    return nodes


def test_the_root_of_nothing_is_the_hash_of_nothing() -> None:
    assert tree.EMPTY_ROOT == ROOTS[0] == tree.root_of([]) == tree.Frontier().root()


@pytest.mark.parametrize("size", range(9))
def test_roots_are_the_published_ones(size: int) -> None:
    assert tree.root_of(HASHES[:size]) == ROOTS[size]


@pytest.mark.parametrize(("index", "size", "path"), INCLUSION)
def test_published_audit_paths_verify_and_are_made_from_stored_nodes(
    index: int, size: int, path: list[bytes]
) -> None:
    verify_inclusion(index, size, HASHES[index], path, ROOTS[size])
    made = tree.read_ranges(tree.inclusion_ranges(index, size), lambda nodes: _stored())
    assert made == path


@pytest.mark.parametrize(("size1", "size2", "proof"), CONSISTENCY)
def test_published_consistency_proofs_verify_and_are_made_from_stored_nodes(
    size1: int, size2: int, proof: list[bytes]
) -> None:
    verify_consistency(size1, size2, proof, ROOTS[size1], ROOTS[size2])
    assert tree.read_ranges(tree.consistency_ranges(size1, size2), lambda nodes: _stored()) == proof


@pytest.mark.parametrize("size", range(1, 9))
def test_every_leaf_and_every_older_tree_of_the_published_trees_can_be_proved(size: int) -> None:
    for index in range(size):
        path = tree.read_ranges(tree.inclusion_ranges(index, size), lambda nodes: _stored())
        verify_inclusion(index, size, HASHES[index], path, ROOTS[size])
    for older in range(1, size + 1):
        proof = tree.read_ranges(tree.consistency_ranges(older, size), lambda nodes: _stored())
        verify_consistency(older, size, proof, ROOTS[older], ROOTS[size])


@pytest.mark.parametrize(("index", "size", "path"), INCLUSION)
def test_refuses_an_audit_path_that_is_damaged(index: int, size: int, path: list[bytes]) -> None:
    for wrong in _damaged(path):
        with pytest.raises(ProofError):
            verify_inclusion(index, size, HASHES[index], wrong, ROOTS[size])


@pytest.mark.parametrize(("size1", "size2", "proof"), CONSISTENCY)
def test_refuses_a_consistency_proof_that_is_damaged(size1: int, size2: int, proof: list[bytes]) -> None:
    for wrong in _damaged(proof):
        with pytest.raises(ProofError):
            verify_consistency(size1, size2, wrong, ROOTS[size1], ROOTS[size2])


def _damaged(proof: list[bytes]) -> list[list[bytes]]:
    """Spare nodes at either end, missing nodes, nodes in another order, doubled nodes, other nodes."""
    spare = [[*proof, extra] for extra in (b"", bytes(32), ROOTS[1], ROOTS[8])]
    spare += [[extra, *proof] for extra in (b"", bytes(32), ROOTS[1], ROOTS[8])]
    missing = [proof[:at] + proof[at + 1 :] for at in range(len(proof))]
    other = [[*proof[:at], bytes(32), *proof[at + 1 :]] for at in range(len(proof))]
    doubled = [[*proof[: at + 1], *proof[at:]] for at in range(len(proof))]
    swapped = [proof[::-1]] if len(proof) > 1 else []
    return [*spare, *missing, *other, *doubled, *swapped, *([[*proof, *proof]] if proof else [])]


@pytest.mark.parametrize(("index", "size", "path"), INCLUSION)
def test_refuses_another_leaf_root_index_or_size(index: int, size: int, path: list[bytes]) -> None:
    for leaf in (bytes(32), ROOTS[8], HASHES[(index + 1) % 8]):
        with pytest.raises(ProofError):
            verify_inclusion(index, size, leaf, path, ROOTS[size])
    for root in (bytes(32), HASHES[7], ROOTS[(size + 1) % 9]):
        with pytest.raises(ProofError):
            verify_inclusion(index, size, HASHES[index], path, root)
    for other in range(12):
        if other != index:
            with pytest.raises(ProofError):
                verify_inclusion(other, size, HASHES[index], path, ROOTS[size])


@pytest.mark.parametrize(("size1", "size2", "proof"), CONSISTENCY)
def test_refuses_other_roots_and_swapped_sizes(size1: int, size2: int, proof: list[bytes]) -> None:
    older, newer = ROOTS[size1], ROOTS[size2]
    with pytest.raises(ProofError):
        verify_consistency(size1, size2, proof, bytes(32), newer)
    with pytest.raises(ProofError):
        verify_consistency(size1, size2, proof, older, bytes(32))
    if size1 != size2:
        with pytest.raises(ProofError):
            verify_consistency(size2, size1, proof, newer, older)
        with pytest.raises(ProofError):
            verify_consistency(size1, size2, proof, newer, older)


@pytest.mark.parametrize(
    ("index", "size"), [(0, 0), (1, 1), (8, 8), (9, 8), (2**62, 8), (2**63 - 1, 2**63 - 1)]
)
def test_refuses_a_leaf_beyond_the_tree(index: int, size: int) -> None:
    with pytest.raises(ProofError):
        verify_inclusion(index, size, HASHES[0], [], HASHES[0])


@pytest.mark.parametrize(("size1", "size2"), [(0, 0), (0, 8), (8, 0), (8, 7), (2, 1)])
def test_refuses_consistency_with_nothing_or_backwards(size1: int, size2: int) -> None:
    for proof in ([], [ROOTS[4]], [_A, _B, _C]):
        with pytest.raises(ProofError):
            verify_consistency(size1, size2, proof, ROOTS[size1], ROOTS[size2])
        with pytest.raises(ProofError):
            verify_consistency(size1, size2, proof, ROOTS[8], ROOTS[8])


def test_refuses_two_trees_of_one_size_with_different_roots() -> None:
    with pytest.raises(ProofError):
        verify_consistency(4, 4, [], ROOTS[4], ROOTS[5])
    with pytest.raises(ProofError):
        verify_consistency(4, 4, [ROOTS[4]], ROOTS[4], ROOTS[4])


@pytest.mark.parametrize("wrong", NOT_HASHES, ids=lambda each: f"{type(each).__name__}-{_length(each)}")
def test_refuses_what_is_no_hash_wherever_it_stands(wrong: Any) -> None:
    path = [_A, _B, _C]
    with pytest.raises(ProofError):
        verify_inclusion(0, 8, wrong, path, ROOTS[8])
    with pytest.raises(ProofError):
        verify_inclusion(0, 8, HASHES[0], path, wrong)
    with pytest.raises(ProofError):
        verify_consistency(1, 8, path, wrong, ROOTS[8])
    with pytest.raises(ProofError):
        verify_consistency(1, 8, path, ROOTS[1], wrong)
    with pytest.raises(ProofError):
        verify_consistency(4, 4, [], wrong, wrong)
    with pytest.raises(ProofError):
        verify_inclusion(0, 1, wrong, [], wrong)
    for at in range(3):
        with pytest.raises(ProofError):
            verify_inclusion(0, 8, HASHES[0], [*path[:at], wrong, *path[at + 1 :]], ROOTS[8])
        with pytest.raises(ProofError):
            verify_consistency(1, 8, [*path[:at], wrong, *path[at + 1 :]], ROOTS[1], ROOTS[8])


@pytest.mark.parametrize("wrong", NOT_NUMBERS, ids=lambda each: f"{type(each).__name__}")
def test_refuses_what_is_no_number_of_leaves(wrong: Any) -> None:
    for index, size in ((wrong, 8), (0, wrong), (wrong, wrong)):
        with pytest.raises(ProofError):
            verify_inclusion(index, size, HASHES[0], [_A, _B, _C], ROOTS[8])
        with pytest.raises(ProofError):
            verify_inclusion(index, size, HASHES[0], [], HASHES[0])
    for size1, size2 in ((wrong, 8), (1, wrong), (wrong, wrong)):
        with pytest.raises(ProofError):
            verify_consistency(size1, size2, [_A, _B, _C], ROOTS[1], ROOTS[8])
        with pytest.raises(ProofError):
            verify_consistency(size1, size2, [], ROOTS[1], ROOTS[1])


@pytest.mark.parametrize("wrong", NOT_PROOFS, ids=lambda each: f"{type(each).__name__}-{_length(each)}")
def test_refuses_what_is_no_list_of_hashes(wrong: Any) -> None:
    with pytest.raises(ProofError):
        verify_inclusion(0, 1, HASHES[0], wrong, HASHES[0])
    with pytest.raises(ProofError):
        verify_inclusion(0, 8, HASHES[0], wrong, ROOTS[8])
    with pytest.raises(ProofError):
        verify_consistency(4, 4, wrong, ROOTS[4], ROOTS[4])
    with pytest.raises(ProofError):
        verify_consistency(1, 8, wrong, ROOTS[1], ROOTS[8])


def test_a_leaf_can_not_pass_for_an_inner_node() -> None:
    """A leaf and an inner node are hashed with different first bytes, so neither can stand for the other."""
    inner = tree.node_hash(HASHES[0], HASHES[1])
    assert inner == ROOTS[2]
    assert tree.leaf_hash(HASHES[0] + HASHES[1]) != inner
    with pytest.raises(ProofError):
        verify_inclusion(0, 1, tree.leaf_hash(b"\x01" + HASHES[0] + HASHES[1]), [], ROOTS[2])
    with pytest.raises(ProofError):
        verify_inclusion(0, 4, inner, [_B], ROOTS[4])


def test_a_frontier_that_was_stored_grows_on_as_if_it_had_never_been_put_away() -> None:
    stored = _stored()
    for size in range(9):
        edge = [stored[node] for node in tree.perfect_nodes(0, size)]
        frontier = tree.Frontier(size, edge)
        assert frontier.root() == ROOTS[size]
        for later in range(size, 8):
            frontier.append(HASHES[later])
            assert frontier.root() == ROOTS[later + 1]


@pytest.mark.parametrize(("size", "count"), [(0, 1), (1, 0), (3, 1), (7, 2), (8, 3)])
def test_refuses_a_frontier_with_the_wrong_number_of_nodes(size: int, count: int) -> None:
    with pytest.raises(ProofError):
        tree.Frontier(size, [bytes(32)] * count)


def _length(value: Any) -> str:
    return str(len(value)) if hasattr(value, "__len__") else "none"
