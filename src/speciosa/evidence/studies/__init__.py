"""A file of studies read into a typed table: which columns mean what, and what is wrong with it."""

from __future__ import annotations

from speciosa.evidence.studies.read import Reading, read_studies
from speciosa.evidence.studies.table import Form, Row, StudyTable

__all__ = ["Form", "Reading", "Row", "StudyTable", "read_studies"]
