"""The tables of the ledger. Bytes are the truth; the columns beside them are an index that `verify` compares."""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import BigInteger, Column, Index, LargeBinary, Table, UniqueConstraint
from sqlmodel import Field, SQLModel


def _number(primary_key: bool = False) -> Column[int]:
    return Column(BigInteger, primary_key=primary_key, autoincrement=False, nullable=False)


def _blob(nullable: bool = False, primary_key: bool = False) -> Column[bytes]:
    return Column(LargeBinary, nullable=nullable, primary_key=primary_key)


class EntryRow(SQLModel, table=True):
    """One entry: a leaf of its log's tree. `seq` counts from 1; the leaf's index is seq - 1."""

    __tablename__: ClassVar[str] = "entry"
    __table_args__ = (UniqueConstraint("log", "actor", "request"),)

    log: str = Field(primary_key=True)
    seq: int = Field(sa_column=_number(primary_key=True))
    data: bytes = Field(sa_column=_blob())
    leaf_hash: bytes = Field(sa_column=_blob())
    at: str
    actor: str
    agency: str | None
    action: str
    purpose: str
    basis: str
    policy_version: int
    request: str
    n: int
    facts_root: bytes = Field(sa_column=_blob())
    body: bytes = Field(sa_column=_blob())
    """Digest of the request, encrypted and bound to (log, actor, request): tells a repetition from a conflict."""


class FactRow(SQLModel, table=True):
    """One fact of an entry, at position `pos` from 0. `sealed` is its payload, under the key of (owner, retention)."""

    __tablename__: ClassVar[str] = "fact"
    __table_args__ = (
        Index("fact_id", "id", unique=True),
        Index("fact_subject", "subject", "subject_version"),
    )

    log: str = Field(primary_key=True)
    seq: int = Field(sa_column=_number(primary_key=True))
    pos: int = Field(sa_column=_number(primary_key=True))
    id: str
    kind: str
    kind_v: int
    subject: str
    subject_version: int
    data: bytes = Field(sa_column=_blob())
    owner: str | None
    retention: str | None
    sealed: bytes | None = Field(sa_column=_blob(nullable=True))


class KeyRow(SQLModel, table=True):
    """A payload key, wrapped under the master key. Destroying it erases what it sealed."""

    __tablename__: ClassVar[str] = "payload_key"

    owner: str = Field(primary_key=True)
    retention: str = Field(primary_key=True)
    wrapped: bytes = Field(sa_column=_blob())


class NodeRow(SQLModel, table=True):
    """A perfect subtree of a log's tree: level ≥ 1, index from 0, its hash. Level 0 is `entry.leaf_hash`."""

    __tablename__: ClassVar[str] = "node"

    log: str = Field(primary_key=True)
    level: int = Field(sa_column=_number(primary_key=True))
    idx: int = Field(sa_column=_number(primary_key=True))
    hash: bytes = Field(sa_column=_blob())


class CheckpointRow(SQLModel, table=True):
    """A signed checkpoint of a log."""

    __tablename__: ClassVar[str] = "checkpoint"

    log: str = Field(primary_key=True)
    size: int = Field(sa_column=_number(primary_key=True))
    root: bytes = Field(sa_column=_blob())
    note: str


class SubjectRow(SQLModel, table=True):
    """The folded state of a subject, for `decide`; written in the transaction of the entry that changes it."""

    __tablename__: ClassVar[str] = "subject"

    id: str = Field(primary_key=True)
    type: str
    version: int
    state: bytes = Field(sa_column=_blob())


class LookupRow(SQLModel, table=True):
    """What finds a subject again: a keyed hash of the value, never the value."""

    __tablename__: ClassVar[str] = "lookup"

    space: str = Field(primary_key=True)
    key: bytes = Field(sa_column=_blob(primary_key=True))
    subject: str = Field(primary_key=True)


class DerivedRow(SQLModel, table=True):
    """By which version of the folds `subject` and `lookup` were written: another one folds them anew."""

    __tablename__: ClassVar[str] = "derived"

    name: str = Field(primary_key=True)
    version: int


def table(row: type[SQLModel]) -> Table:
    """The SQL table behind a row class, for inserts and reads that go past the ORM."""
    return SQLModel.metadata.tables[str(row.__tablename__)]


APPEND_ONLY: tuple[tuple[type[SQLModel], tuple[str, ...]], ...] = (
    (EntryRow, ("body",)),
    (FactRow, ("sealed",)),
    (NodeRow, ()),
    (CheckpointRow, ()),
)
"""Tables that only grow, each with the columns that may be written anew (what is encrypted, when keys rotate)."""
