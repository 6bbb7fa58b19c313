"""Programs that measure the screening of whole health systems."""
