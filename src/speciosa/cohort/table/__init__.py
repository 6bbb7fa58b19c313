"""Rows of a screening as files: NDJSON and Parquet."""

from __future__ import annotations
