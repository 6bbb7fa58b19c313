"""Every named schema of the OpenAPI document, from the types that do the reading and writing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from pydantic import BaseModel

from speciosa.web.api.describe import REFS


def components(
    structs: Mapping[str, type[msgspec.Struct]],
    models: Mapping[str, type[BaseModel]],
    plain: Mapping[str, Mapping[str, Any]],
) -> dict[str, Any]:
    """Schemas by name: of answers (``structs``), of bodies (``models``), and written out."""
    found: dict[str, Any] = {name: dict(schema) for name, schema in plain.items()}
    kinds = list(structs.values())
    tops, inner = msgspec.json.schema_components(kinds, ref_template=f"{REFS}Out.{{name}}")
    found |= {f"Out.{name}": schema for name, schema in inner.items()}
    found |= dict(zip(structs, tops, strict=True))
    for name, model in models.items():
        schema = model.model_json_schema(ref_template=f"{REFS}{name}.{{model}}")
        for part, definition in schema.pop("$defs", {}).items():
            found[f"{name}.{part}"] = definition
        found[name] = schema
    return found
