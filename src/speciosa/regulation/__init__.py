"""Law at a place on a date, by substance and by layer."""

from speciosa.regulation.law import law_at, law_without_place
from speciosa.regulation.result import LawLayer, LawResult, LawSource

__all__ = ["LawLayer", "LawResult", "LawSource", "law_at", "law_without_place"]
