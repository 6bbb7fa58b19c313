"""Concentration changes between the medicines of the list: each pair, then all at once."""

from __future__ import annotations

from speciosa.pharmacology.interactions.medicines.between import between_medicines

__all__ = ["between_medicines"]
