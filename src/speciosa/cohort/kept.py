"""How a line of somebody chosen is kept: its head, a tab, the line as it was."""

from __future__ import annotations

import msgspec


class Whence(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """The head of a kept line.

    ``patient``: the person's key; "" for a Medication that several can refer to. ``line``: its
    number in the file, 0 where that is not known. ``medication``: the normal form of the Medication
    it refers to, or by which a Medication is referred to. ``server``: the address under which it
    knows the person, if it gives one and the export's own is not known.
    """

    patient: str
    type: str
    id: str
    file: str
    line: int = 0
    medication: str = ""
    server: str = ""


_WHENCE = msgspec.json.Decoder(Whence)


def written(whence: Whence, raw: bytes) -> bytes:
    """A line as it is kept, with its end."""
    return b"%b\t%b\n" % (msgspec.json.encode(whence), raw)


def read(line: bytes) -> tuple[Whence, bytes]:
    """The head and the line as it was, of what :func:`written` wrote, without its end."""
    head, _, raw = line.partition(b"\t")
    return _WHENCE.decode(head), raw
