"""Every setting of the service in one object: environment ``SPECIOSA_*`` over one TOML file."""

from __future__ import annotations

import ipaddress
import os
import re
import tomllib
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from limits import parse
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from pydantic_settings import SettingsError as UnreadableSettingsError

from speciosa.errors import SpeciosaError
from speciosa.web.registration.cds import CdsSettings
from speciosa.web.registration.smart import SmartSettings

FILE_VARIABLE = "SPECIOSA_SETTINGS"
_PREFIX = "SPECIOSA_"
# Read elsewhere in the package and by its tests; everything else with the prefix is a setting.
_NOT_SETTINGS = {FILE_VARIABLE, "SPECIOSA_CACHE_DIR", "SPECIOSA_DEBUG"}
_SHORTEST_TOKEN = 32
_LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})


class SettingsError(SpeciosaError):
    """The settings are wrong; each line names one of them and never its value."""


class Mode(StrEnum):
    """One person on one machine, or a clinic that signs in."""

    SINGLE = "single"
    CLINIC = "clinic"


class OidcSettings(BaseModel):
    """The clinic's identity provider (OpenID Connect), under ``[oidc]``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    issuer: str = Field(default="", description="Issuer URL exactly as the provider states it.")
    client_id: str = Field(default="", description="Client id of Speciosa at the provider.")
    client_secret_file: Path | None = Field(
        default=None, description="File with the client secret; none for a public client."
    )
    scopes: str = Field(default="openid profile", description="Scopes asked for at sign-in.")
    name_claim: str = Field(default="name", description="Claim with the name shown to the user.")
    roles_claim: str = Field(
        default="roles", description="Claim with roles or groups; dots step into objects."
    )
    roles: dict[str, Literal["reader", "clinician", "admin"]] = Field(
        default_factory=dict, description="Value of that claim -> role here. Others give no role."
    )
    api_audience: str = Field(
        default="", description="Audience of access tokens for the API; empty refuses them all."
    )
    algorithms: tuple[str, ...] = Field(
        default=("RS256", "PS256", "ES256"), description="Signatures accepted on tokens."
    )


class RateSettings(BaseModel):
    """How often one caller may call one worker, as ``number/period``, under ``[rates]``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    signed_in: str = Field(default="1200/minute", description="A signed-in user, all routes.")
    anybody: str = Field(default="600/minute", description="An address without a sign-in.")
    sign_in: str = Field(default="20/minute", description="Sign-in and the start-up token.")
    links: str = Field(default="30/minute", description="One questionnaire link.")
    cds: str = Field(default="200/second", description="CDS Hooks calls, by address.")

    @field_validator("*")
    @classmethod
    def _readable(cls, value: str) -> str:
        parse(value)
        return value


