"""The skeleton of a protocol: what the design fills in, and what people must decide."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from speciosa.evidence.trials.design.document import Design, Kind, Option, Reference, Strategy
from speciosa.evidence.trials.result import Item, Protocol, Section

if TYPE_CHECKING:
    from collections.abc import Mapping

    from speciosa.evidence.trials.design.assumptions import Assumption
    from speciosa.evidence.trials.result import Characteristics, Course, SampleSize
    from speciosa.knowledge import Knowledge

_DESIGNS = {
    Kind.PARALLEL: "parallel-group",
    Kind.CROSSOVER: "crossover",
    Kind.N_OF_1: "aggregated n-of-1",
    Kind.DOSE_RANGING: "dose-ranging parallel-group",
    Kind.NON_INFERIORITY: "parallel-group non-inferiority",
    Kind.ADD_ON: "parallel-group add-on",
}
_REFERENCES = {
    Reference.J2R: "jump to reference",
    Reference.CR: "copy reference",
    Reference.CIR: "copy increments in reference",
}
_NAME = re.compile(r"\{(\w+)\}")


def protocol(  # noqa: PLR0913, PLR0917  # everything that a protocol tells
    design: Design,
    found: tuple[Assumption, ...],
    course: Course,
    size: SampleSize | None,
    planned: Characteristics,
    knowledge: Knowledge,
) -> Protocol:
    """Fill the skeleton of the base with a design."""
    words = knowledge.evidence.protocol
    kratom = design.treatment.kind is Option.KRATOM
    filled = _words(design, found, size, planned)
    given = design.treatment.dose_words
    # A dose in a design file is repeated as what it is: somebody else's words.
    doses = [words.dose] if kratom else []
    if given:
        doses.append(words.dose_given.replace("{dose}", given))
    filled["dose"] = " ".join(doses)

    def fill(text: str) -> str:
        # One pass: braces in a designer's own words stay as they are.
        return _NAME.sub(lambda name: filled.get(name[1], name[0]), text).strip()

    policy = design.analysis.strategy is Strategy.TREATMENT_POLICY
    return Protocol(
        opening=(*words.opening, *(words.kratom if kratom else ())),
        dose=tuple(doses),
        estimand=tuple(_item(e.attribute, fill(e.filled), e.decide) for e in words.estimand),
        intercurrent=tuple(
            _item(e.event, e.treatment_policy if policy else e.hypothetical, "")
            for e in words.intercurrent
            if kratom or not e.kratom_only
        ),
        sections=tuple(
            Section(
                title=section.title,
                items=tuple(
                    Item(
                        number=item.number,
                        number_2013=item.number_2013,
                        title=item.title,
                        filled=fill(item.filled),
                        decide=item.decide,
                    )
                    for item in section.items
                ),
            )
            for section in words.sections
        ),
        monitoring=tuple(
            _item(m.what, m.how, m.decide) for m in words.monitoring if kratom or not m.kratom_only
        ),
        stopping=tuple(
            _item(s.whom, fill(s.rule), "") for s in words.stopping if kratom or not s.kratom_only
        ),
        regulation=words.regulation if kratom else words.regulation[-1:],
    )


def _item(title: str, filled: str, decide: str) -> Item:
    return Item(number="", number_2013="", title=title, filled=filled, decide=decide)


def _words(
    design: Design,
    found: tuple[Assumption, ...],
    size: SampleSize | None,
    planned: Characteristics,
) -> dict[str, str]:
    value: Mapping[str, float] = {a.field: a.value for a in found}
    kratom = design.treatment.kind is Option.KRATOM
    weeks = _weeks(design)
    return {
        "title": design.title,
        "design": _DESIGNS[design.design],
        "scale": design.scale.value,
        "entry": f"{value['course.entry_score']:g}",
        "treatment": design.treatment.name,
        "control": design.control.name,
        "comparator_kind": design.control.kind.value.replace("_", " "),
        "background": f", both on top of {design.background}" if design.background else "",
        "background_words": _background(kratom=kratom),
        "last_week": f"{weeks[-1]:g}",
        "weeks": ", ".join(f"{week:g}" for week in weeks),
        "strategy": design.analysis.strategy.value.replace("_", " "),
        "margin": _margin(design),
        "objective": _objective(design),
        "design_words": _design_words(design),
        "ratio": f"{design.ratio:g} to 1 (treatment to control)" if not design.doses else "equal",
        "washout": (
            f"a washout of {value['withdrawal.washout_weeks']:g} weeks for those who use kratom "
            "(its safety and length to be set by the investigators), "
            if "withdrawal.washout_weeks" in value
            else ""
        ),
        "sample_size": _sample_size(design, size, planned),
        "blinding": (
            "Kratom has effects that people feel within the hour: the blind may fail, and its "
            "failure must be measured. The simulated scenarios show what it does."
            if kratom
            else "Guesses of the treatment are asked for at every visit."
        ),
        "left_control": f"{value['leaving.control']:.0%}",
        "left_treatment": f"{value['leaving.treatment']:.0%}",
        "analysis": _analysis(design),
        "alpha": f"{design.analysis.alpha:g}",
        "missing": _missing(design),
        "interim": _interim(design, planned),
        "interim_rule": (
            "A boundary for benefit is crossed at a look (28b); the monitoring board advises."
            if design.interim
            else "No look for benefit is planned."
        ),
        "consent": (
            "People are told that no benefit is known, that dependence, withdrawal and liver "
            "injury are, and that they can leave at any time with care."
            if kratom
            else "People are told of treatments of known benefit that they could have instead."
        ),
        "seed": str(design.simulation.seed),
    }


def _weeks(design: Design) -> tuple[float, ...]:
    if design.periods is not None:
        return tuple(design.periods.weeks * (i + 1) for i in range(design.periods.count))
    return design.visits_weeks


def _background(*, kratom: bool) -> str:
    if kratom:
        return (
            "No randomised trial of kratom in any anxiety disorder was found; whether it helps is "
            "unknown. Surveys of users cannot tell benefit from relief of withdrawal."
        )
    return "Effects of treatments of generalized anxiety: see speciosa evidence."


def _margin(design: Design) -> str:
    if design.margin is None:
        return ""
    return f" Non-inferior if the upper end of the interval lies below {design.margin:g} points."


def _objective(design: Design) -> str:
    if design.margin is not None:
        return (
            f"To learn whether {design.treatment.name} is worse than {design.control.name} by less "
            f"than {design.margin:g} points on the {design.scale.value}. The margin is to be "
            "argued by the investigators from the effect of the comparator over placebo."
        )
    return (
        f"To learn whether {design.treatment.name} lowers the {design.scale.value} score more than "
        f"{design.control.name}."
    )


def _design_words(design: Design) -> str:
    said = f"Randomised {_DESIGNS[design.design]} trial, {design.subjects} people."
    if design.doses:
        return (
            f"{said} {len(design.doses)} dose arms and {design.control.name}; amounts not set here."
        )
    if design.periods is not None:
        said += f" {design.periods.count} periods of {design.periods.weeks:g} weeks each."
        if design.design is Kind.N_OF_1:
            said += " Order drawn at random within each pair of periods, for each person."
    return said


def _sample_size(design: Design, size: SampleSize | None, planned: Characteristics) -> str:
    said = (
        f"{design.subjects} people give a simulated power of {planned.success.value:.3f} "
        f"(Monte Carlo SE {planned.success.mc_se:.3f}) for an assumed difference of "
        f"{planned.true_difference or 0.0:.2f} points."
    )
    if size is None:
        return said
    if size.needed is None:
        return f"{said} Power {size.target:g} needs {size.note}."
    around = f" ({size.low} to {size.high})" if size.low and size.high else ""
    return f"{said} Power {size.target:g} needs about {size.needed} people{around}."


def _analysis(design: Design) -> str:
    return {
        Kind.CROSSOVER: "Difference within people, adjusted for period",
        Kind.N_OF_1: "Mean of the differences within people, people taken as random",
    }.get(
        design.design,
        "Mixed model for repeated measures (visit by arm, visit by score at entry, unstructured)"
        if design.analysis.method.value == "mmrm"
        else "Analysis of covariance at the last visit with the score at entry",
    )


def _missing(design: Design) -> str:
    said = "The primary analysis takes missing scores for missing at random."
    if design.analysis.reference_based:
        names = ", ".join(_REFERENCES[r] for r in design.analysis.reference_based)
        said += f" Sensitivity: reference-based imputation ({names})."
    return said


def _interim(design: Design, planned: Characteristics) -> str:
    if design.interim is None:
        return "None planned for benefit; safety is looked at throughout."
    looks = "; ".join(
        f"{look.subjects} people, z {look.boundary_z:.3f} "
        f"(one-sided level {look.nominal_alpha:.4f})"
        for look in planned.looks
    )
    spending = {"obrien_fleming": "O'Brien-Fleming-type", "pocock": "Pocock-type"}
    return f"Alpha spending, {spending[design.interim.spending.value]}: {looks}."
