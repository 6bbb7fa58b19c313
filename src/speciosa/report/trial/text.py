"""A simulated trial in words for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from speciosa.report.charts.svg import shortened
from speciosa.report.clean import clean
from speciosa.report.trial import words
from speciosa.report.trial.document import TrialDocument

WIDTH = 96
_NAMES = 30


def as_text(document: TrialDocument) -> str:
    """The whole answer, wrapped, ending with a line break."""
    return "\n".join(clean(line) for line in _lines(document)).rstrip() + "\n"


def _lines(document: TrialDocument) -> Iterator[str]:
    yield document.title
    compared = f"{document.treatment} against {document.control}"
    yield f"{words.kind(document)}, {document.scale}: {compared}"
    yield from _wrapped(document.label)
    yield ""
    yield from _planned(document)
    yield from _scenarios(document)
    yield from _nothing_works(document)
    yield from _size(document)
    yield from _others(document)
    yield from _course(document)
    yield from _assumed(document)
    yield from _protocol(document)
    yield "Notes"
    for note in document.notes:
        yield from _wrapped(note, "  ")
    yield ""
    p = document.provenance
    yield f"Speciosa {p.speciosa_version}, knowledge {p.knowledge_release}, seed {p.seed}."
    yield f"Design {p.input_sha256[:16]}."


def _planned(document: TrialDocument) -> Iterator[str]:
    plan = document.planned
    estimand = document.strategy.replace("_", " ")
    estimate, bias = words.points(plan.mean_estimate), words.points(plan.bias)
    yield f"As planned: {document.subjects} people, {plan.trials} simulated trials"
    yield from _wrapped(words.unfit(plan), "  ")
    yield _row("Chance of success (power)", words.share(plan.success))
    if plan.contrasts:
        yield from _wrapped(
            "Chance by the test over all doses; what follows is of one arm, "
            f"{plan.contrasts[-1].arm}:",
            "  ",
        )
    yield _row("True difference", f"{words.true(plan)} points ({estimand} estimand)")
    yield _row("Mean estimate", f"{estimate}, bias {bias}")
    yield _row("RMSE", words.points(plan.rmse))
    yield _row("95 % CI covers", words.share(plan.coverage))
    which = "" if plan.left_control == plan.left_treatment else " (control / treatment)"
    yield _row("Stopped treatment", words.stopped(plan) + which)
    yield _row("Analysis", document.analysis)
    if plan.not_converged:
        lost = f"{plan.not_converged} of {plan.trials} trials, counted as no success"
        yield _row("Did not converge", lost)
    for look in plan.looks:
        good, futile = words.share(look.stops_for_benefit), words.share(look.stops_for_futility)
        yield _row(f"Look at {look.subjects} people", words.bounds(look))
        yield _row("", f"stops for benefit {good}, futility {futile}")
    if plan.looks:
        yield _row("Expected number of people", f"{plan.expected_subjects.value:.0f}")
    if plan.unadjusted is not None:
        plain = plan.unadjusted
        yield _row(
            "Without regard to the looks", f"bias {words.points(plain.bias)}, 95 % CI covers"
        )
        yield _row("", words.share(plain.coverage))
    if plan.any_arm is not None:
        yield _row("Any dose, by Dunnett", words.share(plan.any_arm))
    for contrast in plan.contrasts:
        seen, true = words.points(contrast.mean_estimate), contrast.true_difference
        adjusted, alone = words.share(contrast.success), words.share(contrast.unadjusted)
        yield _row(contrast.arm[:25], f"better by Dunnett {adjusted}, as if alone {alone},")
        yield _row("", f"estimate {seen}, true {true:.2f}")
    yield ""


def _row(label: str, value: str) -> str:
    return f"  {label:<27}{value}"


def _scenarios(document: TrialDocument) -> Iterator[str]:
    if not document.scenarios:
        return
    yield "Scenarios (chance to claim a benefit, bias in points, coverage)"
    for found in document.scenarios:
        cells = words.row(found)
        yield f"  {cells[0]:<52} {cells[1]:>14} {cells[4]:>14} {cells[6]:>14}"
        if found.changed:
            yield from _wrapped("; ".join(found.changed), "      ")
    yield ""


def _nothing_works(document: TrialDocument) -> Iterator[str]:
    found = [s for s in document.scenarios if s.null and s.changed]
    if not found:
        return
    yield "What looks like benefit without any"
    for scenario in found:
        yield from _wrapped(words.false_claims(scenario), "  ")
        yield from _wrapped(words.early(document, scenario), "    ")
    yield ""


def _size(document: TrialDocument) -> Iterator[str]:
    size = document.sample_size
    if size is None:
        return
    yield "Number of people"
    yield from _wrapped(words.needed(size), "  ")
    for point in size.curve:
        yield f"  {point.subjects:>6}  {words.share(point.power):>14}  {_bar(point.power.value)}"
    yield ""


def _bar(value: float) -> str:
    return "#" * round(40 * value)


def _others(document: TrialDocument) -> Iterator[str]:
    if document.closed_forms:
        yield "Closed forms"
        for form in document.closed_forms:
            asks = f"{form.subjects_for_target} people for the target"
            yield f"  {form.name:<32} power {form.power:.3f}; {asks}"
            if form.stops_for_benefit:
                yield from _wrapped(words.stops(form), "      ")
            yield from _wrapped(f"takes for granted: {form.takes_for_granted}", "      ")
        yield ""
    if document.sensitivity:
        yield "Other analyses of the same trials"
        for other in document.sensitivity:
            found = f"success {words.share(other.success)}, bias {words.points(other.bias)}"
            yield f"  {other.name:<52} {found}"
            yield from _wrapped(f"{other.note} {other.trials} trials.", "      ")
        yield ""


def _course(document: TrialDocument) -> Iterator[str]:
    course = document.course
    yield "Course of those who stay on treatment"
    entry = f"mean {course.baseline_mean:.2f}, SD {course.baseline_sd:.2f}"
    yield f"  At entry: {entry} (after the entry criterion)"
    wide = min(max(12, *(len(arm.name) for arm in course.arms)), _NAMES)
    yield f"  {'Week':<{wide}}" + "".join(f"{week:>7g}" for week in course.weeks)
    for arm in course.arms:
        name = shortened(arm.name, wide)
        yield f"  {name:<{wide}}" + "".join(f"{mean:>7.1f}" for mean in arm.mean)
    yield from _wrapped(
        f"Scores are {course.scoring}; {words.percent(course.beyond_scale_share, 1)} would lie "
        f"beyond the scale. The difference is {course.difference_on_scale:.2f} points on the "
        f"scale and {course.difference_without_ends:.2f} without its ends.",
        "  ",
    )
    yield ""


def _assumed(document: TrialDocument) -> Iterator[str]:
    yield "What it rests on (value, range and whether a scenario goes to an end of it, where from)"
    for found in document.assumptions:
        mark = "" if found.used else "; in scenarios only"
        yield f"  {found.words}: {words.valued(found)}; {words.origin(found)}{mark}"
        if found.fact:
            yield f"      {found.fact}"
    yield ""


def _protocol(document: TrialDocument) -> Iterator[str]:
    yield "Protocol skeleton (whole in --protocol FILE.md or FILE.html)"
    for line in (*document.protocol.opening, *document.protocol.dose):
        yield from _wrapped(line, "  ")
    yield ""


def _wrapped(text: str, indent: str = "") -> Sequence[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False
    )