class Settings(BaseSettings):
    """What an operator may set; ``docs/operations.md`` lists each."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True
    )

    mode: Mode = Field(default=Mode.SINGLE, description="`single` (one user) or `clinic`.")
    host: str = Field(
        default="127.0.0.1", description="Address to listen on; loopback only in single mode."
    )
    port: int = Field(
        default=8765, ge=0, le=65_535, description="Port to listen on; 0 picks a free one."
    )
    public_url: str = Field(
        default="", description="Address users see; https and required in clinic mode."
    )
    allowed_hosts: tuple[str, ...] = Field(
        default=(), description="Further host names that requests may be addressed to."
    )
    trusted_proxies: tuple[str, ...] = Field(
        default=(), description="Addresses of reverse proxies whose X-Forwarded-* is believed."
    )
    database_url: str = Field(
        default="sqlite:///speciosa.db", repr=False, description="SQLAlchemy URL of the store."
    )
    database_url_file: Path | None = Field(
        default=None, description="File with the URL instead, when it holds a password."
    )
    subjects: int = Field(
        default=1000, ge=20, le=20_000, description="Simulated people in each assessment."
    )
    start_token: SecretStr = Field(
        default=SecretStr(""),
        description="Start-up token (single mode), 32 characters or more; empty draws one.",
    )
    session_idle_minutes: int = Field(
        default=30, ge=1, le=1440, description="A session ends after this long without a request."
    )
    session_hours: int = Field(
        default=12, ge=1, le=168, description="A session ends after this long in any case."
    )
    max_body_bytes: int = Field(
        default=20_000_000, ge=10_000, description="Largest request body accepted."
    )
    workers: int = Field(default=1, ge=1, le=64, description="Server processes.")
    shutdown_seconds: int = Field(
        default=30, ge=1, le=600, description="Time that running requests get on SIGTERM."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least level that is logged."
    )
    metrics_token_file: Path | None = Field(
        default=None, description="File with the bearer token that may read `/metrics`."
    )
    oidc: OidcSettings = OidcSettings()
    rates: RateSettings = RateSettings()
    cds: CdsSettings = CdsSettings()
    smart: SmartSettings = SmartSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments over environment over the file; no .env and no secrets folder."""
        toml = TomlConfigSettingsSource(settings_cls, os.environ.get(FILE_VARIABLE) or None)
        return init_settings, env_settings, toml

    @field_validator("start_token")
    @classmethod
    def _hard_to_guess(cls, value: SecretStr) -> SecretStr:
        if 0 < len(value.get_secret_value()) < _SHORTEST_TOKEN:
            raise ValueError(f"needs at least {_SHORTEST_TOKEN} characters, or none to draw one")
        return value

    @model_validator(mode="after")
    def _coherent(self) -> Settings:
        if self.cds.open_demo and not self.cds.open_demo_to_anybody and not self._is_local:
            raise ValueError(
                "cds.open_demo: answers anybody beyond this machine with these settings; "
                "cds.open_demo_to_anybody allows it"
            )
        if self.mode is Mode.SINGLE:
            if not is_loopback(self.host):
                raise ValueError("host: single mode listens on loopback only (127.0.0.1, ::1)")
            return self
        missing = [
            name
            for name, value in (
                ("public_url", self.public_url),
                ("oidc.issuer", self.oidc.issuer),
                ("oidc.client_id", self.oidc.client_id),
                ("oidc.roles", self.oidc.roles),
            )
            if not value
        ]
        if missing:
            raise ValueError(f"{', '.join(missing)}: needed in clinic mode")
        if urlsplit(self.public_url).scheme != "https":
            raise ValueError("public_url: must begin with https:// in clinic mode")
        issuer = urlsplit(self.oidc.issuer)
        if issuer.scheme != "https" and not is_loopback(issuer.hostname or ""):
            raise ValueError("oidc.issuer: must begin with https://")
        unsigned = [a for a in self.oidc.algorithms if a == "none" or a.startswith("HS")]
        if unsigned or not self.oidc.algorithms:
            raise ValueError("oidc.algorithms: needs signatures by public key, never none or HS*")
        if self.oidc.api_audience == self.oidc.client_id:
            raise ValueError("oidc.api_audience: must differ from client_id, or id tokens pass")
        return self

    @property
    def _is_local(self) -> bool:
        """Nobody but this machine's users is meant to reach the service."""
        by_name = urlsplit(self.public_url).hostname or "localhost"
        return (
            self.mode is Mode.SINGLE
            and not self.trusted_proxies
            and not self.allowed_hosts
            and is_loopback(by_name)
        )

    @property
    def base_url(self) -> str:
        """The address under which clients reach the service, without a slash at its end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return (self.public_url or f"http://{host}:{self.port}").rstrip("/")

    @property
    def hosts(self) -> frozenset[str]:
        """Host names (no port) that a request may be addressed to: against DNS rebinding."""
        known = {name.lower() for name in self.allowed_hosts}
        if self.mode is Mode.SINGLE:
            return frozenset(known | _LOOPBACK_NAMES | {self.host.lower()})
        return frozenset(known | {(urlsplit(self.public_url).hostname or "").lower()})


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine's loopback."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def secret(path: Path | None) -> str:
    """A secret from its file, "" without a file. Raises ``SettingsError`` if it cannot be read."""
    if path is None:
        return ""
    try:
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise SettingsError(f"the file {path} cannot be read") from None
    if not text:
        raise SettingsError(f"the file {path} is empty")
    return text


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Settings from the environment and the file it names. Raises ``SettingsError``.

    A name with the prefix that is no setting is an error: a typing mistake must not pass as a
    default.
    """
    given = os.environ if environment is None else environment
    top = {name.partition("__")[0] for name in given if name.startswith(_PREFIX)}
    fields = {f"{_PREFIX}{name.upper()}" for name in Settings.model_fields}
    unknown = sorted(
        name for name in top - fields - _NOT_SETTINGS if not name.startswith("SPECIOSA_REQUIRE_")
    )
    if unknown:
        raise SettingsError(f"{', '.join(unknown)}: no such setting (docs/operations.md has all)")
    path = given.get(FILE_VARIABLE, "")
    if path and not Path(path).is_file():
        what = "is no file" if Path(path).exists() else "does not exist"
        raise SettingsError(f"the settings file {path} {what}")
    try:
        found = Settings()
    except UnreadableSettingsError as error:
        name = re.search(r'field "(\w+)"', str(error))
        raise SettingsError(
            f"{_PREFIX}{name[1].upper() if name else '...'}: lists and tables in a variable are "
            'written as JSON: ["one", "two"]'
        ) from None
    except UnicodeDecodeError:
        raise SettingsError(f"the settings file {path} is not UTF-8") from None
    except OSError as error:
        raise SettingsError(f"the settings file {path} cannot be read: {error.strerror}") from None
    except ValidationError as error:
        raise SettingsError("\n".join(_line(one) for one in error.errors())) from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"the settings file {path} is not TOML: {error}") from None
    if found.database_url_file is not None:
        url = _named("database_url_file", found.database_url_file)
        return found.model_copy(update={"database_url": url})
    return found


def check_secrets(settings: Settings) -> None:
    """Read every file with a secret once. Raises ``SettingsError`` naming the setting."""
    _named("metrics_token_file", settings.metrics_token_file)
    _named("oidc.client_secret_file", settings.oidc.client_secret_file)
    for number, issuer in enumerate(settings.smart.issuers):
        _named(f"smart.issuers[{number}].client_secret_file", issuer.client_secret_file)


def _named(setting: str, path: Path | None) -> str:
    try:
        return secret(path)
    except SettingsError as error:
        raise SettingsError(f"{setting}: {error}") from None


def _line(error: Mapping[str, Any]) -> str:
    where = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        return f"{where}: no such setting (docs/operations.md has all)"
    message = str(error["msg"]).removeprefix("Value error, ")
    return f"{where}: {message}" if where else message
