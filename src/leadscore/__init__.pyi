from leadscore.client.awaiting import AsyncClient as AsyncClient
from leadscore.client.blocking import Client as Client
from leadscore.errors import LeadscoreError as LeadscoreError
from leadscore.errors import UserError as UserError
from leadscore.leads.schema import Schema as Schema
from leadscore.leads.schema import investor as investor
from leadscore.leads.schema import parse_schema as parse_schema
from leadscore.library import audit_leads as audit_leads
from leadscore.library import backtest_leads as backtest_leads
from leadscore.library import evaluate_model as evaluate_model
from leadscore.library import explain_lead as explain_lead
from leadscore.library import infer_schema as infer_schema
from leadscore.library import lead_scorer as lead_scorer
from leadscore.library import open_model as open_model
from leadscore.library import save_model as save_model
from leadscore.library import score_leads as score_leads
from leadscore.library import train_model as train_model
from leadscore.library import what_if as what_if
from leadscore.model.bundle import Model as Model

__version__: str
__all__ = [
    "AsyncClient",
    "Client",
    "LeadscoreError",
    "Model",
    "Schema",
    "UserError",
    "__version__",
    "audit_leads",
    "backtest_leads",
    "evaluate_model",
    "explain_lead",
    "infer_schema",
    "investor",
    "lead_scorer",
    "open_model",
    "parse_schema",
    "save_model",
    "score_leads",
    "train_model",
    "what_if",
]
