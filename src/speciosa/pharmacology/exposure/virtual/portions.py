"""How many mg of each alkaloid one dose holds in each virtual person's hands.

The content of a product is drawn by (seed, product, subject), apart from the body, once for each
subject: a person keeps using the same product.
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

import numpy as np

from speciosa.pharmacology.exposure.taken.content import Alkaloid
from speciosa.pharmacology.exposure.taken.intake import amounts_of
from speciosa.pharmacology.exposure.virtual.draws import Z90, Array, Indices, normals, uniforms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from speciosa.case.model import KratomProduct
    from speciosa.knowledge import Knowledge
    from speciosa.pharmacology.exposure.taken.content import AlkaloidAmount
    from speciosa.pharmacology.exposure.taken.describe import Amounts

# Purposes of the random streams of content, two for each product: never used for anything else.
CONTENT_STREAM = 100
_SIDE = {Alkaloid.MITRAGYNINE: 0, Alkaloid.SEVEN_OH: 1}


@dataclasses.dataclass(frozen=True, eq=False)
class Portions:
    """Mg in one dose of each product, (products, subjects), and what was known of each product.

    Nought stands for an alkaloid whose amount nothing allows to state.
    """

    mitragynine_mg: Array
    seven_oh_mg: Array
    amounts: tuple[Amounts, ...]

    def take(self, who: Indices) -> Portions:
        """What some subjects take, in that order."""
        return Portions(self.mitragynine_mg[:, who], self.seven_oh_mg[:, who], self.amounts)


def portions(  # noqa: PLR0913 - products, and whose they are
    products: Sequence[KratomProduct],
    knowledge: Knowledge,
    *,
    seed: int,
    subjects: int,
    vary: bool = True,
    first: int = 0,
) -> Portions:
    """Draw the content of every product; ``vary=False`` gives everybody the median.

    The subjects are those from number ``first`` on.
    """
    amounts = tuple(amounts_of(product, knowledge) for product in products)
    drawn = {
        alkaloid: np.array(
            [
                _mg(held[alkaloid], 2 * index + side, seed, subjects, vary=vary, first=first)
                for index, held in enumerate(amounts)
            ]
        ).reshape(len(amounts), subjects)
        for alkaloid, side in _SIDE.items()
    }
    return Portions(drawn[Alkaloid.MITRAGYNINE], drawn[Alkaloid.SEVEN_OH], amounts)


def _mg(  # noqa: PLR0913 - an amount, and whose it is
    amount: AlkaloidAmount | None,
    stream: int,
    seed: int,
    subjects: int,
    *,
    vary: bool,
    first: int,
) -> Array:
    if amount is None or amount.high <= 0.0:
        return np.zeros(subjects)
    if not vary:
        return np.full(subjects, middle_mg(amount))
    if amount.from_zero:
        u = uniforms(seed, CONTENT_STREAM + stream, subjects, 1, first=first)[:, 0]
        flat: Array = amount.high * u
        return flat
    z = normals(seed, CONTENT_STREAM + stream, subjects, 1, first=first)[:, 0]
    return np.exp(math.log(middle_mg(amount)) + content_sd(amount) * z)


def middle_mg(amount: AlkaloidAmount) -> float:
    """The median of the content drawn."""
    return amount.high / 2.0 if amount.from_zero else math.sqrt(amount.low * amount.high)


def content_sd(amount: AlkaloidAmount) -> float:
    """Standard deviation of the log content; 0 where it is not log-normal."""
    if amount.from_zero or amount.low <= 0.0:
        return 0.0
    return math.log(amount.high / amount.low) / (2.0 * Z90)
