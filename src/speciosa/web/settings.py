"""Every setting of the service in one object: environment ``SPECIOSA_*`` over a TOML file."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Mode(StrEnum):
    """One person on one machine, or a clinic that signs in."""

    SINGLE = "single"
    CLINIC = "clinic"


class Settings(BaseSettings):
    """What an operator may set; ``docs/operations.md`` describes each."""

    model_config = SettingsConfigDict(env_prefix="SPECIOSA_", extra="forbid", frozen=True)

    mode: Mode = Mode.SINGLE
    host: str = "127.0.0.1"
    port: int = Field(default=8765, ge=0, le=65_535)
    public_url: str = ""
    database_url: str = "sqlite:///speciosa.db"
    subjects: int = Field(default=1000, ge=20, le=20_000)
    data_dir: Path = Path()

    @property
    def base_url(self) -> str:
        """The address under which clients reach the service, without a slash at its end."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")
