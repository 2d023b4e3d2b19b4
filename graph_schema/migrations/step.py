"""What a migration is: a number, a title and the statements it runs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Migration:
    """One step. Its statements may be run again without effect, since a killed run starts it anew."""

    number: int
    title: str
    statements: tuple[str, ...]
