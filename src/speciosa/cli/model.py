"""``speciosa model [ID]``: the equations of an exposure structure, to read or to take elsewhere."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from speciosa.cli.output import Format, FormatOption, print_json
from speciosa.errors import InputError, InputProblem, KnowledgeError

if TYPE_CHECKING:
    from speciosa.engine import Model
    from speciosa.knowledge import Fact, Knowledge

_VICTIM = "victim"


class ParameterShown(msgspec.Struct, frozen=True, kw_only=True):
    """A parameter with its typical value and 90 % interval; no interval where it is fixed."""

    name: str
    unit: str
    meaning: str
    median: float
    p05: float | None
    p95: float | None
    fact: str


class ModelShown(msgspec.Struct, frozen=True, kw_only=True):
    """A structure as data.

    ``unit_problems`` is empty where every equation is sound, ``None`` where it was not checked.
    """

    id: str
    title: str
    text: str
    posterior_release: str
    parameters: tuple[ParameterShown, ...]
    unit_problems: tuple[str, ...] | None


def command(
    identifier: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="Id of a structure; all without one.")
    ] = None,
    victim: Annotated[
        str | None,
        typer.Option("--with", metavar="MEDICINE", help="Join a medicine that CYP3A clears."),
    ] = None,
    sbml: Annotated[Path | None, typer.Option(help="Also write SBML with typical values.")] = None,
    antimony: Annotated[
        Path | None, typer.Option(help="Also write Antimony with typical values.")
    ] = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Show a structure: its equations, its parameters and whether the units agree.

    Example: speciosa model turnover --sbml turnover.xml
    """
    from speciosa.knowledge import load

    knowledge = load()
    if identifier is None:
        _list(knowledge, output)
        return
    model, shown = _read(identifier, victim, knowledge)
    values = {parameter.name: parameter.median for parameter in shown.parameters}
    _export(model, values, sbml, antimony)
    if output is Format.JSON:
        print_json(shown)
        return
    _print(model, values, shown)


def _list(knowledge: Knowledge, output: Format) -> None:
    structures = [s for s in knowledge.models.structures.values() if s.calibrated]
    if output is Format.JSON:
        print_json(structures)
        return
    for structure in structures:
        substances = ", ".join(structure.outputs)
        typer.echo(f"{structure.id}: {structure.title} ({substances})")
    typer.echo(f"--with MEDICINE joins to turnover: {', '.join(knowledge.models.victims)}")


def _read(identifier: str, victim: str | None, knowledge: Knowledge) -> tuple[Model, ModelShown]:
    """The model and what is shown of it."""
    from speciosa.engine import read_model

    models = knowledge.models
    known = [s.id for s in models.structures.values() if s.calibrated]
    if identifier not in known:
        raise InputError([InputProblem("ID", repr(identifier), ", ".join(known))])
    texts = [models.text(identifier)]
    stems = [f"models/{identifier}"]
    if victim is not None:
        base = models.structure(_VICTIM).base
        if identifier != base or victim not in models.victims:
            accepted = f"{', '.join(models.victims)}, with the structure {base}"
            raise InputError([InputProblem("--with", repr(victim), accepted)])
        texts.append(models.text(_VICTIM))
        stems.append(f"models/{_VICTIM}/{victim}")
    model = read_model(*texts)
    structure = models.structure(identifier)
    return model, ModelShown(
        id=structure.id,
        title=structure.title,
        text=model.text,
        posterior_release=models.posterior(identifier).release,
        parameters=tuple(_parameters(model, stems, knowledge)),
        unit_problems=_unit_problems(model),
    )


def _unit_problems(model: Model) -> tuple[str, ...] | None:
    """What does not agree in its units; ``None`` without the package that knows units."""
    if find_spec("pint") is None:
        return None
    from speciosa.engine.units import check_units

    return tuple(str(problem) for problem in check_units(model))


def _parameters(model: Model, stems: list[str], knowledge: Knowledge) -> list[ParameterShown]:
    shown = []
    for parameter in model.parameters:
        fact = _fact(parameter.name, stems, knowledge)
        shown.append(
            ParameterShown(
                name=parameter.name,
                unit=parameter.unit,
                meaning=parameter.meaning,
                median=fact.number,
                p05=fact.low,
                p95=fact.high,
                fact=fact.id,
            )
        )
    return shown


def _fact(name: str, stems: list[str], knowledge: Knowledge) -> Fact:
    """The posterior of a parameter, or the prior of one that was not fitted."""
    for stem in stems:
        for id_ in (f"{stem}/{name}", f"{stem}/{name}/prior"):
            try:
                return knowledge.models.fact(id_)
            except KnowledgeError:
                continue
    raise KnowledgeError(f"no table gives the parameter {name} of {', '.join(stems)}")


def _export(
    model: Model, values: dict[str, float], sbml: Path | None, antimony: Path | None
) -> None:
    from speciosa.engine.sbml import to_antimony, to_sbml

    if sbml is not None and find_spec("antimony") is None:
        needed = "the package antimony: pip install 'speciosa[models]'"
        raise InputError([InputProblem("--sbml", str(sbml), needed)])
    for option, path, write in (("--sbml", sbml, to_sbml), ("--antimony", antimony, to_antimony)):
        if path is None:
            continue
        text = write(model, values)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise InputError(
                [InputProblem(option, str(path), f"a file that can be written ({error.strerror})")]
            ) from None


def _print(model: Model, values: dict[str, float], shown: ModelShown) -> None:
    from speciosa.engine.document import document

    typer.echo(document(model, values).rstrip())
    typer.echo(
        f"\nValues are typical ones: the median of posterior release {shown.posterior_release}, or "
        "what is held fixed. They describe nobody; `--format json` has the 90 % intervals and the "
        "facts behind them."
    )
    if shown.unit_problems is None:
        typer.echo("The units were not checked: that needs pip install 'speciosa[models]'.")
    else:
        typer.echo("\n".join(shown.unit_problems) or "The units of every equation agree.")
