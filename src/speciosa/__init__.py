"""Speciosa: one person with generalized anxiety and kratom in, one cited assessment out."""

__version__ = "0.1.0"
