"""Which day it is where the city is."""

from __future__ import annotations

from datetime import datetime, timedelta

_WESTERN_INDONESIA = timedelta(hours=7)
"""Waktu Indonesia Barat: UTC+7 the year round."""


def local_day(now: datetime) -> str:
    """ISO date in Western Indonesia Time of an instant in UTC."""
    return (now + _WESTERN_INDONESIA).date().isoformat()
