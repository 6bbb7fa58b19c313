"""Other alkaloids of the leaf whose kinetics were measured in people.

Their amounts are not on any label. In leaf they are taken from mitragynine and the proportions of
the one leaf powder that was analysed and given to people, with a wide allowance for other leaf. For
anything but leaf nothing is stated.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from speciosa.pharmacology.exposure.result import OtherAlkaloid
from speciosa.pharmacology.exposure.summary import Series, brief
from speciosa.pharmacology.exposure.taken.comparison import LEAF
from speciosa.pharmacology.exposure.virtual.bodies import bodies
from speciosa.pharmacology.exposure.virtual.decline import OTHERS, Probes
from speciosa.pharmacology.exposure.virtual.draws import Z90, Array, normals, stream
from speciosa.pharmacology.exposure.virtual.schedule import DAY_H
from speciosa.pharmacology.exposure.virtual.structures import concentrations, micromoles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from speciosa.case.model import KratomProduct
    from speciosa.knowledge import Knowledge
    from speciosa.pharmacology.exposure.virtual.people import People

_MITRAGYNINE_CONTENT = "kratom/prod_k51_mitragynine"
_ISOMER = "kratom/pk_mg_mw"  # the same formula as mitragynine, so the same weight
_WITHOUT_TWO_H = "kratom/pk_payn_mw"
_STEP_H = 0.5
_MOST_PEOPLE = 250  # enough for a 90 % interval; these figures are no basis of any other


class _Alkaloid(NamedTuple):
    """A structure's name and the facts with its molecular weight and its content in leaf."""

    name: str
    weight: str
    content: str


_ALKALOIDS = (
    _Alkaloid("speciociliatine", _ISOMER, "kratom/prod_k51_speciociliatine"),
    _Alkaloid("speciogynine", _ISOMER, "kratom/prod_k51_speciogynine"),
    _Alkaloid("paynantheine", _WITHOUT_TWO_H, "kratom/prod_k51_paynantheine"),
    _Alkaloid("mitraciliatine", _ISOMER, "kratom/prod_k51_mitraciliatine"),
    _Alkaloid("isopaynantheine", _WITHOUT_TWO_H, "kratom/prod_k51_isopaynantheine"),
)


def others(
    people: People, products: Sequence[KratomProduct], knowledge: Knowledge
) -> tuple[OtherAlkaloid, ...]:
    """Exposure to each of the other alkaloids, or why none is stated."""
    phrases = knowledge.kratom.exposure_wording.phrases
    leaf = np.array([product.form in LEAF for product in products])
    why = ""
    if not leaf.all():
        why = phrases["others_not_leaf"]
    elif not people.portions.mitragynine_mg.any():
        why = phrases["others_no_amount"]
    if why:
        return tuple(
            OtherAlkaloid(alkaloid=a.name, exposure=None, why_none=why) for a in _ALKALOIDS
        )
    return _exposures(people, knowledge)


def _exposures(people: People, knowledge: Knowledge) -> tuple[OtherAlkaloid, ...]:
    """All alkaloids in one run: each person stands once for each of them."""
    every_nth = -(-people.subjects // _MOST_PEOPLE)
    some = people.take(np.arange(0, people.subjects, every_nth))
    start = float(people.time_h[0])
    shown = np.arange(start, start + DAY_H + _STEP_H / 2, _STEP_H)
    probes = Probes.of(people.schedule, knowledge)
    window_h = probes.window_h(OTHERS)
    tail = [] if probes.from_h is None else [probes.from_h + h for h in window_h]
    every = np.unique(np.concatenate((shown, tail)))
    made = [
        bodies(
            one.name,
            knowledge.models.parameters(one.name),
            knowledge.models.posterior(one.name),
            seed=people.seed,
            subjects=some.subjects,
        ).parameters
        for one in _ALKALOIDS
    ]
    names = made[0]
    first = knowledge.models.structure(_ALKALOIDS[0].name)
    (substance,), (output,) = first.inputs, first.outputs.values()
    amounts = [
        micromoles(_content(one, some, knowledge), one.weight, knowledge) for one in _ALKALOIDS
    ]
    nm = concentrations(
        first,
        (output,),
        people.schedule,
        {substance: np.concatenate(amounts, axis=1)},
        knowledge,
        {name: np.concatenate([held[name] for held in made]) for name in names},
        every,
    )[:, :, 0]
    half_life = probes.half_life(nm, every, window_h)
    phrases = knowledge.kratom.exposure_wording.phrases
    found = []
    for place, one in enumerate(_ALKALOIDS):
        rows = slice(place * some.subjects, (place + 1) * some.subjects)
        series = Series(
            name=one.name,
            time_h=shown,
            nm=nm[rows][:, np.searchsorted(every, shown)],
            half_life_h=half_life[rows],
            weight_g_mol=knowledge.fact(one.weight).number,
            facts=(one.content, "kratom/assumption_alkaloid_proportions", f"models/{one.name}/CL"),
        )
        found.append(OtherAlkaloid(alkaloid=one.name, exposure=brief(series, phrases), why_none=""))
    return tuple(found)


def _content(one: _Alkaloid, people: People, knowledge: Knowledge) -> Array:
    """Mg of the alkaloid in one dose of each product: one proportion for each product."""
    mg = people.portions.mitragynine_mg
    proportion = knowledge.fact(one.content).number / knowledge.fact(_MITRAGYNINE_CONTENT).number
    fold = knowledge.fact("kratom/assumption_alkaloid_proportions").number
    sd = math.log(fold) / Z90
    drawn = [
        normals(people.seed, stream(f"{one.name} in product {index}"), people.subjects, 1)[:, 0]
        for index in range(len(mg))
    ]
    return mg * proportion * np.exp(sd * np.stack(drawn))
