"""What must hold for the medicines table; each problem is one sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from speciosa.knowledge.figure import Figure
from speciosa.knowledge.medicines.names import Names, normalise
from speciosa.knowledge.medicines.products import Product, product_problems
from speciosa.knowledge.medicines.record import Medicine, Strength

_CODE_FORMS = {
    "rxcui": re.compile(r"[1-9]\d{0,7}"),
    "unii": re.compile(r"[0-9A-Z]{10}"),
    "atc": re.compile(r"[A-Z]\d{2}[A-Z]{2}\d{2}"),
}
# What a name can mean beside a medicine's id.
KRATOM = "kratom"
CLASS = "a class of medicines"
PRODUCT = "product "

_FM_SUM_TOLERANCE = 0.02
_QT_STRENGTHS = {Strength.KNOWN, Strength.POSSIBLE, Strength.CONDITIONAL}


def medicine_problems(medicine: Medicine) -> Iterator[str]:
    """Problems inside one record."""
    for problem in (
        *_code_problems(medicine),
        *_figure_problems(medicine),
        *_hazard_problems(medicine),
    ):
        yield f"medicine {medicine.id}: {problem}"


def _code_problems(medicine: Medicine) -> Iterator[str]:
    codes = medicine.codes
    listed = [("rxcui", codes.rxcui), ("unii", codes.unii), *(("atc", c) for c in codes.atc)]
    listed += [("rxcui", c) for c in codes.rxcui_also]
    for system, code in listed:
        if code is not None and not _CODE_FORMS[system].fullmatch(code.value):
            yield f"{system} {code.value!r} does not have the form of such a code"


def _figure_problems(medicine: Medicine) -> Iterator[str]:
    victim = medicine.victim
    total = sum(share.value for share in victim.fm.values())
    if total > 1 + _FM_SUM_TOLERANCE:
        yield f"fractions of clearance add up to {total:g}"
    fractions: dict[str, Figure | None] = {f"fm {e}": f for e, f in victim.fm.items()}
    for name in ("f_oral", "f_gut", "fu_plasma", "fe_renal", "hepatic_extraction"):
        fractions[name] = getattr(victim, name)
    amounts = ("cl_l_per_h", "cl_oral_apparent_l_per_h", "vd_l_per_kg", "half_life_h")
    others: dict[str, Figure | None] = {name: getattr(victim, name) for name in amounts}
    others |= {p.fact_id: p for p in medicine.perpetrator.parameters}
    for name, figure in {**fractions, **others}.items():
        if figure is not None:
            yield from figure_problems(name, figure, fraction=name in fractions)


def figure_problems(name: str, figure: Figure, *, fraction: bool) -> Iterator[str]:
    """Problems of one figure and its alternatives."""
    if figure.value < 0 or (fraction and figure.value > 1):
        yield f"{name} is {figure.value:g}"
    if figure.low is not None and figure.high is not None:
        if not figure.low <= figure.value <= figure.high:
            yield f"{name} {figure.value:g} lies outside {figure.low:g} to {figure.high:g}"
        if not figure.interval:
            yield f"{name} has a range that says not what it is"
    if figure.verified and not figure.sources:
        yield f"{name} is verified but names no source"
    for other in figure.alternatives:
        yield from figure_problems(f"{name} (another source)", other, fraction=False)


def _hazard_problems(medicine: Medicine) -> Iterator[str]:
    seen = set()
    for hazard in medicine.hazards:
        if hazard.klass in seen:
            yield f"hazard {hazard.klass.value} is listed twice"
        seen.add(hazard.klass)
        if (hazard.klass == "qt_prolonging") != (hazard.strength in _QT_STRENGTHS):
            yield f"hazard {hazard.klass.value} cannot have strength {hazard.strength.value}"
        if hazard.fact_id != f"medicine/{medicine.id}/hazard/{hazard.klass.value}":
            yield f"hazard {hazard.klass.value} has the id {hazard.fact_id}"


def name_problems(
    medicines: Sequence[Medicine], names: Names, products: Sequence[Product]
) -> Iterator[str]:
    """Names that mean two things, and lists that point at no record."""
    ids = {m.id for m in medicines}
    for target in (
        *names.aliases,
        *names.checked_as,
        *(i for m in names.either.values() for i in m),
        *(i for i in names.within if i != KRATOM),
    ):
        if target not in ids:
            yield f"names.yaml: no medicine has the id {target}"
    yield from product_problems(products, ids)
    for name, holders in meanings(medicines, names, products).items():
        if len(holders) > 1 and name not in {normalise(n) for n in names.either}:
            yield f"the name {name!r} means {' and '.join(sorted(holders))}"


def meanings(
    medicines: Sequence[Medicine], names: Names, products: Sequence[Product]
) -> Mapping[str, set[str]]:
    """Every normalised name with everything it can mean."""
    found: dict[str, set[str]] = {}
    listed = [(name, m.id) for m in medicines for name in m.names]
    listed += [(name, target) for target, many in names.aliases.items() for name in many]
    listed += [(name, target) for target, many in names.checked_as.items() for name in many]
    listed += [(name, target) for name, many in names.either.items() for target in many]
    listed += [(name, f"{PRODUCT}{p.names[0]}") for p in products for name in p.names]
    listed += [(name, KRATOM) for name in names.kratom]
    listed += [(name, CLASS) for name in names.classes]
    for name, meaning in listed:
        found.setdefault(normalise(name), set()).add(meaning)
    return found
