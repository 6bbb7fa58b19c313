"""Everybody counted once: a Patient can stand in several files, in versions, in replaced records.

What a file says of its Patients is a sorted list of hashes of their names, nine bytes each with
whether they are counted, as what. So a million people are told apart in a few megabytes.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import xxhash

from speciosa.cohort.counts import BANDS, SEXES, FileCounts, PeopleCell
from speciosa.cohort.whose import local, of_element
from speciosa.fhir.shape import a_dict, dicts

if TYPE_CHECKING:
    import numpy.typing as npt

_RECORD = np.dtype([("who", "<u8"), ("code", "u1")])
# Codes: a cell, a cell of somebody who may be there under a name of their own, nobody. Of several
# records of one person the lowest code counts: known before not known, deceased before alive.
_CELLS = tuple(product(SEXES, BANDS, (True, False)))
_STANDS_IN, _NOBODY = 100, 255


class Once:
    """The Patients of one file."""

    def __init__(self, servers: Sequence[str]) -> None:
        self._servers = tuple(servers)
        self._who, self._codes = array("Q"), array("B")

    def add(self, name: str, cell: tuple[str, str, bool], links: object = None) -> None:
        """Take a Patient of a name (``Patient/ID``), with its ``link``.

        A record that was replaced is not counted, its person is: under the name of the newer one.
        """
        by, old = self._linked(links, "replaced-by"), self._linked(links, "replaces")
        code = _code(*cell)
        if by:
            self._put(name, _NOBODY)
            self._put(min(by), code + _STANDS_IN)
        else:
            self._put(name, code)
        for one in old - {name}:
            self._put(one, _NOBODY)

    def piece(self) -> bytes:
        """All of it: the same bytes for the same Patients in any order."""
        records = np.empty(len(self._who), _RECORD)
        records["who"], records["code"] = self._who, self._codes
        return np.unique(records).tobytes()

    def _put(self, name: str, code: int) -> None:
        self._who.append(xxhash.xxh3_64_intdigest(name.encode("utf-8", "surrogatepass")))
        self._codes.append(code)

    def _linked(self, links: object, kind: str) -> set[str]:
        """Names of the Patients that it is linked to in a way, as far as they are ids."""
        if not isinstance(links, list):
            return set()
        others = (_other(one, self._servers) for one in dicts(links) if one.get("type") == kind)
        return {name for name in others if name.startswith("Patient/")}


def _other(link: Mapping[str, Any], servers: tuple[str, ...]) -> str:
    return local(of_element(a_dict(link.get("other"))), servers)


@lru_cache(maxsize=len(_CELLS))
def _code(sex: str, ages: str, deceased: bool) -> int:
    return _CELLS.index((sex, ages, deceased))


def counted_once(files: Sequence[FileCounts], pieces: Iterable[bytes]) -> list[FileCounts]:
    """The counts of files with everybody in the first file alone that holds them.

    ``pieces``: what :meth:`Once.piece` gave for each file.
    """
    read = [np.frombuffer(piece, _RECORD) for piece in pieces]
    records = np.concatenate(read) if read else np.empty(0, _RECORD)
    file = np.repeat(np.arange(len(read)), [len(one) for one in read])
    who, codes = records["who"], records["code"]
    left = codes != _NOBODY
    left &= ~np.isin(who, who[~left])
    order = np.lexsort((file[left], codes[left], who[left]))
    who, codes, file = (one[left][order] for one in (who, codes, file))
    first = np.ones(len(who), bool)
    first[1:] = who[1:] != who[:-1]
    cells, file = codes[first] % _STANDS_IN, file[first]
    return [
        msgspec.structs.replace(one, people=_people(cells[file == number]))
        for number, one in enumerate(files)
    ]


def _people(cells: npt.NDArray[np.uint8]) -> tuple[PeopleCell, ...]:
    numbers = np.bincount(cells, minlength=len(_CELLS)).tolist()
    found = sorted((cell, number) for cell, number in zip(_CELLS, numbers, strict=True) if number)
    return tuple(
        PeopleCell(sex=sex, ages=ages, deceased=deceased, people=number)
        for (sex, ages, deceased), number in found
    )
