"""``speciosa serve``."""

from __future__ import annotations

import errno
import os
import secrets
import socket
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from speciosa.errors import SpeciosaError

if TYPE_CHECKING:
    from fastapi import FastAPI

    from speciosa.web.settings import Settings


def command(
    host: Annotated[
        str | None, typer.Option(help="Address to listen on; loopback only in single mode.")
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65_535, help="Port; 0 picks a free one.")
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, max=64, help="Server processes.")] = None,
    settings: Annotated[
        Path | None, typer.Option("--settings", help="TOML file; the environment overrides it.")
    ] = None,
) -> None:
    """Run the web application, the HTTP API, CDS Hooks and FHIR exchange.

    Without settings it serves one user on this machine and prints the address to open.
    """
    given = {
        "SPECIOSA_SETTINGS": settings and str(settings.resolve()),
        "SPECIOSA_HOST": host,
        "SPECIOSA_PORT": port,
        "SPECIOSA_WORKERS": workers,
    }
    # Worker processes build their application from the same environment.
    os.environ.update({name: str(value) for name, value in given.items() if value is not None})
    try:
        import uvicorn  # noqa: F401

        from speciosa.store.records import StoreError
        from speciosa.web.settings import SettingsError, check_secrets, load_settings
    except ModuleNotFoundError as error:
        raise _wrong(
            f"speciosa serve needs further packages ({error.name} is missing): "
            "pip install 'speciosa[web]'"
        ) from None
    try:
        chosen = load_settings()
        check_secrets(chosen)
        _check_store(chosen)
    except (SettingsError, StoreError) as error:
        raise _wrong(str(error)) from None
    listening = _listen(chosen)
    os.environ["SPECIOSA_PORT"] = str(listening.getsockname()[1])
    _prepare_token(chosen)
    if chosen.workers > 1:
        with tempfile.TemporaryDirectory(prefix="speciosa-metrics-") as folder:
            os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
            _run(load_settings(), listening)
    else:
        _run(load_settings(), listening)


def application() -> FastAPI:
    """The application of one server process, warm: what uvicorn calls."""
    from speciosa.web.app import create_app
    from speciosa.web.operations import logs
    from speciosa.web.operations.warming import warm
    from speciosa.web.settings import load_settings

    settings = load_settings()
    logs.configure(settings.log_level)
    app = create_app(settings)
    logs.configure(settings.log_level, [getattr(route, "path", "") for route in app.routes])
    warm(app.state.services)
    return app


def _run(settings: Settings, listening: socket.socket) -> None:
    import uvicorn
    from uvicorn.supervisors import Multiprocess

    from speciosa.web.operations import logs

    config = uvicorn.Config(
        "speciosa.cli.serve:application",
        factory=True,
        workers=settings.workers,
        log_config=None,
        access_log=False,
        server_header=False,
        ws="none",
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_graceful_shutdown=settings.shutdown_seconds,
        timeout_worker_healthcheck=60,  # a worker that compiles its models is busy, not dead
    )
    if settings.workers > 1:
        logs.configure(settings.log_level)
        _say_address(settings)
        Multiprocess(config, sockets=[listening]).run()
        return

    class Announcing(uvicorn.Server):
        """Says where it is once it can answer."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                _say_address(settings)

    server = Announcing(config)
    server.run(sockets=[listening])
    if not server.started:
        raise SpeciosaError("the service did not start")


def _say_address(settings: Settings) -> None:
    from speciosa.web.settings import Mode

    if settings.mode is Mode.SINGLE:
        token = settings.start_token.get_secret_value()
        typer.echo("Open this address; the token in it is yours alone and ends with the service:")
        typer.echo(f"  {settings.base_url}/enter?token={token}")
        typer.echo("Stop with Ctrl+C.")
    else:
        typer.echo(f"Speciosa answers at {settings.base_url}")


def _prepare_token(settings: Settings) -> None:
    from speciosa.web.settings import Mode

    if settings.mode is Mode.SINGLE and not settings.start_token.get_secret_value():
        os.environ["SPECIOSA_START_TOKEN"] = secrets.token_urlsafe(32)


def _check_store(settings: Settings) -> None:
    """Open the store once here: one clear sentence instead of one for each worker."""
    from speciosa.store import Store, StoreError
    from speciosa.store.database import file_of, parse_url

    if parse_url(settings.database_url).get_backend_name() == "sqlite" and not file_of(
        settings.database_url
    ):
        raise StoreError(
            "database_url: a database in memory is lost when the service stops, and every worker "
            "would have its own; name a file"
        )
    Store.open(settings.database_url).close()


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
    except OSError as error:
        listening.close()
        where = f"port {settings.port} of {settings.host}"
        if error.errno == errno.EADDRINUSE:
            raise _wrong(f"{where} is in use; choose another with --port") from None
        if error.errno == errno.EACCES:
            raise _wrong(f"{where} may not be used by this user; choose one above 1023") from None
        raise _wrong(f"{where} cannot be listened on: {error.strerror}") from None
    listening.set_inheritable(True)
    return listening


def _wrong(message: str) -> typer.Exit:
    typer.echo(message, err=True)
    return typer.Exit(2)
