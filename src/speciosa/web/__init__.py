"""The clinic: pages, HTTP API, CDS Hooks and SMART launch over the same ``assess()``.

``create_app`` builds the whole; nothing here holds clinical or pharmacological logic.
"""

from speciosa.web.app import create_app
from speciosa.web.settings import Mode, Settings

__all__ = ["Mode", "Settings", "create_app"]
