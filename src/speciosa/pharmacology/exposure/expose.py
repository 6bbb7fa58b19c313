"""Predicted plasma concentrations for this person's products, or the reason why there are none."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from speciosa.case.vocabulary import KratomStatus
from speciosa.finding import worst_first
from speciosa.pharmacology.exposure.caveats import caveats, stopped_findings
from speciosa.pharmacology.exposure.content import Alkaloid
from speciosa.pharmacology.exposure.describe import content_missing, name_of
from speciosa.pharmacology.exposure.intake import amounts_of
from speciosa.pharmacology.exposure.level import compare_levels
from speciosa.pharmacology.exposure.regimen import days_of_use, regimen_of
from speciosa.pharmacology.exposure.result import ExposureResult, ExposureStatus
from speciosa.pharmacology.exposure.samples import ExposureSamples
from speciosa.pharmacology.exposure.simulate import TIME_H, Course, Population, simulate
from speciosa.pharmacology.exposure.summary import analytes, curves, drivers, headline
from speciosa.pharmacology.wording import missing, number, often

if TYPE_CHECKING:
    from speciosa.case.model import Case, KratomProduct
    from speciosa.finding import Finding, Missing
    from speciosa.knowledge import Knowledge


def expose(
    case: Case, knowledge: Knowledge, *, seed: int, subjects: int
) -> tuple[ExposureResult, ExposureSamples | None]:
    """Simulate ``subjects`` virtual people with this use; ng/mL with nmol/L beside.

    Subject i depends on (seed, i) alone. Without current use, or without an amount, the result
    says why nothing was computed and the samples are ``None``.
    """
    courses, left_out = _courses(case, knowledge)
    if not courses:
        return _nothing(case, knowledge, seed, _why_nothing(case, knowledge)), None
    words = knowledge.kratom.exposure_wording
    people = simulate(courses, knowledge, seed=seed, subjects=subjects)
    shown = analytes(people, knowledge)
    driving = drivers(people, knowledge)
    found = caveats(case, courses, left_out, people, knowledge)
    result = ExposureResult(
        status=ExposureStatus.COMPUTED,
        why=words.phrases["exposure_computed"].format(pattern=_pattern(courses, knowledge)),
        headline=headline(people, shown, driving, knowledge),
        subjects=subjects,
        seed=seed,
        analytes=shown,
        curves=curves(people, knowledge),
        drivers=driving,
        findings=worst_first((*found, *compare_levels(case, people, knowledge))),
        missing=(),
    )
    return result, _samples(people, seed, incomplete=bool(left_out))


class _Why(NamedTuple):
    """Why nothing is computed."""

    status: ExposureStatus
    text: str
    findings: tuple[Finding, ...] = ()
    missing: tuple[Missing, ...] = ()


def _why_nothing(case: Case, knowledge: Knowledge) -> _Why:
    words, use = knowledge.kratom.exposure_wording, case.kratom
    if use is None:
        text = words.phrases["exposure_not_recorded"]
        return _Why(ExposureStatus.NOT_POSSIBLE, text, missing=(missing(words, "kratom"),))
    if use.status is not KratomStatus.USING:
        stopped = use.status is KratomStatus.STOPPED
        text = words.phrases[f"exposure_{use.status}"]
        found = stopped_findings(knowledge) if stopped else ()
        return _Why(ExposureStatus.NOT_APPLICABLE, text, findings=found)
    text = words.phrases["exposure_no_amount" if use.products else "exposure_no_product"]
    lacking = [] if use.products else [missing(words, "products")]
    for product in use.products:
        lacking += content_missing(product, amounts_of(product, knowledge), knowledge)
    return _Why(ExposureStatus.NOT_POSSIBLE, text, missing=tuple(dict.fromkeys(lacking)))


def _courses(case: Case, knowledge: Knowledge) -> tuple[tuple[Course, ...], tuple[str, ...]]:
    """Products in use with an amount, and the names of those without any."""
    use = case.kratom
    if use is None or use.status is not KratomStatus.USING:
        return (), ()
    days = days_of_use(use.since, case.date)
    courses, left_out = [], []
    for product in use.products:
        amounts = amounts_of(product, knowledge)
        mg, seven_oh = amounts[Alkaloid.MITRAGYNINE], amounts[Alkaloid.SEVEN_OH]
        if any(a is not None and a.high > 0 for a in (mg, seven_oh)):
            courses.append(Course(product, mg, seven_oh, regimen_of(product, days, knowledge)))
        else:
            left_out.append(name_of(product, knowledge))
    return tuple(courses), tuple(left_out)


def _pattern(courses: tuple[Course, ...], knowledge: Knowledge) -> str:
    phrases = knowledge.kratom.exposure_wording.phrases
    known = [c for c in courses if c.regimen.frequency_known]
    if not known:
        return phrases["pattern_once"]
    said = " and ".join(_frequency(c.product) for c in known)
    if all(c.regimen.steady for c in known):
        return phrases["pattern_steady"].format(often=said)
    days = number(max(c.regimen.dosing_days for c in known))
    return phrases["pattern_days"].format(days=days, often=said)


def _frequency(product: KratomProduct) -> str:
    weekly = product.days_per_week
    on_days = "" if weekly is None else f" on {number(weekly)} days a week"
    return f"{often(product.times_per_day or 0.0)}{on_days}"


def _samples(people: Population, seed: int, *, incomplete: bool) -> ExposureSamples:
    return ExposureSamples(
        seed=seed,
        subjects=people.mitragynine_auc.size,
        mitragynine_peak_nm=people.mitragynine_nm.max(axis=1),
        mitragynine_trough_nm=people.mitragynine_nm[:, -1],
        seven_oh_peak_nm=people.seven_oh_nm.max(axis=1),
        seven_oh_trough_nm=people.seven_oh_nm[:, -1],
        mitragynine_mg_per_day=people.mitragynine_mg_per_day,
        seven_oh_mg_per_day=people.seven_oh_mg_per_day,
        swallowed_seven_oh=people.swallowed,
        incomplete=incomplete,
        time_h=TIME_H,
        mitragynine_nm=people.mitragynine_nm,
        seven_oh_nm=people.seven_oh_nm,
    )


def _nothing(case: Case, knowledge: Knowledge, seed: int, why: _Why) -> ExposureResult:
    return ExposureResult(
        status=why.status,
        why=why.text,
        headline=why.text,
        subjects=0,
        seed=seed,
        analytes={},
        curves=(),
        drivers=(),
        findings=worst_first((*why.findings, *compare_levels(case, None, knowledge))),
        missing=why.missing,
    )
