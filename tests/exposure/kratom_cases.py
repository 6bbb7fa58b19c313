"""Cases that differ in what matters to exposure: products, amounts, status, body, levels."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from speciosa.case import vocabulary as v
from speciosa.case.model import Case
from speciosa.case.read import parse_case


def _numbers(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high).map(lambda x: round(x, 2))


def _given(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Any selection of the fields: each may be absent."""
    return st.fixed_dictionaries({}, optional=fields)


DOSES = (
    st.fixed_dictionaries({"leaf_g": _numbers(0.1, 60)})
    | st.fixed_dictionaries(
        {"capsules": _numbers(1, 30)}, optional={"capsule_leaf_mg": _numbers(100, 1000)}
    )
    | st.fixed_dictionaries(
        {"units": _numbers(0.5, 6)},
        optional={
            "mitragynine_mg_per_unit": _numbers(1, 300),
            "seven_oh_mg_per_unit": _numbers(1, 60),
        },
    )
    | st.fixed_dictionaries(
        {"mitragynine_mg": _numbers(1, 900)}, optional={"seven_oh_mg": _numbers(1, 90)}
    )
    | st.fixed_dictionaries({"seven_oh_mg": _numbers(1, 90)})
)

PRODUCTS = st.fixed_dictionaries(
    {"form": st.sampled_from([f.value for f in v.KratomForm])},
    optional={
        "label": st.just("Green"),
        "strain": st.just("green"),
        "dose": DOSES,
        "times_per_day": _numbers(0.2, 12),
        "days_per_week": _numbers(0.5, 7),
        "analysis": _given(
            mitragynine_mg_per_g=_numbers(0, 400),
            seven_oh_mg_per_g=_numbers(0, 400),
            mitragynine_mg_per_unit=_numbers(0, 300),
            seven_oh_mg_per_unit=_numbers(0, 60),
        ),
    },
)

USING = st.fixed_dictionaries(
    {
        "status": st.sampled_from(["using", "using", "using", "asking", "stopped"]),
        "products": st.lists(PRODUCTS, max_size=3),
    },
    optional={"since": st.sampled_from(["2026-11-22", "2026-11-18", "2019-01-01"])},
)

LEVELS = st.lists(
    st.fixed_dictionaries(
        {
            "name": st.sampled_from(["mitragynine_plasma", "7_hydroxymitragynine_plasma"]),
            "value": _numbers(0.1, 2000),
            "unit": st.just("ng/mL"),
        }
    ),
    max_size=1,
)


@st.composite
def kratom_cases(draw: st.DrawFn) -> Case:
    """A case; kratom may be unrecorded, never used, asked about, in use or stopped."""
    kratom = draw(USING | USING | st.just({"status": "never"}) | st.none())
    data: dict[str, Any] = {"date": "2026-11-22", "labs": draw(LEVELS)}
    if kratom is not None:
        data["kratom"] = kratom
    data["person"] = draw(
        _given(age_years=_numbers(12, 95), pregnancy=st.sampled_from(["pregnant", "not_pregnant"]))
    )
    return parse_case(data)
