"""Predicted plasma concentrations for this person's products, or the reason why there are none."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np

from speciosa.case.vocabulary import KratomForm, KratomStatus
from speciosa.errors import SpeciosaError
from speciosa.finding import worst_first
from speciosa.pharmacology.exposure import observed, sources, summary
from speciosa.pharmacology.exposure.caveats import caveats, stopped_findings
from speciosa.pharmacology.exposure.floor import floors
from speciosa.pharmacology.exposure.measurement.case_levels import levels_of
from speciosa.pharmacology.exposure.measurement.doubt import doubt_of
from speciosa.pharmacology.exposure.measurement.level import compare_levels, timed, untimed_levels
from speciosa.pharmacology.exposure.measurement.measured import choose
from speciosa.pharmacology.exposure.result import ExposureResult, ExposureStatus
from speciosa.pharmacology.exposure.samples import ExposureSamples
from speciosa.pharmacology.exposure.stopped import decline
from speciosa.pharmacology.exposure.summary import Scene
from speciosa.pharmacology.exposure.taken.comparison import is_seven_oh_product, swallows_seven_oh
from speciosa.pharmacology.exposure.taken.content import Alkaloid
from speciosa.pharmacology.exposure.taken.describe import content_missing, name_of
from speciosa.pharmacology.exposure.taken.intake import amounts_of, has_amount
from speciosa.pharmacology.exposure.taken.unknown_content import unknown_content
from speciosa.pharmacology.exposure.unstudied import unstudied
from speciosa.pharmacology.exposure.virtual import variance
from speciosa.pharmacology.exposure.virtual.others import others
from speciosa.pharmacology.exposure.virtual.people import simulate
from speciosa.pharmacology.exposure.virtual.schedule import Schedule, days_of_use
from speciosa.pharmacology.exposure.virtual.too_far import too_far
from speciosa.pharmacology.wording import finding, missing, number, often, rough

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from speciosa.case.model import Case, KratomProduct
    from speciosa.finding import Finding, Missing
    from speciosa.knowledge import Knowledge
    from speciosa.pharmacology.exposure.measurement.measured import Choice
    from speciosa.pharmacology.exposure.result import Difference, OtherAlkaloid
    from speciosa.pharmacology.exposure.stopped import Decline
    from speciosa.pharmacology.exposure.virtual.draws import Array
    from speciosa.pharmacology.exposure.virtual.people import People


def expose(
    case: Case, knowledge: Knowledge, *, seed: int, subjects: int
) -> tuple[ExposureResult, ExposureSamples | None]:
    """Simulate ``subjects`` virtual people with this use; ng/mL with nmol/L beside.

    Subject i depends on (seed, i) alone. Without current use, or without an amount, the result
    says why nothing was computed and the samples are ``None``.
    """
    try:
        beyond = _beyond_prediction(case, knowledge)
        if beyond is not None:
            return _nothing(case, knowledge, seed, beyond, None), None
        use = _use(case, knowledge)
        if use.products:
            return _computed(case, use, knowledge, seed=seed, subjects=subjects)
        fading = decline(case, knowledge, seed=seed, subjects=subjects)
        return _nothing(case, knowledge, seed, _why_nothing(case, knowledge), fading), None
    except SpeciosaError as failed:
        from speciosa.engine import SimulationError  # noqa: PLC0415 - loaded when it is used

        if not isinstance(failed, SimulationError):
            raise
        # No level is better than a wrong one, and the rest of an assessment needs none.
        why = _Why(ExposureStatus.NOT_POSSIBLE, _failure(len(failed.failures), knowledge))
        return _nothing(case, knowledge, seed, why, None), None


class Sampled(NamedTuple):
    """What other rooms need of the exposure: the samples, and whether a level still lingers."""

    samples: ExposureSamples | None
    lingering: bool


def sampled(case: Case, knowledge: Knowledge, *, seed: int, subjects: int) -> Sampled:
    """The samples that ``expose`` gives for the same input, without any figure for a reader.

    For answers within a request, where describing the samples would cost more than making them.
    """
    try:
        if _beyond_prediction(case, knowledge) is not None:
            return Sampled(None, lingering=False)
        use = _use(case, knowledge)
        if not use.products:
            fading = decline(case, knowledge, seed=seed, subjects=subjects)
            return Sampled(None, lingering=fading is not None and fading.present is True)
        followed = _followed(case, use, knowledge, seed=seed, subjects=subjects)
        found = _found(case, use, followed, (), (), knowledge)
        doubt = doubt_of(followed.chosen.uses, found, knowledge)
        return Sampled(_samples(followed.scene, use, doubt=doubt), lingering=False)
    except SpeciosaError as failed:
        from speciosa.engine import SimulationError  # noqa: PLC0415 - loaded when it is used

        if not isinstance(failed, SimulationError):
            raise
        return Sampled(None, lingering=False)


def _beyond_prediction(case: Case, knowledge: Knowledge) -> _Why | None:
    """Why nothing is computed for an amount, of now or earlier, that is more likely a slip."""
    use = case.kratom
    if use is None or use.status not in (KratomStatus.USING, KratomStatus.STOPPED):
        return None
    products = [product for product in use.products if has_amount(product, knowledge)]
    if not products:
        return None
    beyond = too_far(products, Schedule.of_use(products, None, knowledge), knowledge)
    if beyond is None:
        return None
    words = knowledge.kratom.exposure_wording
    said = {"amount": rough(beyond.mg_per_day), "fold": number(beyond.fold)}
    return _Why(
        ExposureStatus.NOT_POSSIBLE,
        words.phrases["exposure_too_far"].format(**said),
        findings=(finding(words, "exposure.too_far", **said),),
    )


def _failure(count: int, knowledge: Knowledge) -> str:
    return knowledge.kratom.exposure_wording.phrases["exposure_failed"].format(count=count)


def _computed(
    case: Case, use: _Use, knowledge: Knowledge, *, seed: int, subjects: int
) -> tuple[ExposureResult, ExposureSamples]:
    words = knowledge.kratom.exposure_wording
    followed = _followed(case, use, knowledge, seed=seed, subjects=subjects)
    people, everybody, chosen, scene = followed[:4]
    levels = people.levels
    shown = summary.analytes(scene, levels, knowledge)
    # Sources of uncertainty are told apart by what was drawn, which a level makes dependent.
    before, narrowed = scene._replace(people=everybody), chosen.who is not None
    parts = variance.all_parts(everybody, of_seven_oh=before.of_seven_oh)
    driving = sources.drivers(before, parts, knowledge)
    # What is only a part of the use says nothing of how the structures part for all of it.
    differing = () if followed.left_out else summary.differences(scene, knowledge)
    beside = others(people, use.products, knowledge)
    compared = observed.comparisons(scene, knowledge)
    found = (
        *_found(case, use, followed, differing, beside, knowledge),
        *(() if followed.left_out else observed.observed_findings(compared, knowledge)),
    )
    result = ExposureResult(
        status=ExposureStatus.COMPUTED,
        why=words.phrases["exposure_computed"].format(pattern=_pattern(use, knowledge)),
        headline=summary.headline(scene, shown, driving, knowledge, measured=narrowed),
        subjects=subjects,
        seed=seed,
        analytes=shown,
        curves=summary.curves(scene, levels, knowledge),
        drivers=driving,
        findings=worst_first(found),
        missing=untimed_levels(case, knowledge),
        steady=_steady(use, knowledge),
        structures=summary.by_structure(scene, knowledge),
        differences=differing,
        others=beside,
        observed=compared,
        # What a measurement would be worth is said while none has been used.
        narrowing=() if narrowed else sources.narrowing(before, parts, knowledge),
        levels=chosen.uses,
        effective_subjects=chosen.effective,
    )
    if use.left_out:
        result = floors(result, use.left_out, knowledge)
    result = _doubted(result, knowledge)
    return result, _samples(scene, use, doubt=result.doubt)


class _Followed(NamedTuple):
    """The virtual people with this use, who of them fits its levels, and what was left out."""

    people: People
    everybody: People
    chosen: Choice
    scene: Scene
    left_out: tuple[str, ...]
    unknown: Mapping[str, tuple[str, ...]]


def _followed(
    case: Case, use: _Use, knowledge: Knowledge, *, seed: int, subjects: int
) -> _Followed:
    schedule = Schedule.of_use(use.products, use.days, knowledge)

    def follow(count: int, times_h: Array | None = None) -> People:
        return simulate(
            schedule,
            use.products,
            knowledge,
            seed=seed,
            subjects=count,
            times_h=times_h,
            everybody=False,
            enzymes=True,
            unlike=len(unstudied(case, knowledge)),
        )

    measured = levels_of(case, schedule, knowledge)
    names = tuple(name_of(product, knowledge) for product in use.left_out)
    unknown = unknown_content(use.products, knowledge, left_out=names)
    chosen = choose(measured, follow, knowledge, unknown=unknown, seed=seed, subjects=subjects)
    everybody = follow(chosen.of)
    people = everybody if chosen.who is None else everybody.take(chosen.who)
    return _Followed(
        people=people,
        everybody=everybody,
        chosen=chosen,
        scene=scene_of(people, use.products, knowledge),
        left_out=names,
        unknown=unknown,
    )


def _found(  # noqa: PLR0913, PLR0917 - the input, and what came out
    case: Case,
    use: _Use,
    followed: _Followed,
    differing: tuple[Difference, ...],
    beside: tuple[OtherAlkaloid, ...],
    knowledge: Knowledge,
) -> tuple[Finding, ...]:
    """What a reader must know beside the figures, but for the comparison with studies."""
    names, scene, chosen = followed.left_out, followed.scene, followed.chosen
    return (
        *caveats(case, use.products, names, scene, differing, beside, knowledge),
        *compare_levels(
            case,
            scene,
            knowledge,
            timed=timed(chosen.uses),
            told=frozenset(followed.unknown),
        ),
        *chosen.findings,
    )


def _doubted(result: ExposureResult, knowledge: Knowledge) -> ExposureResult:
    """The result, opening with why its figures may not be this person's."""
    doubt = doubt_of(result.levels, result.findings, knowledge)
    headline = f"{doubt} {result.headline}".lstrip()
    return msgspec.structs.replace(result, doubt=doubt, headline=headline)


