"""What is written at once: groups that are not as they stand, each with all others that share something with them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

MOST = 400
"""Things of one entry; what hangs together and is more is one entry all the same, since it can't be torn."""


def batched(
    groups: Sequence[Collection[str]], owner_of: Mapping[str, str], unlike: Iterable[int]
) -> list[list[int]]:
    """Numbers of the groups of each entry. `owner_of`: thing of a group → who has it now; `unlike`: groups to write."""
    found: list[list[int]] = []
    size = MOST
    for component in _components(groups, owner_of, unlike):
        more = sum(len(groups[at]) for at in component)
        if size + more > MOST:
            found.append([])
            size = 0
        found[-1] += component
        size += more
    return found


def _components(
    groups: Sequence[Collection[str]], owner_of: Mapping[str, str], unlike: Iterable[int]
) -> Iterator[list[int]]:
    """Groups to be written, each with all that had or get things of the same owners."""
    near_owner: dict[str, set[int]] = defaultdict(set)
    for number, group in enumerate(groups):
        for owner in {owner_of[each] for each in group if each in owner_of}:
            near_owner[owner].add(number)
    done: set[int] = set()
    for number in unlike:
        if number in done:
            continue
        component, waiting = [], [number]
        done.add(number)
        while waiting:
            at = waiting.pop()
            component.append(at)
            owners = {owner_of[each] for each in groups[at] if each in owner_of}
            near = {other for owner in owners for other in near_owner[owner]} - done
            done |= near
            waiting += sorted(near)
        yield component
