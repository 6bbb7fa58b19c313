"""The FHIR servers that the service may be launched from or read."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class SmartSettings(BaseModel):
    """Settings under ``[smart]``."""

    model_config = ConfigDict(extra="forbid", frozen=True)
