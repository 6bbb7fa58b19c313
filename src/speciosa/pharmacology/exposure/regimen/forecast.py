"""A regimen simulated: curves, figures, washout and the measured levels, ready to be shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np

from speciosa.errors import InputError, InputProblem
from speciosa.finding import Finding, worst_first
from speciosa.pharmacology.exposure.caveats import limits
from speciosa.pharmacology.exposure.measurement.measured import (
    MITRAGYNINE,
    SEVEN_OH,
    MeasuredLevel,
    Use,
    choose,
    curve_nm,
    level_range,
    ng_ml_per_nm,
)
from speciosa.pharmacology.exposure.observed import comparisons as comparisons_with_studies
from speciosa.pharmacology.exposure.observed import observed_findings
from speciosa.pharmacology.exposure.plan import Layout, Plan, lay_out, understood
from speciosa.pharmacology.exposure.plan.layout import level_times
from speciosa.pharmacology.exposure.plan.words import level_words
from speciosa.pharmacology.exposure.regimen.fading import fading
from speciosa.pharmacology.exposure.regimen.figures import (
    FAN,
    Shown,
    analyte_figures,
    fan_of,
    not_taken,
    per_person,
    percentiles,
    structure_figures,
)
from speciosa.pharmacology.exposure.regimen.simulation import (
    AnalyteFigures,
    Fan,
    ProductTaken,
    Simulation,
    StructureFigures,
)
from speciosa.pharmacology.exposure.regimen.washout import washout_times
from speciosa.pharmacology.exposure.summary import Scene
from speciosa.pharmacology.exposure.taken.comparison import (
    comparisons,
    swallows_seven_oh,
)
from speciosa.pharmacology.exposure.taken.describe import as_used, content_finding
from speciosa.pharmacology.exposure.taken.intake import amounts_of
from speciosa.pharmacology.exposure.taken.unknown_content import unknown_content
from speciosa.pharmacology.exposure.virtual.draws import Array, Indices
from speciosa.pharmacology.exposure.virtual.people import STRUCTURES, People, simulate
from speciosa.pharmacology.exposure.virtual.schedule import DAY_H
from speciosa.pharmacology.exposure.virtual.too_far import too_far
from speciosa.pharmacology.wording import finding, number

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge
    from speciosa.pharmacology.exposure.virtual.schedule import Schedule

Progress = Callable[[int, int], None]

# Curves run through even times and, after every dose until the next one, through these: so dense
# that the area by trapezoids is right to a few per cent whatever the number of doses.
_EVEN_TIMES = 121
_AFTER_DOSE_H = (0.25, 0.5, 1.0, 1.5, 2.5, 4.0, 6.0, 10.0, 15.0, 24.0, 40.0, 72.0, 120.0)
# Below so many the outer twentieths are the chance of one or a few virtual people.
_FEW_PEOPLE = 200
_PERCENT = tuple(100.0 * share for share in FAN)
# People times points that fit into the memory of a small machine.
_MOST_POINTS = 25_000_000


class Settings(NamedTuple):
    """How a regimen is simulated; ``until_h`` are hours after the first dose shown."""

    seed: int
    subjects: int
    structures: tuple[str, ...] = STRUCTURES
    until_h: float | None = None


class Course(NamedTuple):
    """A regimen ready to be followed: its schedule, until when, and at which times.

    ``times_h`` are all the times needed; ``shown_h`` those of the curve among them.
    """

    plan: Plan
    layout: Layout
    end_h: float
    times_h: Array
    shown_h: Array

    @property
    def schedule(self) -> Schedule:
        """The doses, followed to the end of what is shown."""
        return self.layout.schedule.until(max(self.layout.schedule.end_h, self.end_h))

    def seen(self, people: People, knowledge: Knowledge) -> Shown:
        """What is shown of people who were followed over ``times_h``."""
        return Shown(
            window=np.searchsorted(people.time_h, self.shown_h).astype(np.intp),
            layout=self.layout,
            swallowed=swallows_seven_oh(self.layout.products, people.portions.amounts, knowledge),
            mitragynine=bool(curve_nm(people, MITRAGYNINE).any()),
        )


def course_of(plan: Plan, knowledge: Knowledge, *, until_h: float | None = None) -> Course:
    """Lay a regimen out and say when its people are looked at.

    Raises ``InputError`` for a regimen that cannot be laid out, or whose products hold nothing
    that can be stated in mg.
    """
    layout = lay_out(plan, knowledge, until_h=until_h)
    for product, layout_product in zip(plan.products, layout.products, strict=True):
        amounts = amounts_of(layout_product, knowledge)
        if all(amount is None or amount.high <= 0 for amount in amounts.values()):
            raise _unknown_content(product.name)
    _check_amount(layout, knowledge)
    end = layout.schedule.end_h if until_h is None else until_h
    # Areas need the whole use, also where less of it is shown.
    followed = _curve_times(layout, max(end, layout.last_dose_h))
    after = washout_times(layout.last_dose_h)
    times = np.unique(np.concatenate((followed, after, [layout.last_dose_h + DAY_H])))
    return Course(plan, layout, end, times, followed[followed <= end])


def forecast(
    plan: Plan, knowledge: Knowledge, settings: Settings, *, progress: Progress | None = None
) -> Simulation:
    """Simulate a regimen for virtual people; measured levels, if any, narrow who they are.

    Raises ``InputError`` for a regimen that cannot be laid out, or whose products hold nothing
    that can be stated in mg.
    """
    course = course_of(plan, knowledge, until_h=settings.until_h)
    layout = course.layout
    _check_size(settings.subjects, course.times_h.size)

    def follow(count: int, times_h: Array) -> People:
        return simulate(
            course.schedule,
            layout.products,
            knowledge,
            seed=settings.seed,
            subjects=count,
            structures=settings.structures,
            times_h=times_h,
            everybody=False,
            progress=progress,
        )

    levels = [
        MeasuredLevel(
            analyte=level.analyte,
            value=level.value,
            unit=level.unit,
            below_limit=bool(level.below_limit),
            times_h=level_times(level, layout),
            said=level_words(level).removeprefix("measured "),
        )
        for level in plan.levels
    ]
    chosen = choose(
        levels,
        follow,
        knowledge,
        unknown=unknown_content(layout.products, knowledge),
        seed=settings.seed,
        subjects=settings.subjects,
    )
    everybody = follow(chosen.of, course.times_h)
    people = everybody if chosen.who is None else everybody.take(chosen.who)
    seen = course.seen(people, knowledge)
    untimed = [
        _untimed(use.level, people, seen.window, knowledge)
        for use in chosen.uses
        if use.use is Use.UNTIMED
    ]
    simulation = told(course, people, seen, knowledge)
    return msgspec.structs.replace(
        simulation,
        washout=() if chosen.refuted else simulation.washout,
        levels=chosen.uses,
        effective_subjects=chosen.effective,
        drawn_from=chosen.of,
        findings=worst_first((*chosen.findings, *untimed, *simulation.findings)),
    )


def told(course: Course, people: People, seen: Shown, knowledge: Knowledge) -> Simulation:
    """Everything that is said of people who were followed, without measured levels."""
    plan, layout = course.plan, course.layout
    curves = {name: curve_nm(people, name) for name in (MITRAGYNINE, SEVEN_OH)}
    by_person = {name: per_person(people, name, seen, knowledge) for name in curves}

    def figures(name: str) -> AnalyteFigures:
        if not curves[name].any():
            return not_taken(knowledge)
        return analyte_figures(
            lambda measure: percentiles(by_person[name][measure]), name, seen, knowledge
        )

    def fan(name: str) -> Fan:
        scale = ng_ml_per_nm(name, knowledge)
        lines = np.percentile(curves[name][:, seen.window] * scale, _PERCENT, axis=0)
        return fan_of(lines, people.time_h[seen.window])

    def of_structure(place: int, name: str) -> StructureFigures:
        who = people.lives_by == place
        return structure_figures(
            name,
            float(np.mean(who)),
            lambda analyte, measure: percentiles(by_person[analyte][measure][who]),
            seen,
            knowledge,
        )

    return Simulation(
        title=plan.title or "",
        understood=(*understood(plan, knowledge), *_not_shown(layout)),
        structures=people.structures,
        subjects=people.subjects,
        seed=people.seed,
        period_h=(0.0, course.end_h),
        doses_h=tuple(d.time_h for d in layout.schedule.doses),
        last_dose_h=layout.last_dose_h,
        ongoing=layout.ongoing,
        analytes={name: figures(name) for name in curves},
        curve={name: fan(name) for name, nm in curves.items() if nm.any()},
        by_structure=tuple(of_structure(*one) for one in enumerate(people.structures)),
        washout=fading(people, layout.last_dose_h, knowledge),
        levels=(),
        effective_subjects=None,
        drawn_from=people.subjects,
        products=_products(plan, layout, knowledge),
        findings=worst_first(tuple(_cautions(seen, people, knowledge))),
    )


def _not_shown(layout: Layout) -> Sequence[str]:
    """Which days of long use lie before what is shown."""
    if not layout.summed_up_h:
        return ()
    first = round(layout.summed_up_h / DAY_H) + 1
    return (f"shown from day {first} on; the doses before it are counted in the levels",)


def _curve_times(layout: Layout, end_h: float) -> Array:
    """Times of the curve: even ones, and some after every dose until the next."""
    doses = np.array([d.time_h for d in layout.schedule.doses])
    gaps = np.append(np.diff(doses), np.inf)
    offsets = np.array((0.0, *_AFTER_DOSE_H))
    near = (doses[:, None] + offsets)[(offsets == 0.0) | (offsets < gaps[:, None])]
    times = np.unique(np.round(np.concatenate((near, np.linspace(0.0, end_h, _EVEN_TIMES))), 6))
    return times[(times >= 0.0) & (times <= end_h)]


def _check_amount(layout: Layout, knowledge: Knowledge) -> None:
    """Refuse amounts so far beyond what was studied that any level would be made up."""
    beyond = too_far(layout.products, layout.schedule, knowledge)
    if beyond is not None:
        given = f"about {beyond.mg_per_day:,.0f} mg of alkaloid in a day"
        accepted = (
            "amounts of which something can be predicted: nothing can be for more than "
            f"{beyond.fold:g} times what was studied; check the numbers and units"
        )
        raise InputError([InputProblem("REGIMEN", given, accepted)])


def _check_size(subjects: int, points: int) -> None:
    most = _MOST_POINTS // points
    if subjects > most:
        accepted = f"at most {most:,} virtual persons for a regimen of so many doses"
        raise InputError([InputProblem("--subjects", f"{subjects:,}", accepted)])


def _untimed(
    level: MeasuredLevel, people: People, window: Indices, knowledge: Knowledge
) -> Finding:
    scale = ng_ml_per_nm(level.analyte, knowledge)
    peaks = curve_nm(people, level.analyte)[:, window].max(axis=1) * scale
    high = float(np.percentile(peaks, 95))
    # Levels run from nothing before a dose to the peak: without a time only the top can be passed.
    above = level.ng_ml(knowledge) > high and not level.below_limit
    return finding(
        knowledge.kratom.simulate_wording,
        "level.untimed_above" if above else "level.untimed",
        suffix=level.analyte,
        level=level.said,
        highest=level_range(high, high),
    )


def _products(plan: Plan, layout: Layout, knowledge: Knowledge) -> tuple[ProductTaken, ...]:
    found = []
    for named, product in zip(plan.products, layout.products, strict=True):
        index = plan.products.index(named)
        often = _most_in_a_day(layout, index)
        amounts = amounts_of(product, knowledge)
        compared = product.model_copy(update={"times_per_day": often})
        found.append(
            ProductTaken(
                as_used=as_used(product, knowledge),
                content=content_finding(product, amounts, knowledge),
                comparison=worst_first(comparisons(compared, amounts, knowledge)),
            )
        )
    return tuple(found)


def _most_in_a_day(layout: Layout, product: int) -> float:
    """Doses of a product on its heaviest day shown."""
    days: dict[int, float] = {}
    for dose in layout.schedule.doses:
        if dose.product == product:
            day = int((dose.time_h - layout.day_one_h) // DAY_H)
            days[day] = days.get(day, 0.0) + dose.fraction
    return max(days.values(), default=1.0)


def _cautions(seen: Shown, people: People, knowledge: Knowledge) -> Sequence[Finding]:
    words, exposure = knowledge.kratom.simulate_wording, knowledge.kratom.exposure_wording
    studied = knowledge.fact("kratom/pk_tanna2022_mitragynine_Cmax")
    found = [finding(words, "simulate.few")] if people.subjects < _FEW_PEOPLE else []
    found += [
        finding(words, "simulate.describes"),
        finding(words, "simulate.no_safe_level"),
        finding(words, "simulate.people_studied", n=str(studied.n)),
        finding(words, "simulate.washout"),
        finding(
            words,
            "simulate.urine",
            low=number(knowledge.fact("kratom/assay_urine_confirm").number),
            high=number(knowledge.fact("kratom/assay_urine_dip_card").number),
        ),
        finding(exposure, "exposure.body"),
        finding(exposure, "exposure.pseudoindoxyl_formed"),
    ]
    if seen.layout.ongoing:
        found.append(finding(words, "simulate.washout_if"))
    scene = Scene(people, seven_oh_is_main=False, swallowed=seen.swallowed)
    found += observed_findings(comparisons_with_studies(scene, knowledge), knowledge)
    found += limits(people, seen.layout.products, knowledge, swallowed=seen.swallowed)
    return found


def _unknown_content(name: str) -> InputError:
    problem = InputProblem(
        f"products.{name}.dose",
        "an amount from which no mg of alkaloid follow",
        "grams of dried leaf, the weight of a capsule, the mg on the label, or an analysis",
    )
    return InputError([problem])
