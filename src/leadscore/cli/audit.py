"""``leadscore audit``: whether we may learn from a file."""

from typing import TYPE_CHECKING, Annotated

import typer

from leadscore.cli.options import Force, Json, LabelName, Positive, Seed
from leadscore.cli.screen import Watch, print_json, say

if TYPE_CHECKING:
    from leadscore.audit.findings import Finding
    from leadscore.flows.audit import Audited

__all__ = ["audit"]


def audit(
    leads: Annotated[str, typer.Argument(help="A CSV or Parquet file, or - for stdin.")],
    schema: Annotated[
        str | None,
        typer.Option(
            help="A schema.toml, or investor; else read off the file.", show_default=False
        ),
    ] = None,
    label: LabelName = None,
    positive: Positive = None,
    out: Annotated[
        str | None, typer.Option(help="Where the audit's page goes (HTML).", show_default=False)
    ] = None,
    seed: Seed = 0,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Judge every column (was it known in time?) and the quality of the data.

    Whatever it finds, it ends well (exit code 0): it is a report and not a gate.

    Example: leadscore audit leads.csv --label converted --out audit.html
    """
    from leadscore.flows.audit import AuditWish, audit_file  # noqa: PLC0415
    from leadscore.flows.schema import SchemaWish  # noqa: PLC0415
    from leadscore.wiring import files  # noqa: PLC0415

    told = SchemaWish(schema=schema, label=label, positive=positive)
    wish = AuditWish(schema=told, out=out, force=force, seed=seed)
    with Watch("Auditing") as watch:
        done = audit_file(leads, wish, files=files(), tell=watch.tell)
    if as_json:
        print_json(done.audit.to_json())
    elif out != "-":
        _print(done, out)


def _print(done: "Audited", out: str | None) -> None:
    from leadscore.measure.audit_page import headline  # noqa: PLC0415

    schema = done.chosen.schema
    waived = {one.name: one.waiver for one in schema.features if one.waiver}
    scored = {one.name for one in schema.features}
    suspects = [one for one in done.audit.findings if one.verdict != "clean"]
    say(headline(done.audit, schema), style="bold")
    for one in suspects:
        if one.field in scored:
            _print_suspect(one, waived.get(one.field, ""))
    if spared := [one.field for one in suspects if one.field not in scored]:
        say(f"Suspect as well, but not scored: {', '.join(spared)}")
    if done.audit.quality:
        say("")
        say("The data", style="bold")
    for item in done.audit.quality:
        say(f"  {item.words}")
    clean = len(done.audit.findings) - len(suspects)
    if done.audit.findings:
        say("")
        say("1 column is clean." if clean == 1 else f"{clean:,} columns are clean.")
    if out:
        say(f"Page: {out}")


def _print_suspect(one: "Finding", waiver: str) -> None:
    from leadscore.flows.audit import grounds  # noqa: PLC0415

    worth = one.worth
    buys = f": AUC {worth.auc_with:.3f} with, {worth.auc_without:.3f} without" if worth else ""
    say(f"  {one.field} — {one.verdict}{buys}")
    say(f"      {grounds(one, worth=False)}")
    if waiver:
        say(f"      kept by waiver: {waiver}")
    elif one.verdict == "leak":
        say(f"      in the schema: {one.line.split('  #')[0]}")
    else:
        say('      if it was not known when the lead came in: role = "ignore"')
