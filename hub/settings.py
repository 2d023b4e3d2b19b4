"""One frozen set of settings, read once from the environment (`HUB_…`)."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Where the hub's state lives and which servers it uses."""

    model_config = SettingsConfigDict(env_prefix="HUB_", env_ignore_empty=True, frozen=True, extra="ignore")

    home: Path = Field(default=Path(".hub"), description="Folder of the hub's own state, keys and logs.")
    ledger_url: str | None = Field(
        default=None, description="SQLAlchemy address of the ledger; SQLite under `home` unless given."
    )
    neo4j_uri: str | None = Field(
        default=None, description="A Neo4j server to use instead of the embedded one."
    )
    neo4j_user: str = Field(default="neo4j", description="Its user.")
    neo4j_password: SecretStr | None = Field(default=None, description="Its password.")
    neo4j_database: str = Field(default="neo4j", description="Its database.")
    neo4j_heap_mb: int = Field(default=512, description="Heap of the embedded Neo4j, in MiB.")
    host: str = Field(default="127.0.0.1", description="Address that `hub serve` listens on.")
    port: int = Field(default=8000, description="Port that `hub serve` listens on.")
    origin: str = Field(
        default="hub.kota-bandung", description="Name under which the ledger's checkpoints are signed."
    )
    projection_wait: float = Field(
        default=2.0,
        description="Seconds that a change waits to become readable before it says `projected: false`.",
    )
    query_timeout: float = Field(default=10.0, description="Seconds after which a graph query is cancelled.")
    checks_per_hour: int = Field(
        default=60, description="Checks of persons by number and birth date that each officer has in an hour."
    )
    token_minutes: int = Field(
        default=480, description="Minutes that a token of a local account is good for."
    )

    @property
    def ledger_address(self) -> str:
        """SQLAlchemy address of the ledger's database."""
        return self.ledger_url or f"sqlite:///{(self.home / 'ledger' / 'ledger.db').absolute()}"

    @property
    def keys(self) -> Path:
        """Folder of key files, readable by their owner only."""
        return self.home / "keys"

    @property
    def reports(self) -> Path:
        """Folder of refusal reports."""
        return self.home / "reports"
