#!/usr/bin/env bash
# Renew the two locks of the container from pyproject.toml, within the versions of requirements.lock.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
uv=${UV:-.venv/bin/uv}
common=(--constraint requirements.lock --universal --python-version 3.11 --generate-hashes
  --no-annotate --no-emit-index-url --no-header --quiet)
"$uv" pip compile pyproject.toml --extra web --extra postgres "${common[@]}" \
  --output-file packaging/requirements.lock
"$uv" pip compile packaging/build.in "${common[@]}" --output-file packaging/build.lock
