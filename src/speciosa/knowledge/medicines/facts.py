"""A medicine's record as facts, each with a stable id ``medicine/<id>/...``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from speciosa.knowledge.fact import Basis, Fact
from speciosa.knowledge.figure import Figure
from speciosa.knowledge.medicines.record import Exposure, Medicine, Observed, Victim

# Field of the victim's record -> what it is called to a reader, and its unit.
_VICTIM_QUANTITIES = {
    "f_oral": ("oral bioavailability", ""),
    "f_gut": ("fraction escaping gut-wall metabolism", ""),
    "fu_plasma": ("unbound fraction in plasma", ""),
    "cl_l_per_h": ("clearance", "L/h"),
    "cl_oral_apparent_l_per_h": ("apparent oral clearance", "L/h"),
    "vd_l_per_kg": ("volume of distribution", "L/kg"),
    "half_life_h": ("half-life", "h"),
    "fe_renal": ("fraction excreted unchanged in urine", ""),
    "hepatic_extraction": ("hepatic extraction ratio", ""),
}


class _Sourced(Protocol):
    """What every sourced part of a record has."""

    @property
    def sources(self) -> tuple[str, ...]: ...
    @property
    def basis(self) -> Basis: ...
    @property
    def verified(self) -> bool: ...
    @property
    def note(self) -> str: ...


def facts_of(medicine: Medicine) -> Iterator[Fact]:
    """Every figure and statement of one record, in the order of the record."""
    make = _Maker(medicine)
    role = medicine.role_in_gad
    yield make(make.id("role_in_gad"), "role in generalized anxiety disorder", role.value, role)
    yield from _codes(medicine, make)
    yield from _victim(medicine.victim, make)
    yield from _perpetrator(medicine, make)
    for hazard in medicine.hazards:
        # Only the class can be read in a source: labels do not grade.
        quantity = f"hazard class {hazard.klass.value.replace('_', ' ')}, strength as graded here"
        yield make(hazard.fact_id, quantity, hazard.strength.value, hazard)
    for report in medicine.kratom_reports:
        yield make(report.fact_id, "report together with kratom", report.finding, report)


class _Maker:
    """Makes the facts of one medicine."""

    def __init__(self, medicine: Medicine) -> None:
        self._medicine = medicine

    def id(self, *steps: str) -> str:
        return "/".join(("medicine", self._medicine.id, *steps))

    def __call__(  # noqa: PLR0913 (the fields of a fact)
        self,
        fact_id: str,
        quantity: str,
        value: float | str,
        origin: _Sourced,
        *,
        unit: str = "",
        conditions: str = "",
    ) -> Fact:
        return Fact(
            id=fact_id,
            subject=self._medicine.name,
            quantity=quantity,
            value=value,
            unit=unit,
            conditions=conditions,
            sources=origin.sources,
            basis=origin.basis,
            verified=origin.verified,
            read_on=self._medicine.read_on if origin.verified else "",
            note=origin.note,
        )

    def figure(self, fact_id: str, quantity: str, unit: str, figure: Figure) -> Iterator[Fact]:
        return figure.facts(fact_id, self._medicine.name, quantity, unit, self._medicine.read_on)


def _codes(medicine: Medicine, make: _Maker) -> Iterator[Fact]:
    if medicine.codes.rxcui:
        code = medicine.codes.rxcui
        yield make(make.id("code", "rxcui"), "RxNorm identifier", code.value, code)
    for code in medicine.codes.rxcui_also:
        fact_id = make.id("code", "rxcui", code.value)
        yield make(fact_id, "RxNorm identifier also in use", code.value, code)
    if medicine.codes.unii:
        code = medicine.codes.unii
        yield make(make.id("code", "unii"), "UNII", code.value, code)
    for code in medicine.codes.atc:
        yield make(make.id("code", "atc", code.value), "ATC code", code.value, code)


def _victim(victim: Victim, make: _Maker) -> Iterator[Fact]:
    for enzyme, share in victim.fm.items():
        quantity = f"fraction of clearance by {enzyme}"
        yield from make.figure(make.id("fm", enzyme), quantity, "", share)
    if victim.enzymes_reported is not None:
        reported = victim.enzymes_reported
        yield make(make.id("enzymes_reported"), "enzymes reported", reported.value, reported)
    for field, (quantity, unit) in _VICTIM_QUANTITIES.items():
        figure: Figure | None = getattr(victim, field)
        if figure is not None:
            yield from make.figure(make.id(field), quantity, unit, figure)
    for observed in victim.observed:
        # Ratios of the study pairs are facts of table ``ddi``; here only what is not there.
        if observed.fact_id.startswith("medicine/"):
            yield _observed(observed, make)


def _observed(observed: Observed, make: _Maker) -> Fact:
    return make(
        observed.fact_id,
        f"AUC ratio with {observed.perpetrator} (observed)",
        observed.auc_ratio,
        observed,
        conditions=f"victim route {observed.route}",
    )


def _perpetrator(medicine: Medicine, make: _Maker) -> Iterator[Fact]:
    for label in medicine.perpetrator.classes:
        yield make(label.fact_id, f"{label.effect} of {label.enzyme}", label.value, label)
    for p in medicine.perpetrator.parameters:
        binding = f", {p.binding}" if p.binding else ""
        quantity = f"{p.parameter} of {p.species} at {p.enzyme}{binding}"
        yield from make.figure(p.fact_id, quantity, p.unit, p)
    for exposure in medicine.perpetrator.exposures:
        yield from _exposure(exposure, make)


def _exposure(exposure: Exposure, make: _Maker) -> Iterator[Fact]:
    figures = (
        ("cmax_total", "peak total concentration", exposure.cmax_total_um, "uM"),
        ("cmax_unbound", "peak unbound concentration", exposure.cmax_unbound_um, "uM"),
        ("dose", "dose", exposure.dose_mg, "mg"),
        ("molar_mass", "molar mass", exposure.molar_mass_g_per_mol, "g/mol"),
    )
    for step, quantity, value, unit in figures:
        if value is not None:
            yield make(
                f"{exposure.fact_id}/{step}",
                f"{quantity} of {exposure.species}",
                value,
                exposure,
                unit=unit,
                conditions=exposure.regimen,
            )
    if exposure.fu_plasma is not None:
        yield make(
            f"{exposure.fact_id}/fu_plasma",
            f"unbound fraction in plasma of {exposure.species}",
            exposure.fu_plasma,
            exposure.fu_origin,
            conditions=exposure.regimen,
        )
