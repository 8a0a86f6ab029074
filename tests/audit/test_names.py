import pytest

from leadscore.audit.evidence.names import hint_of

ENDS = [
    *("closedate", "CloseDate", "Close Date", "closed_at", "Won time", "won_date", "Lost reason"),
    *("Loss_Reason__c", "closed_won_reason", "ConvertedDate", "ConvertedAccountId", "IsConverted"),
    *("IsWon", "IsClosed", "StageName", "dealstage", "Deal - Status", "lead_status", "Lead Status"),
    *("lifecyclestage", "ForecastCategoryName", "Probability", "hs_deal_stage_probability"),
    *("actualclosedate", "statuscode", "disposition", "Call Outcome", "commission_paid"),
    *("Invoice No", "contract_no", "Contract_Signed_Date__c", "deal_amount", "sale price"),
    *("denial_reason", "churn reason", "reservation_status", "reservation_status_date"),
    *("policy_number", "days to close", "enrollment date", "Expected Revenue", "Booking Amount"),
    *("Reason_For_Loss__s", "Sales_Cycle_Duration", "stage", "status", "customer since"),
    *("salesstage", "stepname", "sendthankyounote", "recoveries", "debt_settlement_flag"),
    *("Auftragswert", "Absagegrund", "Kündigungsgrund", "Rechnungsnummer", "Vertragsbeginn"),
    *("fecha_cierre", "importe_venta", "motivo_perdida", "estado_lead", "Estágio no funil"),
    *("Date de signature", "Motif de refus", "Statut", "Data da venda", "stato_trattativa"),
]
CALLS = ["duration", "call_duration", "Talk Time", "Call Length", "wrapup_sec", "length_in_sec"]
SELLERS = [
    *("Tags", "Lead Quality", "Lead Profile", "lead_rating", "agent_rating", "Rating", "notes"),
    *("Sales Comments", "Next Step", "contact_attempts", "number of calls", "hubspot_score"),
    *("Lead Score", "leadqualitycode", "num_notes", "Done activities", "lead temperature"),
    *("Number of Sales Activities", "Test Drive", "Anzahl Kontakte", "Nombre de relances"),
    *("numero_llamadas", "Devis envoyé", "Observações"),
]
STATES = [
    *("Last Activity", "Last Notable Activity", "LastModifiedDate", "updated_at", "modifiedon"),
    *("last_contacted", "SystemModstamp", "Update time", "Next activity date", "last login"),
    *("total_pymnt", "last_fico_range_low", "days_active", "total_logins", "Geändert am"),
    *("Letzter Kontakt", "Última atividade", "Dernière relance", "fecha_modificacion"),
]
HONEST = [
    *("marital status", "employment_status", "verification_status", "home_ownership", "industry"),
    *("credit_score", "income", "age", "source", "Lead Source", "Lead Origin", "LeadSource"),
    *("campaign", "region", "previous_outcome", "poutcome", "pdays", "euribor3m", "nr.employed"),
    *("TotalVisits", "Total Time Spent on Website", "Page Views Per Visit", "time_on_site_minutes"),
    *("website_visits", "email_opens", "inquiry_submitted", "financing_pre_approved", "city"),
    *("contract", "tenure", "total_charges", "number_customer_service_calls", "total_day_calls"),
    *("annual_revenue", "numemployees", "company_stage", "life stage", "stated_budget", "month"),
    *("property_type", "created_at", "createdate", "Prospect ID", "Lead Number", "hs_object_id"),
    *("Do Not Call", "Receive More Updates About Our Courses", "What is your current occupation"),
    *("funded_amnt", "emp_length", "loan_amount", "term", "sub_grade", "debt_to_income", "owner"),
    *("day_of_week", "contact", "housing", "default", "family status", "military status"),
    *("I agree to pay the amount through cheque", "Digital Advertisement", "postal code"),
    *("grade", "step", "leadtime", "statement_balance", "last_name", "monthly_payment"),
    *("estado", "estado civil", "fecha_alta", "importe", "Familienstand", "Kaufpreis"),
    *("Erfassungsdatum", "Statut marital", "Date de création", "data_nascita", "stato civile"),
    *("logins_first_day", "appointment_date", "Thank You Page Views", "current_plan"),
]


@pytest.mark.parametrize(
    ("names", "kind"), [(ENDS, "outcome"), (CALLS, "call"), (SELLERS, "seller"), (STATES, "state")]
)
def test_a_name_that_tells_is_understood(names: list[str], kind: str) -> None:
    said = {name: hint.kind if (hint := hint_of(name)) else None for name in names}
    assert {name: got for name, got in said.items() if got != kind} == {}


def test_an_ordinary_name_says_nothing() -> None:
    assert {name for name in HONEST if hint_of(name)} == set()
