"""The strict checker of printed language, for every test that reads output."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import msgspec

from speciosa.knowledge import language


def forbidden_phrases(text: str) -> list[str]:
    """What a text says that it must not; empty when it passes."""
    return list(_checked(text))


@lru_cache(maxsize=8192)
def _checked(text: str) -> tuple[str, ...]:
    # Whole results repeat the same sentences from case to case.
    return language.forbidden_phrases(text)


def every_text(record: object) -> Iterator[str]:
    """Every string inside a result, however deep."""
    if isinstance(record, str):
        yield record
    elif isinstance(record, msgspec.Struct):
        for field in record.__struct_fields__:
            yield from every_text(getattr(record, field))
    elif isinstance(record, dict):
        for key, value in record.items():
            yield from every_text(key)
            yield from every_text(value)
    elif isinstance(record, (tuple, list)):
        for value in record:
            yield from every_text(value)


def forbidden_in(record: object) -> list[str]:
    """What any string inside a result says that it must not."""
    return [phrase for text in every_text(record) for phrase in forbidden_phrases(text)]
