"""``leadscore serve``: the live service."""

from dataclasses import replace
from typing import Annotated

import typer

__all__ = ["serve"]


def serve(
    model: Annotated[
        str | None,
        typer.Option(
            help="A saved model, its folder or .zip: made live if it is new or none is live.",
            show_default=False,
        ),
    ] = None,
    host: Annotated[
        str | None, typer.Option(help="The address; else LEADSCORE_HOST.", show_default=False)
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(help="The port; else LEADSCORE_PORT.", min=0, max=65_535, show_default=False),
    ] = None,
    processes: Annotated[
        int | None,
        typer.Option(
            help="How many processes; else LEADSCORE_PROCESSES.",
            min=1,
            max=64,
            show_default=False,
        ),
    ] = None,
) -> None:
    """Serve the REST API until stopped (Ctrl-C, or SIGTERM).

    Example: leadscore serve --model model/
    """
    from leadscore.settings import environment_settings  # noqa: PLC0415
    from leadscore.wiring import refuse_without_service  # noqa: PLC0415

    refuse_without_service()
    from leadscore.service.run import serve as run  # noqa: PLC0415

    settings = environment_settings()
    said = replace(
        settings,
        host=settings.host if host is None else host,
        port=settings.port if port is None else port,
        processes=settings.processes if processes is None else processes,
    )
    run(said, model_path=model)
