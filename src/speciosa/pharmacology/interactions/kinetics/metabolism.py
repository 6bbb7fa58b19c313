"""How active each route of clearance is in this person, beside a typical adult.

What is not known of the person stands at the typical value and is never guessed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING

from speciosa.case.vocabulary import Phenotype

if TYPE_CHECKING:
    from speciosa.case.model import Person
    from speciosa.pharmacology.interactions.kinetics.sampling import Array

CYP2D6, CYP2C19 = "CYP2D6", "CYP2C19"


@dataclasses.dataclass(frozen=True, eq=False)
class Metabolism:
    """Activity of enzymes and of the kidney as multiples of the typical one.

    ``activity`` holds what differs, by enzyme, as a number or as samples; an enzyme that it does
    not name is typical. ``facts`` are what the multiples rest on.
    """

    activity: Mapping[str, Array | float] = dataclasses.field(default_factory=dict)
    renal: Array | float = 1.0
    facts: tuple[str, ...] = ()

    def lacks(self, enzyme: str) -> bool:
        """Whether the person is known to have none of it."""
        left = self.activity.get(enzyme)
        return isinstance(left, float) and left == 0.0


TYPICAL = Metabolism()


def metabolism_of(person: Person) -> Metabolism:
    """The metabolism of a person, as far as genotypes and organ function are known."""
    known = {CYP2D6: person.cyp2d6.phenotype, CYP2C19: person.cyp2c19.phenotype}
    return Metabolism(activity={e: 0.0 for e, p in known.items() if p is Phenotype.POOR})
