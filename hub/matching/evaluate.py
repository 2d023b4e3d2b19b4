"""How good a partition is beside the truth: pairs, B-cubed, what was joined too much and what was split.

Measures as in the literature of entity resolution: pairwise precision, recall and F1; B-cubed (Bagga and Baldwin
1998). Rows are (register, row key); a partition maps each to the name of its cluster.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from hub.domain.errors import InvalidInput

Row = tuple[str, str]
Partition = Mapping[Row, str]
A = TypeVar("A", bound=Hashable)
B = TypeVar("B", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Quality:
    """What was found, what there is, and what is both: pairs of rows, or entries with their persons."""

    found: int
    true: int
    right: int

    @property
    def precision(self) -> float:
        """Share of the found pairs that are right; 1 when none was found."""
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """Share of the true pairs that were found; 1 when there is none."""
        return self.right / self.true if self.true else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0

    def as_dict(self) -> dict[str, float]:
        """The figures of pairs as plain values."""
        return self.plain("pairs")

    def plain(self, what: str) -> dict[str, float]:
        """The figures as plain values, counts named by what was counted."""
        return {
            f"{what}_found": self.found, f"{what}_true": self.true, f"{what}_right": self.right,
            "precision": self.precision, "recall": self.recall, "f1": self.f1,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A partition beside the truth."""

    rows: int
    missing: int
    """Rows of the truth that the partition lacks: each counts as a cluster of its own."""
    unknown: int
    """Rows of the partition that the truth does not know; they are left out."""
    clusters: int
    persons: int
    all: Quality
    across: Quality
    """Pairs of rows of different registers."""
    within: Quality
    """Pairs of rows of one register."""
    b_cubed_precision: float
    b_cubed_recall: float
    over_merged: int
    """Clusters that hold more than one person."""
    split: int
    """Persons whose rows lie in more than one cluster."""

    def as_dict(self) -> dict[str, object]:
        """All figures as plain values."""
        plain = {name: getattr(self, name) for name in self.__slots__}
        return plain | {name: getattr(self, name).as_dict() for name in ("all", "across", "within")}


def evaluate(found: Partition, truth: Partition) -> Evaluation:
    """Compare two partitions of the truth's rows, in time and memory that grow with the rows."""
    alone = {row: f"\0{index}" for index, row in enumerate(truth) if row not in found}
    placed = {row: (found.get(row) or alone[row], person) for row, person in truth.items()}
    cells, clusters, persons = _counts((cluster, person) for cluster, person in placed.values())
    apart = _counts(((row[0], cluster), (row[0], person)) for row, (cluster, person) in placed.items())
    whole, within = _quality(cells, clusters, persons), _quality(*apart)
    across = Quality(whole.found - within.found, whole.true - within.true, whole.right - within.right)
    number = max(1, len(truth))
    return Evaluation(
        rows=len(truth),
        missing=len(alone),
        unknown=sum(row not in truth for row in found),
        clusters=len(clusters),
        persons=len(persons),
        all=whole,
        across=across,
        within=within,
        b_cubed_precision=sum(n * n / clusters[cluster] for (cluster, _), n in cells.items()) / number,
        b_cubed_recall=sum(n * n / persons[person] for (_, person), n in cells.items()) / number,
        over_merged=sum(n > 1 for n in Counter(cluster for cluster, _ in cells).values()),
        split=sum(n > 1 for n in Counter(person for _, person in cells).values()),
    )


