"""What a change consists of: drafts that `decide` returns, facts as they are kept, states they fold into."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from hub.domain.days import local_day

Json = Any
Ref = tuple[str, str]
"""(role, id): what a fact refers to and as what, e.g. ("evidence", id of the fact that holds the value)."""


@dataclass(frozen=True, slots=True)
class Draft:
    """One fact as `decide` wants it; the door adds version and commitment.

    `clear` holds codes, dates, ids and public names: it is hashed and can never be erased.
    `payload` holds what is personal: only its salted commitment is hashed.
    """

    id: str
    kind: str
    subject: str
    refs: tuple[Ref, ...] = ()
    clear: Mapping[str, Json] = field(default_factory=dict)
    payload: Mapping[str, Json] | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What `decide` returns: facts in order; the first one's subject is what the change is about."""

    facts: tuple[Draft, ...]
    subject: str | None = None
    """What it would have been about, when there is nothing to do."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact read back from the ledger; `payload` is None when it has none, was not opened, or its key is gone."""

    seq: int
    pos: int
    id: str
    kind: str
    kind_v: int
    subject: str
    version: int
    refs: tuple[Ref, ...]
    clear: Mapping[str, Json]
    payload: Mapping[str, Json] | None = None
    sealed: bool = False
    """Whether it has a payload, opened or not."""
    at: str = ""
    """Instant of its entry, RFC 3339; blank where it was read without its entry."""

    def ref(self, role: str) -> str | None:
        """The first id this fact refers to in that role."""
        return next((to for name, to in self.refs if name == role), None)

    def refs_as(self, role: str) -> tuple[str, ...]:
        """All ids this fact refers to in that role, in order."""
        return tuple([to for name, to in self.refs if name == role])


@dataclass(frozen=True, slots=True)
class Subject:
    """The folded state of one subject: what all facts about it add up to, without anything personal."""

    id: str
    type: str
    version: int
    state: Mapping[str, Json]


class History(Protocol):
    """What `decide` may look at. Everything read is remembered and checked again at the append."""

    def subject(self, subject: str) -> Subject | None:
        """The state of a subject, or None when nothing was ever said about it."""

    def find(self, space: str, value: str) -> tuple[str, ...]:
        """The subjects that a look-up names (see hub.domain.kinds.Kind.lookups), in the order of their making."""

    def payload(self, fact: str) -> Mapping[str, Json] | None:
        """The personal payload of a fact, or None when it has none or its key is gone."""

    def prefetch(self, subjects: Iterable[str] = (), finds: Iterable[tuple[str, str]] = ()) -> None:
        """Read many subjects and look-ups at once; what follows is answered from memory."""

    def prefetch_payloads(self, facts: Iterable[str]) -> None:
        """Open many payloads at once."""


@dataclass(frozen=True, slots=True)
class Draw:
    """What `decide` may not make itself: the time, and fresh ids."""

    now: datetime
    new_id: Callable[[], str]
    """Returns a fresh id."""
    digest: Callable[[bytes], str]
    """The keyed hash by which a repeated record is recognised (hex)."""

    @property
    def today(self) -> str:
        """ISO date of `now` where the city is."""
        return local_day(self.now)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the asker of a change gets back once it is durable."""

    seq: int
    subject: str | None
    version: int | None
    leaf_hash: str
    recorded_at: str
    projected: bool
    repeated: bool = False
    """True when this request id had been accepted before, and nothing was written now."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is asking, and what for. Roles are not carried: they are grants in the ledger."""

    id: str
    purpose: str | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """One role given to an actor: at an agency, within a territory (Kemendagri code prefix), for a time."""

    id: str
    role: str
    agency: str | None
    territory: str | None
    starts_on: str
    ends_on: str | None

    def holds_on(self, day: str) -> bool:
        """Whether the grant is in force on an ISO date."""
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything the rules need to know about an actor, as of one version of its subject."""

    actor: str
    name: str
    version: int
    agency: str | None
    suspended: bool
    grants: tuple[Grant, ...]
