"""Tells a sales team whom to call next, is right about it, and can show why."""

from importlib import import_module

__version__ = "0.1.0"

#: Where each public name lives; it is loaded when it is first asked for, so that importing the
#: package costs nothing.
_HOMES = {
    "AsyncClient": "leadscore.client.awaiting",
    "Client": "leadscore.client.blocking",
    "LeadscoreError": "leadscore.errors",
    "Model": "leadscore.model.bundle",
    "Schema": "leadscore.leads.schema",
    "UserError": "leadscore.errors",
    "audit_leads": "leadscore.library",
    "backtest_leads": "leadscore.library",
    "evaluate_model": "leadscore.library",
    "explain_lead": "leadscore.library",
    "infer_schema": "leadscore.library",
    "investor": "leadscore.leads.schema",
    "lead_scorer": "leadscore.library",
    "open_model": "leadscore.library",
    "parse_schema": "leadscore.leads.schema",
    "save_model": "leadscore.library",
    "score_leads": "leadscore.library",
    "train_model": "leadscore.library",
    "what_if": "leadscore.library",
}

__all__ = ["__version__", *_HOMES]


def __getattr__(name: str) -> object:
    """Load the public name `name` from its home."""
    if name not in _HOMES:
        raise AttributeError(f"module 'leadscore' has no attribute {name!r}")
    value: object = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names."""
    return sorted(__all__)
