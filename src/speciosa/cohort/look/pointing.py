"""What points to a Binary that names kratom: a Binary itself says of nobody whose it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from speciosa.cohort.look.result import Seen
from speciosa.cohort.whose import local, normal, whose
from speciosa.fhir.shape import a_list, text

_DEEPEST = 30


class Pointing:
    """The Binaries by their ids, to find what points to them."""

    def __init__(self, binaries: Iterable[Seen], servers: Iterable[str]) -> None:
        self._by_name = {f"Binary/{one.id}": one for one in binaries}
        self._servers = tuple(servers)

    def to(self, resource: Mapping[str, Any]) -> Iterator[Seen]:
        """The Binaries that attachments of a resource point to, each of the resource's person."""
        person = whose(resource)
        if not person or resource.get("resourceType") == "Binary":
            return
        urls = set(_urls(resource))
        for name in sorted({local(normal(url, "Binary"), self._servers, "Binary") for url in urls}):
            if (held := self._by_name.get(name)) is not None:
                yield msgspec.structs.replace(held, person=person, owned=True)


def _urls(resource: Mapping[str, Any]) -> Iterator[str]:
    """Every address in a resource; those of extensions mean nothing that is a Binary."""
    stack: list[tuple[object, int]] = [(resource, 0)]
    while stack:
        value, depth = stack.pop()
        if isinstance(value, dict) and text(value.get("url")):
            yield text(value.get("url"))
        if depth < _DEEPEST:
            inner = value.values() if isinstance(value, dict) else a_list(value)
            stack += [(one, depth + 1) for one in inner if isinstance(one, dict | list)]
