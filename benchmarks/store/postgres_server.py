"""A PostgreSQL server of its own: a temporary folder, a Unix socket, nothing of the system's."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from speciosa.store import StoreError
from speciosa.store.postgres import program

# PostgreSQL refuses to run as root; Debian's packages make this user.
_ACCOUNT = "postgres"


class PostgresMissingError(Exception):
    """The programs of PostgreSQL, or a user to run them as, are not there."""


class PostgresServer:
    """Start with ``with``; ``sync`` waits for the disk as a real server does."""

    def __init__(self, *, sync: bool = False) -> None:
        try:
            self._programs = {name: program(name) for name in ("initdb", "pg_ctl", "postgres")}
        except StoreError as error:
            raise PostgresMissingError(str(error)) from None
        self._as_user: list[str] = []
        if os.geteuid() == 0:
            try:
                pwd.getpwnam(_ACCOUNT)
            except KeyError:
                raise PostgresMissingError(
                    f"PostgreSQL does not run as root and there is no user {_ACCOUNT}"
                ) from None
            self._as_user = ["setpriv", f"--reuid={_ACCOUNT}", f"--regid={_ACCOUNT}"]
            self._as_user += ["--init-groups"]
        # A socket's path has at most 107 characters, so not below a test's own long folder.
        self._folder = Path(tempfile.mkdtemp(prefix="speciosa-pg-"))
        if self._as_user:
            shutil.chown(self._folder, _ACCOUNT)
        self._data = self._folder / "data"
        self._sync = sync

    def __enter__(self) -> Self:
        self._call(
            "initdb",
            "-D",
            str(self._data),
            "-U",
            _ACCOUNT,
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-locale",
            "--no-sync",
            "--no-instructions",
        )
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop("immediate")
        shutil.rmtree(self._folder, ignore_errors=True)

    def start(self) -> None:
        """Start, and wait until it answers; after a crash it has recovered by then."""
        sync = "on" if self._sync else "off"
        options = (
            f"-c listen_addresses='' -c unix_socket_directories='{self._folder}' -c fsync={sync} "
            f"-c shared_buffers=32MB -c max_connections=120 -c full_page_writes={sync} "
            "-c log_min_messages=fatal -c jit=off"
        )
        self._call(
            "pg_ctl",
            "start",
            "-w",
            "-t",
            "60",
            "-D",
            str(self._data),
            "-o",
            options,
            "-l",
            str(self._folder / "log"),
        )

    def stop(self, mode: str) -> None:
        """``immediate`` kills every process of the server without writing anything back."""
        self._call("pg_ctl", "stop", "-w", "-D", str(self._data), "-m", mode, check=False)

    def url(self, database: str) -> str:
        """The address of one of its databases."""
        socket = quote(str(self._folder), safe="")
        return f"postgresql+psycopg://{_ACCOUNT}@/{database}?host={socket}"

    def _call(self, name: str, *arguments: str, check: bool = True) -> None:
        # Not captured: a server that goes on running would hold the pipe open.
        subprocess.run(
            [*self._as_user, self._programs[name], *arguments],
            check=check,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
        )
