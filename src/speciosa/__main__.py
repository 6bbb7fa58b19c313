"""``python -m speciosa``."""

from speciosa.cli import main

main()
