"""The part of ``speciosa simulate`` that writes whole populations to a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import typer

from speciosa.cli.output import Format, print_result
from speciosa.errors import InputError, InputProblem

if TYPE_CHECKING:
    from speciosa.pharmacology.exposure.plan import Plan
    from speciosa.pharmacology.exposure.regimen.forecast import Settings
    from speciosa.population.output.document import PopulationDocument
    from speciosa.population.run.work import Work
    from speciosa.population.who import Population

MOST_PEOPLE = 1_000_000_000


class Asked(NamedTuple):
    """What the options say of a population and of who does the work.

    ``everybody``: no number of people was asked for, so everybody in a table is to take part.
    """

    out: Path
    population: str | None
    body_effects: str
    workers: int | None
    dask: str | None
    shard: str | None
    restart: bool
    everybody: bool


def simulate_population(plan: Plan, settings: Settings, asked: Asked) -> PopulationDocument | None:
    """Simulate a population into a file; ``None`` where only a share of the work was asked for."""
    _check_extra()
    from speciosa.distribution import parse_how, parse_share
    from speciosa.knowledge import load
    from speciosa.population.output.files import check_ending
    from speciosa.population.run.request import Order, Request
    from speciosa.population.run.work import Work
    from speciosa.population.who import BodyEffects, read

    check_ending(asked.out)
    how = parse_how(asked.workers, asked.dask)
    part = None if asked.shard is None else parse_share(asked.shard)
    knowledge = load()
    population = None if asked.population is None else read(asked.population, knowledge)
    subjects = settings.subjects
    if asked.everybody and population is not None:
        subjects = population.whole(subjects)
    request = Request(
        regimen=plan.model_dump(mode="json"),
        seed=settings.seed,
        structures=settings.structures,
        until_h=settings.until_h,
        population_key=population.key if population else "",
        body_effects=BodyEffects(asked.body_effects),
    )
    order = Order(
        request=request,
        subjects=subjects,
        population=_place(asked.population or "", population),
        knowledge_release=knowledge.release.number,
    )
    work = Work.of(order, asked.out)
    work.begin(restart=asked.restart)
    from speciosa.cli.rate import rates

    with rates() as begin:
        work.do(how, part=part, progress=begin("simulating", "people"))
    if part is not None:
        done = len(work.jobs) - len(work.lacking)
        typer.echo(f"{done} of {len(work.jobs)} blocks of people are done", err=True)
        return None
    return _finish(work)


def finish(file: Path) -> PopulationDocument:
    """Write the file of a population whose shares are all done."""
    _check_extra()
    from speciosa.population.run.work import begun

    return _finish(begun(file))


def show(result: PopulationDocument, output: Format) -> None:
    """The result on standard output."""
    from speciosa.population.output.text import render

    print_result(result, output, render)


def _place(named: str, population: Population | None) -> str:
    """The name of a documented population; where a table of one's own lies."""
    if population is None or population.facts:
        return named
    return str(Path(named).resolve())


def _finish(work: Work) -> PopulationDocument:
    result, files = work.finish()
    for file in files:
        typer.echo(f"written to {file}", err=True)
    return result


def _check_extra() -> None:
    try:
        import boost_histogram  # noqa: F401  # an extra
        import pyarrow  # noqa: F401
        import xxhash  # noqa: F401
        import zarr  # noqa: F401
    except ImportError:
        accepted = "a smaller simulation without --out, or: pip install 'speciosa[populations]'"
        problem = InputProblem("--out", "a population, for which a package is missing", accepted)
        raise InputError([problem]) from None
