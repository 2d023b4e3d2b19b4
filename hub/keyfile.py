"""Files that only their owner may read: keys, and what is kept beside them."""

from __future__ import annotations

import os
from pathlib import Path

from hub.domain.errors import SetupError
from hub.domain.ids import new_id


def write_once(path: Path, data: bytes) -> None:
    """Write a file whole and under its name only when that is free: of two processes the first one counts."""
    draft = _draft(path, data)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # the other process's file counts
    finally:
        draft.unlink()


def replace(path: Path, data: bytes) -> None:
    """Write a file whole in place of the one that stands."""
    _draft(path, data).replace(path)


def demand_private(path: Path) -> None:
    """Raise SetupError when others than its owner may read or write a file."""
    if path.stat().st_mode & 0o077:
        raise SetupError(f"The key file {path.name} is open to others.", f"Run `chmod 600 {path}`.")


def _draft(path: Path, data: bytes) -> Path:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{new_id()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return draft
