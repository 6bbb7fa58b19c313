"""Interactions of kratom with a list of medicines and substances, and within the list.

``ratio`` answers one question alone: how much do these medicines change the exposure to that one?
"""

from __future__ import annotations

from speciosa.pharmacology.interactions.assess import assess
from speciosa.pharmacology.interactions.kinetics.change import NoRatio, Ratio
from speciosa.pharmacology.interactions.meaning import Taking
from speciosa.pharmacology.interactions.ratio import ratio

__all__ = ["NoRatio", "Ratio", "Taking", "assess", "ratio"]
