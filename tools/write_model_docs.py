"""Write the documentation of the exposure models to ``docs/models/``, from their texts.

Run it after a change of a text; a test fails as long as the published files are not current.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from speciosa.engine import Model, read_model
from speciosa.engine.document import document
from speciosa.knowledge import files

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "models"

INDEX = "README"
# Each page and the texts it documents: a structure alone, or with the fragment joined to it.
PAGES = {
    "linear": ("linear",),
    "turnover": ("turnover",),
    "turnover_with_victim": ("turnover", "victim"),
    "alkaloid": ("alkaloid",),
}


def pages() -> dict[str, str]:
    """Name and text of each page, the index among them."""
    models = {
        name: read_model(*(files.read_text(f"models/{text}.ant") for text in texts))
        for name, texts in PAGES.items()
    }
    return {INDEX: _index(models), **{name: document(model) for name, model in models.items()}}


def _index(models: Mapping[str, Model]) -> str:
    lines = [
        "# The exposure models",
        "",
        "Written from the texts in `src/speciosa/knowledge/data/models/`; how to read and write",
        "one is in [the page on the engine](../engine.md). Values of parameters stand in the",
        "tables beside the texts, with their sources.",
        "",
        "| Model | Texts | States | Parameters |",
        "| --- | --- | --- | --- |",
    ]
    for name, model in models.items():
        texts = ", ".join(f"`{text}.ant`" for text in PAGES[name])
        counts = f"{len(model.states)} | {len(model.parameters)}"
        lines.append(f"| [{name}]({name}.md) | {texts} | {counts} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (FOLDER / f"{name}.md").write_text(text, encoding="utf-8")
        print(f"wrote docs/models/{name}.md")


if __name__ == "__main__":
    main()
