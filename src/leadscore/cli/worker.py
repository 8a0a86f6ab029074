"""``leadscore worker``: sends webhooks' messages and does what is done by the clock."""

from leadscore.errors import MissingExtra

__all__ = ["worker"]


def worker() -> None:
    """Send messages to webhooks, tell of tasks that are due, and remove what is too old.

    Runs until it is told to end (Ctrl-C, SIGTERM). Start one beside `leadscore serve`; on
    PostgreSQL as many as you like.

    Example: leadscore worker
    """
    from leadscore.settings import environment_settings  # noqa: PLC0415

    try:
        from leadscore.worker.run import work  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise MissingExtra(
            "The live service's parts are not installed.",
            next_step="Install them: pip install 'leadscore[serve]'.",
        ) from error
    work(environment_settings())
