"""The words in which the graph is described: frozen values for labels, properties and relationships."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Sensitivity(StrEnum):
    """How much a property says about a living person; rules and masks speak of these classes."""

    IDENTITY = "identity"
    CONTACT = "contact"
    DEMOGRAPHIC = "demographic"
    WELFARE = "welfare"
    HEALTH = "health"
    OPERATIONAL = "operational"
    OPEN = "open"


class PropertyType(StrEnum):
    """The Cypher type that a property's values have."""

    STRING = "STRING"
    INTEGER = "INTEGER"
    BOOLEAN = "BOOLEAN"
    DATE = "DATE"
    STRINGS = "LIST<STRING NOT NULL>"


@dataclass(frozen=True, slots=True)
class Property:
    """One property of a node or a relationship. It may always be missing: Community can't demand it."""

    name: str
    type: PropertyType
    sensitivity: Sensitivity
    description: str


@dataclass(frozen=True, slots=True)
class Constraint:
    """The values of these properties, taken together, stand on one node of the label at most."""

    label: str
    properties: tuple[str, ...]

    @property
    def name(self) -> str:
        """Its name in the database, e.g. `area_system_code_unique`."""
        return f"{_snake(self.label)}_{'_'.join(self.properties)}_unique"

    @property
    def cypher(self) -> str:
        """The statement that creates it unless it is there."""
        subject = ", ".join(f"n.{name}" for name in self.properties)
        needed = f"({subject})" if len(self.properties) > 1 else subject
        return f"CREATE CONSTRAINT {self.name} IF NOT EXISTS FOR (n:{self.label}) REQUIRE {needed} IS UNIQUE"


@dataclass(frozen=True, slots=True)
class Index:
    """A range index over these properties, in this order."""

    label: str
    properties: tuple[str, ...]

    @property
    def name(self) -> str:
        """Its name in the database, e.g. `person_kelurahan_sort_key`."""
        return f"{_snake(self.label)}_{'_'.join(self.properties)}"

    @property
    def cypher(self) -> str:
        """The statement that creates it unless it is there."""
        columns = ", ".join(f"n.{name}" for name in self.properties)
        return f"CREATE INDEX {self.name} IF NOT EXISTS FOR (n:{self.label}) ON ({columns})"


@dataclass(frozen=True, slots=True)
class TextIndex:
    """A full-text index over one property that holds terms with blanks between; letters stay as they are."""

    label: str
    column: str

    @property
    def name(self) -> str:
        """Its name in the database, e.g. `person_search_key`."""
        return f"{_snake(self.label)}_{self.column}"

    @property
    def cypher(self) -> str:
        """The statement that creates it unless it is there."""
        return (
            f"CREATE FULLTEXT INDEX {self.name} IF NOT EXISTS FOR (n:{self.label}) ON EACH [n.{self.column}] "
            "OPTIONS {indexConfig: {`fulltext.analyzer`: 'whitespace'}}"
        )


@dataclass(frozen=True, slots=True)
class Node:
    """One label.

    `key` names the properties that tell its nodes apart, `unique` further ones that do so too, `indexed`
    those that queries start from, `searched` those that searches do. `per_agency` are properties with `{agency}` in
    their name, one each.
    """

    label: str
    description: str
    properties: tuple[Property, ...]
    key: tuple[str, ...] = ("id",)
    unique: tuple[tuple[str, ...], ...] = ()
    indexed: tuple[tuple[str, ...], ...] = ()
    per_agency: tuple[Property, ...] = ()
    searched: tuple[str, ...] = ()

    @property
    def constraints(self) -> tuple[Constraint, ...]:
        """What the database itself refuses to break."""
        return tuple(Constraint(self.label, names) for names in (self.key, *self.unique))

    @property
    def indexes(self) -> tuple[Index, ...]:
        """What queries may start from, besides the constraints' own indexes."""
        return tuple(Index(self.label, names) for names in self.indexed)

    @property
    def text_indexes(self) -> tuple[TextIndex, ...]:
        """What searches start from."""
        return tuple(TextIndex(self.label, name) for name in self.searched)


@dataclass(frozen=True, slots=True)
class Relationship:
    """One kind of relationship between two labels. `from_label -[:type]-> to_label` reads as a sentence."""

    type: str
    from_label: str
    to_label: str
    description: str
    properties: tuple[Property, ...] = ()


def _snake(label: str) -> str:
    return "".join(f"_{char.lower()}" if char.isupper() else char for char in label).lstrip("_")
