"""Of which alkaloid the amount taken is not known, so that no level of it can be judged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from speciosa.pharmacology.exposure.taken.comparison import is_seven_oh_product
from speciosa.pharmacology.exposure.taken.content import Alkaloid
from speciosa.pharmacology.exposure.taken.describe import name_of
from speciosa.pharmacology.exposure.taken.intake import amounts_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from speciosa.case.model import KratomProduct
    from speciosa.knowledge import Knowledge


def unknown_content(
    products: Sequence[KratomProduct], knowledge: Knowledge, *, left_out: Sequence[str] = ()
) -> Mapping[str, tuple[str, ...]]:
    """By analyte, the names of the products that hold a part of it which nothing allows to state.

    ``left_out`` are products without any amount. The body forms 7-OH from mitragynine; beside the
    7-OH of a 7-OH product that part is small and does not hide a level.
    """
    found: dict[str, list[str]] = {name: list(left_out) for name in Alkaloid}
    for product in products:
        amounts, name = amounts_of(product, knowledge), name_of(product, knowledge)
        mitragynine, seven_oh = amounts[Alkaloid.MITRAGYNINE], amounts[Alkaloid.SEVEN_OH]
        if mitragynine is None:
            found[Alkaloid.MITRAGYNINE].append(name)
        formed = mitragynine is None and not is_seven_oh_product(product, seven_oh, knowledge)
        if seven_oh is None or formed:
            found[Alkaloid.SEVEN_OH].append(name)
    return {str(name): tuple(dict.fromkeys(said)) for name, said in found.items() if said}
