"""The page on the HTTP API tells the truth: its commands run, its table names every operation."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "http-api.md"


@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("bash")), reason="needs curl")
def test_every_command_of_the_page_works(live, tmp_path):
    blocks = re.findall(r"^```sh\n(.*?)^```", PAGE.read_text("utf-8"), re.M | re.S)
    # What jq does on the page is done here in Python, so that nothing more needs to be installed.
    jq = 'jq() { python3 -c "import json,sys; print(json.load(sys.stdin)[sys.argv[1]])" "${2#.}"; }'
    script = "\n".join(["set -euo pipefail", jq, *blocks])
    done = subprocess.run(
        [shutil.which("bash") or "bash", "-c", script],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "SPECIOSA": live.url, "TOKEN": live.token},
    )
    assert done.returncode == 0, done.stderr + done.stdout[-500:]
    assert json.loads((tmp_path / "bundle.json").read_text())["resourceType"] == "Bundle"
    assert "<h1" in (tmp_path / "report.html").read_text()


def test_every_operation_is_described(client):
    document = client.get("/api/v1/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    ids = []
    for path, operations in document["paths"].items():
        for method, one in operations.items():
            ids.append(one["operationId"])
            assert one["summary"], path
            assert one["tags"], path
            assert one["security"], path
            assert one["x-access"] in {"signed in", "read", "write"}
            good = [status for status in one["responses"] if status.startswith("2")]
            assert len(good) == 1, (method, path)
            for status, answer in one["responses"].items():
                if int(status) >= 400:
                    assert "application/problem+json" in answer["content"], (method, path)
            if "requestBody" in one:
                assert {"400", "413", "415", "422"} <= set(one["responses"]), (method, path)
    assert len(ids) == len(set(ids))


def test_no_reference_of_the_document_is_loose(client):
    document = client.get("/api/v1/openapi.json").json()
    schemas = document["components"]["schemas"]
    named = re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(document))
    assert set(named) <= set(schemas)
    assert "HTTPValidationError" not in schemas


def test_the_page_names_every_path(client):
    text = PAGE.read_text("utf-8")
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    for path in paths:
        first = path.removeprefix("/api/v1").split("/{")[0]
        assert first in text, path
