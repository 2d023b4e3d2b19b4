"""Which day it is where the city is, and instants as the ledger writes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hub.domain.errors import InvalidInput

_WESTERN_INDONESIA = timedelta(hours=7)
"""Waktu Indonesia Barat: UTC+7 the year round."""


def local_day(now: datetime) -> str:
    """ISO date in Western Indonesia Time of an instant in UTC."""
    return (now + _WESTERN_INDONESIA).date().isoformat()


def written(at: datetime) -> str:
    """An instant as the ledger writes it: RFC 3339 in UTC with microseconds and Z, so that texts compare as times do."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ").rjust(27, "0")


def instant(text: str, name: str) -> str:
    """An instant that somebody gives, as the ledger writes it.

    Raises InvalidInput with `name` for what is none, or does not say its time zone.
    """
    try:
        given = datetime.fromisoformat(text)
    except (ValueError, TypeError):
        given = None
    if given is None or given.tzinfo is None:
        raise InvalidInput(
            f"{name} is no instant with a time zone.", "Write it as 2026-11-24T09:30:00+07:00, or with Z."
        )
    try:
        return written(given)
    except OverflowError:
        raise InvalidInput(f"{name} lies beyond the calendar.", "Give a day of this century.") from None