def evaluate_entries(
    found: Mapping[Row, str], truth: Mapping[Row, str], rows: Partition, persons: Partition
) -> Mapping[str, Quality]:
    """How many entries of programme lists went to the right person: of each programme, and of `all` together.

    `found`: entry → person of the hub. `truth`: entry → true person. `rows`, `persons`: the partition found and the
    true one. A person found counts as the true one who has most of its rows. An entry about somebody of whom no row
    was taken in can't be found, so it only counts where it was given to somebody.
    """
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    for row, person in rows.items():
        if row in persons:
            votes[person][persons[row]] += 1
    became = {person: min(votes, key=lambda each: (-votes[each], each)) for person, votes in votes.items()}
    known = {persons[row] for row in rows if row in persons}
    given: Counter[str] = Counter()
    true: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for entry, person in truth.items():
        for name in (entry[0], "all"):
            given[name] += entry in found
            true[name] += person in known
            right[name] += became.get(found.get(entry, "")) == person
    return {name: Quality(given[name], true[name], right[name]) for name in sorted(given)}


def read_enrolments(file: Path) -> dict[Row, str]:
    """Entry → person, of a CSV whose first three columns are programme, row_key and the person. Raises InvalidInput."""
    return _read(file, "programme", "list of enrolments", "truth/enrolments.csv")


def read_partition(file: Path) -> dict[Row, str]:
    """The partition in a CSV whose first three columns are register, row_key and the cluster or person.

    Raises InvalidInput for a file that is none, and for a row that stands there twice.
    """
    return _read(file, "register", "partition", "truth/persons.csv")


def _read(file: Path, of: str, what: str, where: str) -> dict[Row, str]:
    rows: dict[Row, str] = {}
    advice = f"Give the {what} of a made-up city ({where}), or a file of the same columns."
    for number, line in _lines(file, (of, "row_key"), advice):
        if (line[0], line[1]) in rows:
            raise InvalidInput(f"Line {number} of {file.name} repeats a row.", "Mend it.")
        rows[line[0], line[1]] = line[2]
    return rows


def read_households(file: Path) -> dict[Row, str]:
    """(register, key of the unit) → household where most of its persons live, from a city's truth/households.csv.

    Raises InvalidInput for a file that is none.
    """
    told: dict[Row, Counter[str]] = defaultdict(Counter)
    heading = ("register", "row_key", "household_id", "kk_family_id", "members")
    for number, line in _lines(file, heading, "Give the truth of a made-up city: truth/households.csv."):
        if not line[4].isdecimal():
            raise InvalidInput(f"Line {number} of {file.name} tells no number of members.", "Mend it.")
        told[line[0], line[1]][line[2]] += int(line[4])
    return mostly(told)


def mostly(told: Mapping[Row, Counter[str]]) -> dict[Row, str]:
    """What is told of each row most often; of equals the smaller."""
    return {row: min(found, key=lambda each: (-found[each], each)) for row, found in told.items()}


def _lines(file: Path, wanted: tuple[str, ...], advice: str) -> Iterator[tuple[int, list[str]]]:
    """Lines of a CSV with their numbers. It begins with the wanted columns and has three at least."""
    width = max(3, len(wanted))
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream, strict=True)
            heading = next(reader, [])
            if tuple(heading[: len(wanted)]) != wanted or len(heading) < width:
                raise InvalidInput(
                    f"{file.name} does not begin with the columns {', '.join(wanted)}.", advice
                )
            for line in reader:
                if len(line) < width:
                    raise InvalidInput(f"Line {reader.line_num} of {file.name} is broken.", "Mend it.")
                yield reader.line_num, line
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InvalidInput(f"{file.name} can't be read: {type(error).__name__}.", "Check the path.") from None


def _counts(
    pairs: Iterable[tuple[A, B]],
) -> tuple[Counter[tuple[A, B]], Counter[A], Counter[B]]:
    cells = Counter(pairs)
    first: Counter[A] = Counter()
    second: Counter[B] = Counter()
    for (one, other), number in cells.items():
        first[one] += number
        second[other] += number
    return cells, first, second


def _quality(cells: Mapping[Any, int], clusters: Mapping[Any, int], persons: Mapping[Any, int]) -> Quality:
    found, true, right = (
        sum(n * (n - 1) // 2 for n in counted.values()) for counted in (clusters, persons, cells)
    )
    return Quality(found, true, right)
