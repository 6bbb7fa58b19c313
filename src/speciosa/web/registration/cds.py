"""The EHRs that may call the CDS services: who signs for them, and what each is trusted with."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, model_validator

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class Algorithm(StrEnum):
    """Signatures that can be accepted: asymmetric ones only. CDS Hooks recommends the 384 pair."""

    ES256 = "ES256"
    ES384 = "ES384"
    ES512 = "ES512"
    RS256 = "RS256"
    RS384 = "RS384"
    RS512 = "RS512"


class CdsClient(BaseModel):
    """One system (an EHR) that may call the services."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(
        min_length=1,
        max_length=64,
        pattern=r"^[A-Za-z0-9._-]+$",
        description="Name in the audit log and the logs.",
    )
    iss: str = Field(min_length=1, max_length=500, description="Claim `iss` of its tokens.")
    jwks_url: str = Field(default="", description="Where its public keys are read; or give `jwks`.")
    jwks: dict[str, Any] = Field(default={}, description="Its public keys, written out.")
    jku: str = Field(default="", description="The one `jku` that its tokens may carry.")
    algorithms: tuple[Algorithm, ...] = Field(
        default=(Algorithm.ES384, Algorithm.RS384), description="Signatures accepted from it."
    )
    tenants: tuple[str, ...] = Field(
        default=(), description="Tenants it may speak for; without any, none may be named."
    )
    fhir_servers: tuple[str, ...] = Field(
        default=(), description="Servers from which data that it did not send may be fetched."
    )
    origins: tuple[str, ...] = Field(
        default=(), description="Web origins of its clients that run in a browser."
    )

    @model_validator(mode="after")
    def _keys_from_one_place(self) -> Self:
        if bool(self.jwks_url) == bool(self.jwks):
            raise ValueError("give jwks_url or jwks, one of the two")
        for url in filter(None, (self.jwks_url, *self.fhir_servers)):
            _check_url(url)
        return self

    def may_read(self, fhir_server: str) -> bool:
        """Whether data may be fetched from that server for this client."""
        wanted = fhir_server.rstrip("/")
        return any(wanted == allowed.rstrip("/") for allowed in self.fhir_servers)


class CdsSettings(BaseModel):
    """Settings under ``[cds]``: the CDS Hooks services. Without clients every call is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    open_demo: bool = Field(
        default=False,
        description="Answer without any authentication: for a demonstration with invented "
        "patients only.",
    )
    open_demo_to_anybody: bool = Field(
        default=False, description="Allow that beyond this machine; refused otherwise."
    )
    keep_days: int = Field(
        default=365, ge=1, le=3650, description="Cards and feedback on them go after this long."
    )
    clients: tuple[CdsClient, ...] = Field(default=(), description="The EHRs that may call.")
    origins: tuple[str, ...] = Field(
        default=(), description="Web origins that may call from a browser, beside the clients'."
    )
    subjects: int = Field(
        default=100, ge=20, le=1000, description="Virtual people simulated within a request."
    )
    max_body_bytes: int = Field(
        default=4_000_000, ge=10_000, le=50_000_000, description="Largest request accepted."
    )
    fetch_seconds: float = Field(
        default=1.5, gt=0, le=10, description="Time for all reading from a FHIR server in a call."
    )

    @model_validator(mode="after")
    def _each_client_once(self) -> Self:
        for held in ([c.id for c in self.clients], [c.iss for c in self.clients]):
            if len(set(held)) != len(held):
                raise ValueError("two clients share an id or an iss")
        return self

    @property
    def all_origins(self) -> frozenset[str]:
        """Every web origin that may call from a browser."""
        return frozenset(self.origins).union(*(client.origins for client in self.clients))


def _check_url(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        return
    raise ValueError(f"{url!r} is not https (http is accepted for this machine only)")
