"""Words that text, Markdown and HTML share."""

from __future__ import annotations

import math

from speciosa.evidence.trials.design.assumptions import Assumption, Origin
from speciosa.evidence.trials.result import Characteristics, ClosedForm, Figure, Look, SampleSize
from speciosa.report.trial.document import TrialDocument

_ORIGIN = {
    Origin.DESIGNER: "assumed by the designer",
    Origin.BASE: "base",
    Origin.JUDGEMENT: "judgement",
}
_DESIGN = {
    "parallel": "parallel groups",
    "crossover": "crossover",
    "n_of_1": "aggregated n-of-1",
    "dose_ranging": "dose-ranging",
    "non_inferiority": "non-inferiority",
    "add_on": "add-on",
}


def share(figure: Figure | None) -> str:
    """A share of trials in percent, with its Monte Carlo error; a dash where there is none."""
    if figure is None:
        return "-"
    return f"{100 * figure.value:.1f} % ({100 * figure.mc_se:.1f})"


def points(figure: Figure | None) -> str:
    """Points, with their Monte Carlo error; a dash where there are none."""
    if figure is None:
        return "-"
    return f"{round(figure.value, 2) + 0.0:.2f} ({figure.mc_se:.2f})"


def origin(found: Assumption) -> str:
    """Where a value comes from, and whether it was read there."""
    if found.origin is Origin.DESIGNER:
        return _ORIGIN[found.origin]
    if found.stands_in:
        return f"{_ORIGIN[found.origin]}, a stand-in: {found.said}"
    state = "verified" if found.verified else "not verified"
    return f"{_ORIGIN[found.origin]}, {state}"


def valued(found: Assumption) -> str:
    """A value with its unit and range, and whether a scenario goes to an end of it."""
    name = found.unit.removesuffix("s") if found.value == 1 else found.unit
    unit = f" {name}" if name else ""
    tried = ""
    if found.low is not None and found.high is not None:
        ends = f"{number(found, found.low)} to {number(found, found.high)}"
        tried = f" ({ends}, {'tried' if found.tried else 'not tried'})"
    return f"{number(found, found.value)}{unit}{tried}"


def number(found: Assumption, value: float) -> str:
    """A value as it is, or in percent where it is a share of people."""
    return percent(value) if found.words.startswith(("Share", "Of those")) else f"{value:g}"


def percent(value: float, digits: int = 0) -> str:
    """A share in percent."""
    exact = 100 * value
    return f"{exact:.{digits}f} %" if digits else f"{exact:.3g} %"


def kind(document: TrialDocument) -> str:
    """The design in words."""
    return _DESIGN[document.design]


def bounds(look: Look) -> str:
    """The z at which a look stops the trial."""
    if math.isinf(look.boundary_z):
        return "too early to stop for benefit"
    futile = "" if look.futility_z is None else f", for futility under z {look.futility_z:.3f}"
    return f"for benefit from z {look.boundary_z:.3f} on{futile}"


def stops(form: ClosedForm) -> str:
    """Chances to stop at each look by a formula."""
    good = ", ".join(percent(chance, 1) for chance in form.stops_for_benefit)
    futile = ", ".join(percent(chance, 1) for chance in form.stops_for_futility)
    people = f"; {form.expected_subjects:.0f} people expected" if form.expected_subjects else ""
    return f"stops for benefit at the looks {good}; for futility {futile}{people}"


def needed(size: SampleSize) -> str:
    """How many people the target asks for."""
    if size.needed is None:
        return f"Power of {percent(size.target)} needs {size.note}."
    low = f"{size.low}" if size.low is not None else f"fewer than {size.curve[0].subjects}"
    high = f"{size.high}" if size.high is not None else f"more than {size.curve[-1].subjects}"
    return (
        f"Power of {percent(size.target)} needs about {size.needed} people "
        f"({low} to {high} with Monte Carlo error; {size.trials_per_point} trials a point)."
    )


def true(found: Characteristics) -> str:
    """The true difference in points."""
    return "varies" if found.true_difference is None else f"{found.true_difference:.2f}"


def stopped(found: Characteristics) -> str:
    """Shares who stopped; one where everybody is on both treatments."""
    if found.left_control == found.left_treatment:
        return percent(found.left_control, 1)
    return f"{percent(found.left_control, 1)} / {percent(found.left_treatment, 1)}"


# Below this share of fitted trials the figures are of those that happened to be easy.
_ENOUGH = 0.95


def unfit(found: Characteristics) -> str:
    """How many trials gave no estimate, where they are so many that the figures mislead."""
    fitted = 1.0 - found.not_converged / max(found.trials, 1)
    if fitted >= _ENOUGH:
        return ""
    return (
        f"Warning: {found.not_converged} of {found.trials} trials could not be analysed. Estimate, "
        "bias and coverage are those of the others, which differ from them; a trial that could not "
        "be analysed counts as no success."
    )


def row(found: Characteristics) -> tuple[str, ...]:
    """A scenario as the cells of a table."""
    return (
        f"{found.title} (few could be analysed)" if unfit(found) else found.title,
        share(found.success),
        true(found),
        points(found.mean_estimate),
        points(found.bias),
        points(found.rmse),
        share(found.coverage),
        stopped(found),
    )


HEAD = (
    "Scenario",
    "Claims a benefit",
    "True difference",
    "Mean estimate",
    "Bias",
    "RMSE",
    "95 % CI covers",
    "Stopped (control / treatment)",
)


def false_claims(found: Characteristics) -> str:
    """What a scenario without any true effect means, in one sentence."""
    return (
        f"{found.title}: with no true effect the trial claims a benefit in {share(found.success)} "
        f"of simulated trials; the difference seen is {points(found.mean_estimate)} points."
    )


def early(document: TrialDocument, found: Characteristics) -> str:
    """The difference that an endless trial sees at each visit without any effect, if it has one."""
    if not found.apparent:
        return ""
    seen = ", ".join(
        f"week {week:g}: {round(value, 1) + 0.0:.1f}"
        for week, value in zip(document.course.weeks[1:], found.apparent, strict=True)
    )
    return f"Apparent difference in points: {seen}."
