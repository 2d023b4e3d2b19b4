"""The newest checkpoint of each log, kept beside the keys: whoever can write the database can't shorten it unseen."""

from __future__ import annotations

from pathlib import Path

from hub.domain.errors import SetupError
from hub.domain.kinds import Log
from hub.keyfile import replace


class Marks:
    """One file a log, holding a signed note. They only bound a log from below: an older one is no fault."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, log: Log) -> Path:
        """The file of a log."""
        return self._folder / f"{log.value}.checkpoint"

    def note(self, log: Log) -> str | None:
        """The newest signed note that was kept, unread; None when there is none. Raises SetupError."""
        try:
            return self.path(log).read_bytes().decode(errors="replace")
        except FileNotFoundError:
            return None
        except OSError as error:
            raise SetupError(
                f"{self.path(log)} can't be read: {error.strerror}.", "Make it readable."
            ) from None

    def keep(self, log: Log, note: str) -> None:
        """Keep this note in place of the one before. Raises SetupError."""
        try:
            replace(self.path(log), note.encode())
        except OSError as error:
            raise SetupError(
                f"{self.path(log)} can't be written: {error.strerror}.", "Make its folder writable."
            ) from None
