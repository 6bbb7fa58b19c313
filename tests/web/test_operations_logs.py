"""Logs in which only known keys with plausible values pass."""

from __future__ import annotations

import json
import logging
import sys
import warnings
from collections.abc import Callable, Iterator

import pytest
import structlog
from fastapi import FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.web.service import TestClient, client_of

from speciosa.web.operations import logs

MARKER = "zebedee marker"
TEMPLATES = ("/", "/people", "/people/{person}", "/q/{token}")


@pytest.fixture
def lines(capfd: pytest.CaptureFixture[str]) -> Iterator[Callable[[], list[dict[str, object]]]]:
    """Logging set up as in a server process, undone afterwards; gives the lines so far."""
    root = logging.getLogger()
    before = root.handlers[:], root.level, sys.excepthook
    logs.configure("debug")

    def read() -> list[dict[str, object]]:
        return [json.loads(line) for line in capfd.readouterr().err.splitlines()]

    yield read
    structlog.reset_defaults()
    logging.captureWarnings(capture=False)
    root.handlers[:], sys.excepthook = before[0], before[2]
    root.setLevel(before[1])


@given(
    st.dictionaries(
        st.sampled_from([*logs._ALLOWED, "route", "path", "person", "msg"]),
        st.one_of(
            st.text(), st.just(MARKER), st.integers(), st.floats(), st.none(), st.lists(st.text())
        ),
    )
)
@settings(max_examples=200, deadline=None)
def test_whatever_is_logged_only_known_shapes_come_out(entry: dict[str, object]) -> None:
    out = logs.only_allowed(TEMPLATES)(None, "info", dict(entry))
    passed = {key: value for key, value in out.items() if key in entry and value == entry[key]}
    for key in passed:
        assert key in {*logs._ALLOWED, "route"}
        assert entry[key] != MARKER
    assert out["event"] in {*logs.EVENTS, *logs._LIBRARY_EVENTS.values(), "unlisted event"}
    assert set(out) <= {*passed, "event", "dropped"}
    assert out.get("dropped", 0) == len(entry) - len(passed)


@pytest.mark.parametrize("route", [*TEMPLATES, "none"])
def test_templates_pass(route: str) -> None:
    out = logs.only_allowed(TEMPLATES)(None, "info", {"event": "request", "route": route})
    assert out["route"] == route


@pytest.mark.parametrize("route", ["/people/0f3c9a", "/people?search=Jane", "/Jane", "", None, []])
def test_addresses_with_something_in_them_do_not(route: object) -> None:
    out = logs.only_allowed(TEMPLATES)(None, "info", {"event": "request", "route": route})
    assert out == {"event": "request", "dropped": 1}


def test_an_event_made_of_data_is_not_written(
    lines: Callable[[], list[dict[str, object]]],
) -> None:
    structlog.get_logger("x").error(f"could not save {MARKER}", person=MARKER, route=f"/{MARKER}1")
    (line,) = lines()
    assert MARKER not in json.dumps(line)
    assert line["event"] == "unlisted event"
    assert line["dropped"] == 3


def test_libraries_say_where_but_not_what(lines: Callable[[], list[dict[str, object]]]) -> None:
    logging.getLogger("httpx").info("GET https://fhir.example/Patient/%s", MARKER)
    logging.getLogger("sqlalchemy.engine").error(f"parameters: {MARKER}")
    try:
        raise KeyError(MARKER)
    except KeyError:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application\n")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(MARKER, stacklevel=1)
    found = lines()
    assert MARKER not in json.dumps(found)
    assert [line["event"] for line in found] == ["library"] * 3
    assert found[1]["error_type"] == "builtins.KeyError"
    assert str(found[1]["error_place"]).startswith("tests.web.test_operations_logs:")


def test_an_exception_that_nobody_catches_is_not_quoted(
    lines: Callable[[], list[dict[str, object]]],
) -> None:
    try:
        raise ValueError(MARKER)
    except ValueError as error:
        sys.excepthook(ValueError, error, error.__traceback__)
    (line,) = lines()
    assert line["error_type"] == "builtins.ValueError"
    assert MARKER not in json.dumps(line)


def test_a_request_is_logged_by_its_template(
    app: FastAPI, lines: Callable[[], list[dict[str, object]]]
) -> None:
    logs.configure("info", [getattr(route, "path", "") for route in app.routes])
    client: TestClient = client_of(app, "clinician")
    made = client.post("/api/v1/people", json={"label": MARKER}).json()["id"]
    client.get(f"/api/v1/people/{made}?search={MARKER}")
    client.get(f"/{MARKER}")
    client.request(MARKER.upper(), f"/{MARKER}")
    found = [line for line in lines() if line["event"] == "request"]
    client.close()
    assert [(line["method"], line["route"], line["status"]) for line in found] == [
        ("POST", "/api/v1/people", 201),
        ("GET", "/api/v1/people/{person}", 200),
        ("GET", "none", 404),
        ("OTHER", "none", 400),
    ]
    text = json.dumps(found)
    assert MARKER not in text
    assert made not in text
    assert not any("dropped" in line for line in found)
