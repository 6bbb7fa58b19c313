"""SMART App Launch: read the patient from an EHR, write back on the clinician's click."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi import FastAPI

    from speciosa.web.settings import Settings


def install(app: FastAPI, settings: Settings) -> None:
    """Add this room to the application."""
