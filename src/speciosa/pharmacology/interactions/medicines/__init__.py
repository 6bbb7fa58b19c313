"""Concentration changes between the medicines of the list: each pair, then all at once."""

from __future__ import annotations

from speciosa.pharmacology.interactions.medicines.between import between_medicines
from speciosa.pharmacology.interactions.medicines.prepared import prepare
from speciosa.pharmacology.interactions.medicines.weighed import counted_rises

__all__ = ["between_medicines", "counted_rises", "prepare"]
