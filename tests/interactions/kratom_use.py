"""A person's use of leaf, simulated as an assessment does, with a list of medicines."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from tests.interactions.cases import KNOWLEDGE

from speciosa.case import parse_case
from speciosa.pharmacology import exposure
from speciosa.pharmacology.interactions import assess
from speciosa.pharmacology.interactions.kratom.person import PersonsUse, persons_use

if TYPE_CHECKING:
    from speciosa.pharmacology.exposure.samples import ExposureSamples
    from speciosa.pharmacology.interactions.result import InteractionsResult

SEED = 11
SUBJECTS = 400
MG_PER_G = 19.5


def leaf(
    grams: float, times_per_day: float | None = 3.0, *, analysed: bool = True, form: str = "tea"
) -> dict[str, Any]:
    """A product of leaf; analysed as the powder of the study."""
    product: dict[str, Any] = {"form": form, "dose": {"leaf_g": grams}}
    if analysed:
        product["analysis"] = {"mitragynine_mg_per_g": MG_PER_G, "seven_oh_mg_per_g": 0.0}
    if times_per_day is not None:
        product |= {"times_per_day": times_per_day, "days_per_week": 7}
    return product


def using(*products: dict[str, Any]) -> dict[str, Any]:
    """Kratom in use."""
    return {"status": "using", "products": list(products)}


def case_of(kratom: dict[str, Any], *medicines: str, **more: Any) -> Any:
    """A case with this use and these medicines."""
    listed = [{"name": name} for name in medicines]
    return parse_case({"date": "2026-11-22", "medicines": listed, "kratom": kratom, **more})


def simulated(kratom: dict[str, Any], *medicines: str, **more: Any) -> InteractionsResult:
    """Interactions with the samples of the exposure room."""
    case = case_of(kratom, *medicines, **more)
    _, samples = exposure.expose(case, KNOWLEDGE, seed=SEED, subjects=SUBJECTS)
    return assess(case, KNOWLEDGE, samples)


@lru_cache(maxsize=32)
def samples_of(grams: float, times_per_day: float | None = 3.0) -> ExposureSamples:
    """Samples of a use of analysed leaf."""
    case = case_of(using(leaf(grams, times_per_day)))
    _, samples = exposure.expose(case, KNOWLEDGE, seed=SEED, subjects=SUBJECTS)
    assert samples is not None
    return samples


def use_of(grams: float, times_per_day: float | None = 3.0) -> PersonsUse:
    """What a use of analysed leaf leaves of enzymes."""
    found = persons_use(samples_of(grams, times_per_day), KNOWLEDGE)
    assert found is not None
    return found
