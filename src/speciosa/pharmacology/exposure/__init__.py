"""Product to dose of alkaloids to plasma concentration, for a virtual population."""

from __future__ import annotations

from speciosa.pharmacology.exposure.expose import Sampled, expose, sampled
from speciosa.pharmacology.exposure.samples import ExposureSamples
from speciosa.pharmacology.exposure.taken.intake import intake

__all__ = ["ExposureSamples", "Sampled", "expose", "intake", "sampled"]