def scene_of(people: People, products: Sequence[KratomProduct], knowledge: Knowledge) -> Scene:
    """The people, with what kind of products they take."""
    held = [
        (product, amounts[Alkaloid.SEVEN_OH])
        for product, amounts in zip(products, people.portions.amounts, strict=True)
    ]
    return Scene(
        people=people,
        seven_oh_is_main=any(is_seven_oh_product(p, a, knowledge) for p, a in held),
        swallowed=swallows_seven_oh(products, people.portions.amounts, knowledge),
    )


class _Use(NamedTuple):
    """Products in use with an amount, those without any, and days of use."""

    products: tuple[KratomProduct, ...]
    left_out: tuple[KratomProduct, ...]
    days: float | None


def _use(case: Case, knowledge: Knowledge) -> _Use:
    use = case.kratom
    if use is None or use.status is not KratomStatus.USING:
        return _Use((), (), None)
    known = [has_amount(product, knowledge) for product in use.products]
    return _Use(
        tuple(p for p, held in zip(use.products, known, strict=True) if held),
        tuple(p for p, held in zip(use.products, known, strict=True) if not held),
        days_of_use(use.since, case.date),
    )


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
        unnamed = "_no_product" if stopped and not use.products else ""
        text = words.phrases[f"exposure_{use.status}{unnamed}"]
        found = stopped_findings(knowledge) if stopped else ()
        return _Why(ExposureStatus.NOT_APPLICABLE, text, findings=found)
    text = words.phrases["exposure_no_amount" if use.products else "exposure_no_product"]
    lacking = [] if use.products else [missing(words, "products")]
    for product in use.products:
        lacking += content_missing(product, amounts_of(product, knowledge), knowledge)
    return _Why(ExposureStatus.NOT_POSSIBLE, text, missing=tuple(dict.fromkeys(lacking)))


