"""A regimen as typed, in one line of text or in YAML: strictly read, said back in words, laid out.

It describes use that is or may be; nothing here proposes an amount or a schedule.
"""

from __future__ import annotations

from speciosa.pharmacology.exposure.plan.document import Plan, PlanLevel
from speciosa.pharmacology.exposure.plan.layout import Layout, lay_out
from speciosa.pharmacology.exposure.plan.read import plan_schema, read_plan_bytes
from speciosa.pharmacology.exposure.plan.text import read_plan_text
from speciosa.pharmacology.exposure.plan.words import understood

__all__ = [
    "Layout",
    "Plan",
    "PlanLevel",
    "lay_out",
    "plan_schema",
    "read_plan_bytes",
    "read_plan_text",
    "understood",
]
