"""The first assessment compiles the models and reads the tables; users should not wait for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from speciosa.assessment import assess
from speciosa.case import read_case_text
from speciosa.report import html

if TYPE_CHECKING:
    from speciosa.web.services import Services

_CASE = """
date: {date}
place: US-TN
symptoms: {{gad7: {{total: 12}}}}
medicines: [{{name: sertraline}}, {{name: midazolam}}]
kratom:
  status: using
  products:
    - {{form: leaf_powder, dose: {{leaf_g: 2}}, times_per_day: 2}}
"""


def warm(use: Services) -> None:
    """Make one assessment and its report, and forget them."""
    case = read_case_text(_CASE.format(date=use.today().isoformat()))
    html.render(assess(case, use.knowledge, subjects=use.settings.subjects))
