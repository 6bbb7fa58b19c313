"""Logs as JSON lines in which only known keys with plausible values pass.

Nobody can log a person by accident: an event nobody listed, a key nobody listed or a value of
another shape is dropped. Of what libraries log, only logger, level and place are kept; their texts
may quote addresses, statements or bodies.
"""

from __future__ import annotations

import logging
import os
import re
import sys
from collections.abc import Callable, Collection, MutableMapping
from traceback import walk_tb
from typing import Any

import structlog
from structlog.typing import Processor

EVENTS = frozenset(
    {
        "request",
        "failure",
        "ready",
        "stopped",
        "sign-in failed",
        "keys of the identity provider not read",
        "token refused",
        "library",
    }
)
# Uvicorn's own words on its life, by their exact text before anything is filled in.
_LIBRARY_EVENTS = {
    "Started server process [%d]": "server process started",
    "Waiting for application startup.": "application starts",
    "Application startup complete.": "application started",
    "Waiting for application shutdown.": "application stops",
    "Application shutdown complete.": "application stopped",
    "Shutting down": "shutting down",
    "Waiting for connections to close. (CTRL+C to force quit)": "waiting for connections",
    "Waiting for background tasks to complete. (CTRL+C to force quit)": "waiting for tasks",
    "Finished server process [%d]": "server process finished",
    "Invalid HTTP request received.": "invalid HTTP request",
}
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "OTHER"})
_LEVELS = frozenset({"debug", "info", "warning", "error", "critical"})


def _among(words: Collection[str]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and value in words


def _like(pattern: str) -> Callable[[Any], bool]:
    whole = re.compile(pattern)
    return lambda value: isinstance(value, str) and whole.fullmatch(value) is not None


def _between(low: float, high: float) -> Callable[[Any], bool]:
    return lambda value: (
        isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high
    )


_ALLOWED: dict[str, Callable[[Any], bool]] = {
    "event": _among(EVENTS | set(_LIBRARY_EVENTS.values())),
    "level": _among(_LEVELS),
    "timestamp": _like(r"[0-9T:.Z-]{20,32}"),
    "logger": _like(r"[A-Za-z_][A-Za-z0-9_.]{0,80}"),
    "reference": _like(r"[0-9a-f]{10}"),
    "method": _among(_METHODS),
    "status": _between(100, 599),
    "seconds": _between(0, 1e6),
    "error_type": _like(r"[A-Za-z_][A-Za-z0-9_.]{0,120}"),
    "error_place": _like(r"([A-Za-z_?][A-Za-z0-9_.]*:[0-9]+( > )?){0,8}"),
}


def configure(level: str, routes: Collection[str] = ()) -> None:
    """Set up logging of the whole process: JSON lines on standard error.

    ``routes`` are the templates of the application, once it is built.
    """
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            only_allowed(routes),
            structlog.processors.JSONRenderer(sort_keys=True),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=lambda *_: _Lines(),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers[:] = [_Library()]
    root.setLevel(max(number, logging.INFO))
    for name in list(logging.root.manager.loggerDict):
        known = logging.getLogger(name)
        known.handlers.clear()
        known.propagate = True
    logging.captureWarnings(capture=True)
    sys.excepthook = _uncaught


# Of a system's token that was refused: why, and whose it said it was (no person's).
_OF_REFUSED_TOKENS: dict[str, Callable[[Any], bool]] = {
    "reason": _like(r"[A-Za-z][A-Za-z0-9 ,'`_-]{0,100}"),
    "iss": _like(r"[a-z]+:[A-Za-z0-9./:_-]{1,200}"),
    "tenant": _like(r"[A-Za-z0-9._-]{1,80}"),
    "jti": _like(r"[A-Za-z0-9._:-]{1,80}"),
}


def only_allowed(routes: Collection[str] = ()) -> Processor:
    """A step that keeps what is known and plausible; it says how much was dropped, never what.

    A route passes as one of these templates only.
    """
    allowed = _ALLOWED | {"route": _among({*routes, "none"})}

    def keep(_: object, __: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        shapes = allowed
        if entry.get("event") == "token refused":
            shapes = allowed | _OF_REFUSED_TOKENS
        kept = {key: value for key, value in entry.items() if key in shapes and shapes[key](value)}
        dropped = len(entry) - len(kept)
        kept.setdefault("event", "unlisted event")
        if dropped:
            kept["dropped"] = dropped
        return kept

    return keep


class _Lines:
    """One line, one write: lines of several workers do not mix."""

    def msg(self, line: str) -> None:
        os.write(2, line.encode() + b"\n")

    log = debug = info = warning = error = critical = msg


class _Library(logging.Handler):
    """What libraries log through the standard library, without their texts."""

    def emit(self, record: logging.LogRecord) -> None:
        event = "library"
        if record.name == "uvicorn.error":
            event = _LIBRARY_EVENTS.get(str(record.msg), "library")
        elif record.levelno < logging.WARNING:
            return
        fields: dict[str, Any] = {
            "logger": record.name,
            "error_place": f"{record.module}:{record.lineno}",
        }
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            fields |= _described(error)
        structlog.get_logger().log(max(record.levelno, logging.DEBUG), event, **fields)


def _described(error: BaseException) -> dict[str, str]:
    places = [
        f"{frame.f_globals.get('__name__', '?')}:{line}"
        for frame, line in walk_tb(error.__traceback__)
    ]
    kind = type(error)
    return {
        "error_type": f"{kind.__module__}.{kind.__qualname__}",
        "error_place": " > ".join(places[-8:]),
    }


def _uncaught(_: type[BaseException], error: BaseException, __: object) -> None:
    structlog.get_logger().critical("failure", **_described(error))
