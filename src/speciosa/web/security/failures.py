"""A failure as type and place: all a log may hold of an exception, whose text may name people."""

from __future__ import annotations

from traceback import walk_tb


def describe(error: BaseException) -> dict[str, str]:
    """``error_type``, and ``error_place`` as modules and lines, innermost last."""
    places = [
        f"{frame.f_globals.get('__name__', '?')}:{line}"
        for frame, line in walk_tb(error.__traceback__)
    ]
    kind = type(error)
    return {
        "error_type": f"{kind.__module__}.{kind.__qualname__}",
        "error_place": " > ".join(places[-8:]),
    }
