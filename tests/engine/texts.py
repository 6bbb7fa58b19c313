"""Every model text of the repository: benchmark, structures, fragments on their base."""

from __future__ import annotations

from pathlib import Path

from speciosa.engine import Model, read_model

ROOT = Path(__file__).parents[2]
STRUCTURES = ROOT / "src/speciosa/knowledge/data/models"
BASE_OF = {"victim": "turnover"}


def _read(name: str) -> str:
    return (STRUCTURES / f"{name}.ant").read_text(encoding="utf-8")


def _model(path: Path) -> Model:
    base = BASE_OF.get(path.stem)
    return (
        read_model(_read(base), _read(path.stem)) if base else read_model(path.read_text("utf-8"))
    )


MODELS = {
    path.stem if path.parent == STRUCTURES else "benchmark": _model(path)
    for path in (ROOT / "benchmarks/engine/model.ant", *sorted(STRUCTURES.glob("*.ant")))
}
