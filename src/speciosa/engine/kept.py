"""Where compiled code is kept from one process to the next."""

from __future__ import annotations

import logging
import os
import pathlib
import sys
import tempfile

_log = logging.getLogger(__name__)


def cache_folder() -> pathlib.Path | None:
    """The user's folder for compiled code; ``None``, with a word in the log, if there is none.

    ``SPECIOSA_CACHE_DIR`` names another one.
    """
    chosen = os.environ.get("SPECIOSA_CACHE_DIR")
    try:
        folder = pathlib.Path(chosen) if chosen else _user_cache() / "speciosa"
        folder = folder / "engine"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # it holds code that is run
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except (OSError, RuntimeError) as problem:
        _log.info("No folder for compiled code, so each process compiles anew: %s", problem)
        return None


def _user_cache() -> pathlib.Path:
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return pathlib.Path(local) if local else pathlib.Path.home() / "AppData" / "Local"
    if sys.platform == "darwin":
        return pathlib.Path.home() / "Library" / "Caches"
    chosen = os.environ.get("XDG_CACHE_HOME")
    return pathlib.Path(chosen) if chosen else pathlib.Path.home() / ".cache"
