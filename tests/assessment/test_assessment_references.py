"""The bibliography misses nothing, however quickly it is gathered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
import pytest

from speciosa.assessment import assess
from speciosa.case import read_case_bytes

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def ids(value: object) -> Iterator[str]:
    """Every id in every field, looked at one by one."""
    if isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            held = getattr(value, name)
            if name == "facts":
                yield from held
            elif name == "fact" and held:
                yield held
            else:
                yield from ids(held)
    elif isinstance(value, Mapping):
        for held in value.values():
            yield from ids(held)
    elif isinstance(value, tuple):
        for held in value:
            yield from ids(held)


@pytest.mark.parametrize("name", ["older_adult_ten_medicines", "measured_level"])
def test_every_fact_named_anywhere_is_cited_once_and_in_order(name: str):
    case = read_case_bytes((EXAMPLES / f"{name}.yaml").read_bytes(), name=name)
    found = assess(case, subjects=50)
    bare = msgspec.structs.replace(found, references=())
    assert [cited.id for cited in found.references] == list(dict.fromkeys(ids(bare)))
    assert len(found.references) > 100
