"""Interactions of kratom with a list of medicines and substances, and within the list."""

from __future__ import annotations

from speciosa.pharmacology.interactions.assess import assess

__all__ = ["assess"]
