"""The design file: what it may hold, how it is read, and what the base adds to it."""

from speciosa.evidence.trials.design.document import Design
from speciosa.evidence.trials.design.read import design_schema, parse_design, read_design_bytes

__all__ = ["Design", "design_schema", "parse_design", "read_design_bytes"]
