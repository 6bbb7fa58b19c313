"""The part of ``speciosa simulate`` that says where the spread of levels comes from."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from speciosa.cli.output import Format, print_result
from speciosa.errors import InputError, InputProblem

if TYPE_CHECKING:
    from speciosa.pharmacology.exposure.plan import Plan
    from speciosa.pharmacology.exposure.regimen.forecast import Settings
    from speciosa.population.sensitivity.document import SensitivityDocument

MOST_SUBJECTS = 200_000
DEFAULT_SUBJECTS = 4096


def sensitivity(
    plan: Plan,
    settings: Settings,
    *,
    named: str | None,
    body_effects: str,
    workers: int | None,
) -> SensitivityDocument:
    """The shares of every source of variation."""
    _check_extra()
    from speciosa.cli.rate import rates
    from speciosa.distribution import Folder, parse_how
    from speciosa.knowledge import load
    from speciosa.population.run.prepared import prepared
    from speciosa.population.run.request import Order, Request
    from speciosa.population.sensitivity.document import document
    from speciosa.population.sensitivity.exposure import shares
    from speciosa.population.who import BodyEffects, read

    how = parse_how(workers)
    knowledge = load()
    population = None if named is None else read(named, knowledge)
    request = Request(
        regimen=plan.model_dump(mode="json"),
        seed=settings.seed,
        structures=settings.structures,
        until_h=settings.until_h,
        population_key=population.key if population else "",
        body_effects=BodyEffects(body_effects),
    )
    order = Order(
        request=request, subjects=settings.subjects, knowledge_release=knowledge.release.number
    )
    ready = prepared(request.encoded(), population)
    with rates() as begin, tempfile.TemporaryDirectory(prefix="speciosa-") as place:
        found = shares(
            order, population, Folder(place), how, progress=begin("simulating", "people")
        )
    return document(found, ready, settings.subjects)


def show(result: SensitivityDocument, output: Format) -> None:
    """The result on standard output."""
    from speciosa.population.sensitivity.show import render

    print_result(result, output, render)


def picture(result: SensitivityDocument, chart: Path) -> bytes:
    """The bars as SVG or PNG, by the ending of the file."""
    from speciosa.population.sensitivity.show import as_svg
    from speciosa.report.simulation.chart import png_of

    drawn = as_svg(result)
    return png_of(drawn) if chart.suffix.lower() == ".png" else drawn


def _check_extra() -> None:
    try:
        import SALib  # noqa: F401  # an extra
        import xxhash  # noqa: F401
    except ImportError:
        accepted = "a simulation without --sobol, or: pip install 'speciosa[populations]'"
        problem = InputProblem("--sobol", "for which a package is missing", accepted)
        raise InputError([problem]) from None
