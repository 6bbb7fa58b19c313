"""The command line. In preparation."""


def main() -> None:
    """Entry point."""
