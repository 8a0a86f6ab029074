"""The command line: ``leadscore`` and ``python -m leadscore``."""

from leadscore.cli.app import app

__all__ = ["main"]


def main() -> None:
    """Run the command line on the process's arguments."""
    app()


if __name__ == "__main__":
    main()