def _steady(use: _Use, knowledge: Knowledge) -> bool:
    """Whether every product with a known frequency has been used long enough to be steady."""
    if not any(p.times_per_day is not None for p in use.products):
        return False
    enough = knowledge.fact("kratom/assumption_steady_state").number
    return use.days is None or use.days >= enough


def _pattern(use: _Use, knowledge: Knowledge) -> str:
    phrases = knowledge.kratom.exposure_wording.phrases
    known = [p for p in use.products if p.times_per_day is not None]
    if not known:
        return phrases["pattern_once"]
    said = " and ".join(_frequency(p) for p in known)
    if _steady(use, knowledge):
        return phrases["pattern_steady"].format(often=said)
    days = (use.days or 0.0) + 1.0
    return phrases["pattern_days"].format(days=number(days), often=said)


def _frequency(product: KratomProduct) -> str:
    weekly = product.days_per_week
    on_days = "" if weekly is None else f" on {number(weekly)} days a week"
    return f"{often(product.times_per_day or 0.0)}{on_days}"


def _samples(scene: Scene, use: _Use, *, doubt: str) -> ExposureSamples:
    people = scene.people
    forms = {product.form for product in (*use.left_out, *use.products)}
    incomplete = bool(use.left_out) or KratomForm.PSEUDOINDOXYL_PRODUCT in forms
    levels = people.levels
    mitragynine, seven_oh = levels.mitragynine_nm, levels.seven_oh_nm
    with_enzymes = np.flatnonzero(np.isfinite(levels.gut_cyp3a[:, 0]))
    return ExposureSamples(
        seed=people.seed,
        subjects=people.subjects,
        mitragynine_peak_nm=mitragynine.max(axis=1),
        mitragynine_trough_nm=mitragynine[:, -1],
        seven_oh_peak_nm=seven_oh.max(axis=1),
        seven_oh_trough_nm=seven_oh[:, -1],
        mitragynine_mg_per_day=people.mitragynine_mg_per_day,
        seven_oh_mg_per_day=people.seven_oh_mg_per_day,
        swallowed_seven_oh=scene.swallowed,
        incomplete=incomplete,
        time_h=people.time_h,
        mitragynine_nm=mitragynine,
        seven_oh_nm=seven_oh,
        enzyme_subjects=with_enzymes,
        gut_cyp3a=levels.gut_cyp3a[with_enzymes],
        liver_cyp3a=levels.liver_cyp3a[with_enzymes],
        repeating=people.schedule.daily,
        doubt=doubt,
    )


