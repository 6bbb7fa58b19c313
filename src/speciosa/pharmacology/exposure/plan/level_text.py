"""A measured level in one line: ``mitragynine=55 ng/mL@2h``, ``7-oh<1 ng/mL@day 3 8:00``."""

from __future__ import annotations

import json
import re

from pydantic import ValidationError

from speciosa.case.explain import explain
from speciosa.errors import InputError, InputProblem
from speciosa.pharmacology.exposure.plan.document import LevelUnit, PlanLevel

FIELD = "--measured"
ACCEPTED = (
    "ANALYTE=VALUE UNIT@TIME, such as mitragynine=55 ng/mL@2h (2 h after the last dose), "
    "mitragynine<1 ng/mL@30h (below the limit), 7-oh=12 nmol/L (LOQ 0.5)@day 3 8:00, or without "
    "@TIME where it is not known"
)
_ANALYTES = {
    "mitragynine": "mitragynine",
    "mg": "mitragynine",
    "7-hydroxymitragynine": "7-hydroxymitragynine",
    "7-oh": "7-hydroxymitragynine",
    "7oh": "7-hydroxymitragynine",
}
_UNITS = {unit.lower(): unit.value for unit in LevelUnit} | {
    "nm": "nmol/L",
    "um": "umol/L",
    "µg/l": "ug/L",
    "μg/l": "ug/L",
}
_N = r"([0-9]+(?:\.[0-9]+)?)"
_LEVEL = re.compile(
    rf"(?P<analyte>[a-z0-9-]+)\s*(?P<sign>=\s*<|=|<)\s*(?P<value>{_N})\s*(?P<unit>[a-zµμ]+(?:/[a-z]+)?)"
    rf"\s*(?:\(?\s*loq\s*(?P<loq>{_N})\s*\)?)?"
    rf"\s*(?:@\s*(?:(?P<hours>{_N})\s*h|day\s*(?P<day>[0-9]+)\s+(?P<time>[0-9]{{1,2}}:[0-9]{{2}})))?"
)


def read_level(text: str) -> PlanLevel:
    """Read one measured level. Raises ``InputError`` that says what is accepted."""
    found = _LEVEL.fullmatch(text.strip().lower()) if len(text) <= 200 else None
    if found is None:
        raise _wrong(text, ACCEPTED)
    analyte, unit = _ANALYTES.get(found["analyte"]), _UNITS.get(found["unit"])
    if analyte is None:
        raise _wrong(found["analyte"], "mitragynine or 7-hydroxymitragynine (7-oh)")
    if unit is None:
        raise _wrong(found["unit"], ", ".join(LevelUnit))
    fields = {
        "analyte": analyte,
        "value": float(found["value"]),
        "unit": unit,
        "below_limit": "<" in found["sign"] or None,
        "limit_of_quantification": float(found["loq"]) if found["loq"] else None,
        "hours_after_last_dose": float(found["hours"]) if found["hours"] else None,
        "day": int(found["day"]) if found["day"] else None,
        "time": found["time"],
    }
    try:
        return PlanLevel.model_validate({k: v for k, v in fields.items() if v is not None})
    except ValidationError as error:
        problems = explain(error.errors(include_url=False), PlanLevel, name=FIELD)
        said = [InputProblem(f"{FIELD} {p.field}", p.value, p.accepted) for p in problems]
        raise InputError(said) from None


def _wrong(text: str, accepted: str) -> InputError:
    short = text if len(text) <= 60 else f"{text[:57]}..."
    given = json.dumps(short, ensure_ascii=not short.isprintable())
    return InputError([InputProblem(FIELD, given, accepted)])
