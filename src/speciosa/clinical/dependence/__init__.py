"""Dependence on kratom and its withdrawal: what is on record, what was not asked, no diagnosis."""

from speciosa.clinical.dependence.room import assess

__all__ = ["assess"]
