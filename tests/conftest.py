"""How Hypothesis searches: anew at every run on a desk, the same way every time in CI.

A build must not turn red over something the change did not touch; a search at a desk may.
"""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("desk", print_blob=True)
settings.register_profile("ci", derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "desk")
