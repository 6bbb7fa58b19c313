"""Settings: environment over file, mistakes named, secrets from files, single mode on loopback."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import ValidationError
from tools.describe_settings import described, rows

from speciosa.web.settings import (
    Mode,
    Settings,
    SettingsError,
    check_secrets,
    load_settings,
    secret,
)

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "operations.md"
CLINIC = """
mode = "clinic"
public_url = "https://speciosa.clinic.example/"
[oidc]
issuer = "https://id.clinic.example"
client_id = "speciosa"
roles = {physicians = "clinician"}
"""


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SPECIOSA_SETTINGS", "SPECIOSA_PORT", "SPECIOSA_HOST"):
        monkeypatch.delenv(name, raising=False)


def load(monkeypatch: pytest.MonkeyPatch, folder: Path, text: str, **environment: str) -> Settings:
    path = folder / "speciosa.toml"
    path.write_text(text, encoding="utf-8")
    monkeypatch.setenv("SPECIOSA_SETTINGS", str(path))
    for name, value in environment.items():
        monkeypatch.setenv(f"SPECIOSA_{name}", value)
    return load_settings()


def test_without_settings_one_user_is_served_on_loopback() -> None:
    found = load_settings()
    assert found.mode is Mode.SINGLE
    assert found.base_url == "http://127.0.0.1:8765"
    assert "127.0.0.1" in found.hosts


def test_the_environment_goes_over_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found = load(
        monkeypatch,
        tmp_path,
        CLINIC + "[rates]\nlinks = '5/minute'\n",
        PORT="9000",
        OIDC__CLIENT_ID="another",
    )
    assert (found.port, found.oidc.client_id) == (9000, "another")
    assert found.oidc.issuer == "https://id.clinic.example"
    assert found.rates.links == "5/minute"
    assert found.base_url == "https://speciosa.clinic.example"
    assert found.hosts == {"speciosa.clinic.example"}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("prot = 1", "prot"),
        (CLINIC + "isuer = 'x'", "oidc.isuer"),
        ("[rates]\nlink = '1/second'", "rates.link"),
        ("port = 'many'", "port"),
        ("port = 70000", "port"),
        ("mode = 'open'", "mode"),
        ("host = '0.0.0.0'", "host"),
        ("host = '192.168.1.4'", "host"),
        ("host = 'clinic.example'", "host"),
        ("mode = 'clinic'", "public_url, oidc.issuer, oidc.client_id, oidc.roles"),
        (CLINIC.replace("https://speciosa", "http://speciosa"), "public_url"),
        (CLINIC.replace("https://id", "http://id"), "oidc.issuer"),
        (CLINIC + "algorithms = ['none']", "oidc.algorithms"),
        (CLINIC + "algorithms = ['HS256', 'RS256']", "oidc.algorithms"),
        (CLINIC + "algorithms = []", "oidc.algorithms"),
        (CLINIC + "api_audience = 'speciosa'", "oidc.api_audience"),
        (CLINIC.replace('"clinician"', '"king"'), "oidc.roles.physicians"),
        ("[rates]\nlinks = 'often'", "rates.links"),
        ("this is not toml", "not TOML"),
        ("start_token = 'short'", "start_token: needs at least 32 characters"),
        (CLINIC + "[cds]\nopen_demo = true", "cds.open_demo"),
        ("trusted_proxies = ['10.0.0.1']\n[cds]\nopen_demo = true", "cds.open_demo"),
        ("allowed_hosts = ['demo.example']\n[cds]\nopen_demo = true", "cds.open_demo"),
        ("public_url = 'https://demo.example'\n[cds]\nopen_demo = true", "cds.open_demo"),
        ("database_url_file = '/nowhere'", "database_url_file: the file /nowhere"),
    ],
)
def test_a_mistake_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str, named: str
) -> None:
    with pytest.raises(SettingsError, match=re.escape(named)):
        load(monkeypatch, tmp_path, text)


def test_an_open_demonstration_stays_on_this_machine_unless_it_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert load(monkeypatch, tmp_path, "[cds]\nopen_demo = true").cds.open_demo
    said = CLINIC + "[cds]\nopen_demo = true\nopen_demo_to_anybody = true"
    assert load(monkeypatch, tmp_path, said).cds.open_demo


def test_a_file_or_list_that_cannot_be_read_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(SettingsError, match="SPECIOSA_ALLOWED_HOSTS: lists"):
        load(monkeypatch, tmp_path, "", ALLOWED_HOSTS="a,b")
    monkeypatch.delenv("SPECIOSA_ALLOWED_HOSTS")
    (tmp_path / "speciosa.toml").write_bytes("public_url = 'é'".encode("latin-1"))
    with pytest.raises(SettingsError, match="is not UTF-8"):
        load_settings()
    monkeypatch.setenv("SPECIOSA_SETTINGS", str(tmp_path))
    with pytest.raises(SettingsError, match="is no file"):
        load_settings()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("metrics_token_file = '/nowhere'", "metrics_token_file"),
        (CLINIC + "client_secret_file = '/nowhere'", "oidc.client_secret_file"),
        (
            "[[smart.issuers]]\nname = 'e'\niss = 'https://e.test'\nclient_id = 'x'\n"
            "client_secret_file = '/nowhere'",
            "smart.issuers[0].client_secret_file",
        ),
    ],
)
def test_a_secret_that_cannot_be_read_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str, named: str
) -> None:
    found = load(monkeypatch, tmp_path, text)
    with pytest.raises(SettingsError, match=re.escape(f"{named}: the file /nowhere")):
        check_secrets(found)


def test_a_mistyped_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPECIOSA_PROT", "1")
    with pytest.raises(SettingsError, match="SPECIOSA_PROT"):
        load_settings()


def test_a_missing_file_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SPECIOSA_SETTINGS", str(tmp_path / "none.toml"))
    with pytest.raises(SettingsError, match=r"none\.toml"):
        load_settings()


def test_secrets_come_from_files_and_are_not_shown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    url = "postgresql+psycopg://speciosa:hidden-password@db/speciosa"
    (tmp_path / "url").write_text(url + "\n", encoding="utf-8")
    found = load(
        monkeypatch,
        tmp_path,
        f"database_url_file = '{tmp_path / 'url'}'",
        START_TOKEN="hidden-token" * 4,
    )
    assert found.database_url == url
    assert "hidden" not in repr(found)
    assert secret(None) == ""
    (tmp_path / "empty").write_text("\n", encoding="utf-8")
    for path in (tmp_path / "empty", tmp_path / "none", tmp_path):
        with pytest.raises(SettingsError):
            secret(path)


def test_nothing_of_a_wrong_secret_is_shown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(SettingsError) as caught:
        load(monkeypatch, tmp_path, "port = 'hidden-value'\n[oidc]\nissuer = ['hidden-too']")
    assert "hidden" not in str(caught.value)


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        Settings().port = 1  # type: ignore[misc]


def test_every_setting_is_described_and_nothing_else() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert described(text) == text, "run tools/describe_settings.py"
    assert "None |" not in text  # a setting without a description
    found = re.findall(r"^\| `([a-z_.\[\]]+)` \|", text, re.M)
    assert {"mode", "oidc.issuer", "rates.links", "cds.clients[].iss"} <= set(found)
    assert len(found) == len(rows(Settings))
