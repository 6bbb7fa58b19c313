"""Write the table of all settings into docs/operations.md, from the settings' own descriptions.

Run it after a setting was added or changed; a test compares.
"""

from __future__ import annotations

import re
import sys
from enum import Enum
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from speciosa.web.settings import Settings

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "operations.md"
BEGIN, END = "<!-- settings: begin -->", "<!-- settings: end -->"


def rows(model: type[BaseModel], before: str = "") -> list[str]:
    """One row for each setting: its name in the file, its default, its description."""
    found: list[str] = []
    for name, field in model.model_fields.items():
        inner = inner_model(field.annotation)
        if inner is None:
            found.append(f"| `{before}{name}` | {default(field)} | {field.description} |")
        else:
            many = "" if isinstance(field.annotation, type) else "[]"
            found += rows(inner, f"{before}{name}{many}.")
    return found


def inner_model(annotation: Any) -> type[BaseModel] | None:  # noqa: ANN401
    if isinstance(annotation, type):
        return annotation if issubclass(annotation, BaseModel) else None
    for argument in getattr(annotation, "__args__", ()):
        found = inner_model(argument)
        if found is not None:
            return found
    return None


def default(field: FieldInfo) -> str:
    if field.is_required():
        return "needed"
    value = field.get_default(call_default_factory=True)
    if isinstance(value, SecretStr) or value in (None, "", (), {}):
        return "none"
    if isinstance(value, tuple):
        return ", ".join(f"`{shown(one)}`" for one in value)
    return f"`{shown(value)}`"


def shown(value: object) -> str:
    return str(value.value if isinstance(value, Enum) else value)


def described(text: str) -> str:
    """The document with the table as it should be."""
    table = ["| Setting | Default | Meaning |", "|---|---|---|", *rows(Settings)]
    block = "\n".join([BEGIN, "", *table, "", END])
    return re.sub(re.escape(BEGIN) + ".*" + re.escape(END), lambda _: block, text, flags=re.S)


def main() -> int:
    text = DOCUMENT.read_text(encoding="utf-8")
    new = described(text)
    DOCUMENT.write_text(new, encoding="utf-8")
    print("changed" if new != text else "unchanged", len(rows(Settings)), "settings")
    return 0


if __name__ == "__main__":
    sys.exit(main())
