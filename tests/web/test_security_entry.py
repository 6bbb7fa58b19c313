"""Ways in and out in single-user mode."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.web.service import START_TOKEN, Live, TestClient


def test_the_token_becomes_a_session_and_leaves_the_address(
    client_as: Callable[..., TestClient],
) -> None:
    nobody = client_as()
    answer = nobody.get(f"/enter?token={START_TOKEN}", follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert START_TOKEN not in cookie


@pytest.mark.parametrize("token", ["", "wrong", START_TOKEN[:-1], START_TOKEN + "x", "é", "\ud800"])
def test_any_other_token_is_refused(client_as: Callable[..., TestClient], token: str) -> None:
    answer = client_as().get("/enter", params={"token": token.encode("utf-8", "surrogatepass")})
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


@pytest.mark.browser
def test_the_sign_in_page_is_accessible(
    open_page: Callable[..., Any], axe: Callable[..., None], live: Live
) -> None:
    page = open_page("/sign-in", signed_in=False)
    axe(page)
    page.goto(f"{live.url}/enter?token={live.token}")
    assert "token" not in page.url
