"""The FHIR servers that the service may be launched from or read."""

from __future__ import annotations

from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, model_validator

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class SmartIssuer(BaseModel):
    """One FHIR server with its authorization server, as registered with its operator."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=80, description="Name shown to the clinician.")
    iss: str = Field(
        min_length=1, max_length=500, description="Base URL of the FHIR server, as it states it."
    )
    client_id: str = Field(
        min_length=1, max_length=200, description="Client id of Speciosa at that server."
    )
    client_secret_file: Path | None = Field(
        default=None, description="File with the client secret; none for a public client."
    )
    launch_scopes: str = Field(
        default="launch patient/*.rs", description="Scopes asked for in a launch by the EHR."
    )
    standalone_scopes: str = Field(
        default="launch/patient patient/*.rs",
        description="Scopes asked for when the clinician starts here.",
    )
    may_write: bool = Field(
        default=False,
        description="Offer to write results back on a click; asks for patient/*.c.",
    )

    def scopes(self, *, from_ehr: bool) -> str:
        """The scopes asked for; where writing is offered, leave to create is among them."""
        asked = self.launch_scopes if from_ehr else self.standalone_scopes
        return f"{asked} patient/*.c" if self.may_write else asked

    @model_validator(mode="after")
    def _https(self) -> Self:
        parts = urlsplit(self.iss)
        if parts.query or parts.fragment or parts.username or not is_safe(self.iss):
            raise ValueError("iss is not https (http is accepted for this machine only)")
        return self


class SmartSettings(BaseModel):
    """Settings under ``[smart]``: SMART App Launch. Without issuers every launch is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    issuers: tuple[SmartIssuer, ...] = Field(
        default=(), description="The servers that may launch Speciosa and be read by it."
    )
    minutes: int = Field(
        default=60, ge=1, le=480, description="A connection ends after this long in any case."
    )
    seconds: float = Field(
        default=20.0, gt=0, le=120, description="Time for one request to a FHIR server."
    )
    pages: int = Field(
        default=20, ge=1, le=200, description="Pages read of one search; more are left out, said."
    )

    @model_validator(mode="after")
    def _each_issuer_once(self) -> Self:
        held = [one.iss.rstrip("/") for one in self.issuers]
        if len(set(held)) != len(held):
            raise ValueError("two issuers share an iss")
        return self

    def issuer(self, iss: str) -> SmartIssuer | None:
        """The registered issuer of that address; a slash at the end makes no difference."""
        wanted = iss.rstrip("/")
        return next((one for one in self.issuers if one.iss.rstrip("/") == wanted), None)


def is_safe(url: str) -> bool:
    """Whether a URL is https, or http on this machine."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    return (parts.scheme == "https" and bool(host)) or (
        parts.scheme == "http" and host in _LOOPBACK
    )