def _nothing(
    case: Case, knowledge: Knowledge, seed: int, why: _Why, fading: Decline | None
) -> ExposureResult:
    """No prediction of present use; the decline of use that has stopped, where there is one."""
    # The decline says itself what became of every level.
    told = frozenset(use.level.analyte for use in fading.levels) if fading else frozenset()
    weighed = timed(fading.levels) if fading else frozenset()
    found = compare_levels(case, None, knowledge, timed=weighed, told=told)
    text = headline = why.text
    if fading is not None:
        phrases = knowledge.kratom.simulate_wording.phrases
        text, headline = phrases["stopped_computed"], phrases["stopped_headline"]
        if not fading.washout:
            text = headline = knowledge.kratom.exposure_wording.phrases["stopped_refuted"]
    result = ExposureResult(
        status=why.status,
        why=text,
        headline=headline,
        subjects=0,
        seed=seed,
        analytes={},
        curves=(),
        drivers=(),
        findings=worst_first((*why.findings, *found, *(fading.findings if fading else ()))),
        missing=(*why.missing, *(untimed_levels(case, knowledge) if fading else ())),
        levels=fading.levels if fading else (),
        effective_subjects=fading.effective_subjects if fading else None,
        washout=fading.washout if fading else (),
        now=fading.now if fading else {},
        present_on_date=fading.present if fading else None,
    )
    return _doubted(result, knowledge)
