"""The manifest of a bulk export: the server's list of files, whose copies lie beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

import msgspec

from speciosa.errors import InputError, InputProblem

Role = Literal["output", "error", "deleted"]
# Published releases name the reports of errors `error`, the ballot of the fourth `outcome`.
_ROLES: dict[str, Role] = {
    "output": "output",
    "error": "error",
    "outcome": "error",
    "deleted": "deleted",
}
_MOST_PAGES = 100_000


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A file that a manifest names, where it lies here."""

    path: Path
    role: Role
    count: int | None


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """All pages of a manifest. Every path is below ``folder``."""

    folder: Path
    files: tuple[Listed, ...]
    transaction_time: str
    server: str
    told: tuple[str, ...]


def read_manifest(path: Path) -> Manifest:
    """Read a manifest and the pages that follow it; ``InputError`` says all that is wrong."""
    folder = path.parent.resolve()
    problems: list[InputProblem] = []
    files: dict[Path, Listed] = {}
    times: list[str] = []
    server = ""
    page = path
    seen: set[Path] = set()
    while True:
        document = _document(page)
        seen.add(page.resolve())
        time = document.get("transactionTime")
        times.append(time if isinstance(time, str) else "")
        server = server or server_of(document.get("request"))
        for where, one in _listed(document, page.name, folder, problems):
            if one.path in files:
                problems.append(InputProblem(where, one.path.name, "each file once"))
            files.setdefault(one.path, one)
        following = _next(document)
        if not following:
            break
        found = _beside(following, folder)
        if found is None:
            where = f"{page.name}: link.next"
            problems.append(InputProblem(where, _shown(following), "the next page, beside it"))
            break
        if found.resolve() in seen or len(seen) > _MOST_PAGES:
            where = f"{page.name}: link.next"
            problems.append(InputProblem(where, found.name, "a page that was not read yet"))
            break
        page = found
    if problems:
        raise InputError(problems)
    told = () if len(set(times)) == 1 else ("The pages of the manifest differ in their time.",)
    return Manifest(
        folder=folder,
        files=tuple(files.values()),
        transaction_time=max(times),
        server=server,
        told=told,
    )


def glance(path: Path) -> tuple[str, str] | None:
    """The transaction time and the server of a manifest; ``None`` where a file is none."""
    try:
        document = _document(path)
    except (InputError, OSError):
        return None
    time = document.get("transactionTime")
    return (time if isinstance(time, str) else ""), server_of(document.get("request"))


_ASKED = re.compile(r"/(?:Patient(?:/[^/?]+)?/|Group/[^/?]+/)?\$export(?:[/?].*)?$", re.DOTALL)


def server_of(request: object) -> str:
    """The address of the server that a request for an export went to; "" when it cannot be told."""
    if not isinstance(request, str) or not request.startswith(("http://", "https://")):
        return ""
    asked = _ASKED.search(request)
    return request[: asked.start()] if asked else ""


def _document(path: Path) -> dict[str, Any]:
    accepted = "the JSON that a bulk export answers, with `output`"
    try:
        document = msgspec.json.decode(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise InputError([InputProblem(path.name, "no JSON document", accepted)]) from None
    if not isinstance(document, dict) or not isinstance(document.get("output"), list):
        raise InputError([InputProblem(path.name, "no manifest", accepted)])
    return document


def _listed(
    document: dict[str, Any], page: str, folder: Path, problems: list[InputProblem]
) -> Iterator[tuple[str, Listed]]:
    """The files of a page with where each is named."""
    for key, role in _ROLES.items():
        entries = document.get(key) or []
        if not isinstance(entries, list):
            problems.append(InputProblem(f"{page}: {key}", "no list", "a list of files"))
            continue
        for i, entry in enumerate(entries):
            where = f"{page}: {key}[{i}].url"
            url = entry.get("url") if isinstance(entry, dict) else None
            if not isinstance(url, str) or not url:
                problems.append(InputProblem(where, "none", "the address of a file"))
                continue
            path = _beside(url, folder)
            if path is None:
                accepted = "a file beside the manifest, with the name that ends the address"
                problems.append(InputProblem(where, _shown(url), accepted))
                continue
            count = entry.get("count")
            counted = count if isinstance(count, int) and not isinstance(count, bool) else None
            yield where, Listed(path=path, role=role, count=counted)


def _next(document: dict[str, Any]) -> str:
    links = document.get("link")
    for link in links if isinstance(links, list) else ():
        if isinstance(link, dict) and link.get("relation") == "next":
            url = link.get("url")
            return url if isinstance(url, str) else ""
    return ""


def _beside(url: str, folder: Path) -> Path | None:
    """The file that an address means: the longest end of its path that lies below the folder."""
    try:
        written = PurePosixPath(unquote(urlsplit(url).path))
    except ValueError:
        return None
    parts = [part for part in written.parts if part != "/"]
    if ".." in parts or any("\0" in part for part in parts):
        return None
    for start in range(len(parts)):
        for ending in ("", ".gz", ".ndjson", ".ndjson.gz"):
            path = folder.joinpath(*parts[start:-1], parts[-1] + ending)
            if path.is_file() and path.resolve().is_relative_to(folder):
                return path
    return None


def _shown(url: str) -> str:
    """The end of an address: the rest can hold a token."""
    return PurePosixPath(urlsplit(url).path).name[:100] or "an address without a name"
