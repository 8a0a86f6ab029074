"""Which column is what: exports are known by their headers, and the caller's word goes first."""

import pytest

from leadscore.errors import BadRequest
from leadscore.flows.service.imports.columns import plan_columns
from leadscore.leads.schema import Field, Schema, investor

HUBSPOT = (
    *("Record ID - Contact", "First Name", "Last Name", "Email", "Phone Number"),
    *("Contact owner", "Company Name", "Lifecycle Stage", "Lead Status", "Create Date"),
    *("Became a Customer Date", "Number of Sessions", "Marketing emails opened", "Credit Score"),
)
SALESFORCE_REPORT = (
    *("Lead ID", "First Name", "Last Name", "Title", "Company / Account", "Email", "Phone"),
    *("Lead Status", "Converted", "Converted Date", "Income", "Age"),
)
SALESFORCE_EXPORT = (
    *("Id", "IsDeleted", "LastName", "FirstName", "Name", "Company", "Email", "MobilePhone"),
    *("Status", "IsConverted", "ConvertedDate", "Credit_Score__c", "income"),
)


def test_a_hubspot_export_is_understood() -> None:
    found = plan_columns(HUBSPOT, investor())
    assert dict(found.targets) == {
        "Record ID - Contact": "lead_id",
        "First Name": "firstName",
        "Last Name": "lastName",
        "Email": "email",
        "Phone Number": "phone",
        "Company Name": "company",
        "Lifecycle Stage": "outcome",
        "Lead Status": "outcome",
        "Became a Customer Date": "outcome_at",
        "Number of Sessions": "website_visits",
        "Marketing emails opened": "email_opens",
        "Credit Score": "credit_score",
    }
    assert found.ignored == ("Contact owner", "Create Date")
    assert found.of("outcome") == ("Lifecycle Stage", "Lead Status")


def test_a_salesforce_report_is_understood() -> None:
    found = plan_columns(SALESFORCE_REPORT, investor())
    assert found.targets["Lead ID"] == "lead_id"
    assert found.targets["Company / Account"] == "company"
    assert found.of("outcome") == ("Lead Status", "Converted")
    assert found.of("outcome_at") == ("Converted Date",)
    assert found.targets["Age"] == "age"
    assert found.ignored == ("Title",)


def test_salesforces_api_names_are_understood() -> None:
    found = plan_columns(SALESFORCE_EXPORT, investor())
    assert found.of("lead_id") == ("Id",)
    assert found.of("name") == ("Name",)
    assert found.of("phone") == ("MobilePhone",)
    assert found.targets["Credit_Score__c"] == "credit_score"
    assert found.ignored == ("IsDeleted",)


@pytest.mark.parametrize("header", ["LEAD ID", "lead-id", " Lead_Id ", "leadid"])
def test_case_blanks_and_marks_of_a_header_do_not_matter(header: str) -> None:
    assert plan_columns((header,), investor()).of("lead_id") == (header,)


def test_a_field_of_the_schema_goes_before_what_its_name_usually_is() -> None:
    schema = Schema(
        name="own",
        fields=(Field(name="status", type="category"), Field(name="key", type="text", role="id")),
    )
    found = plan_columns(("key", "Status", "Lead Status"), schema)
    assert dict(found.targets) == {"key": "lead_id", "Status": "status", "Lead Status": "outcome"}


def test_the_callers_word_goes_before_the_header() -> None:
    mapping = {"e-mail": "ignore", "Score": "credit_score", "ref": "lead_id"}
    found = plan_columns(
        ("Id", "Ref", "E-Mail", "Score", "Credit Score"), investor(), mapping=mapping
    )
    assert dict(found.targets) == {"Ref": "lead_id", "Score": "credit_score"}
    assert found.ignored == ("Id", "E-Mail", "Credit Score")


def test_every_fault_of_a_mapping_is_named_at_once() -> None:
    mapping = {"Shoe": "income", "a": "size", "b": "income", "c": "income"}
    with pytest.raises(BadRequest) as told:
        plan_columns(("id", "a", "b", "c"), investor(), mapping=mapping)
    faults = {one.field: one for one in told.value.faults}
    assert set(faults) == {"Shoe", "a", "b", "c"}
    assert faults["Shoe"].got == "no such column"
    assert "credit_score" in faults["a"].allowed
    assert "ignore" in faults["a"].allowed
    assert faults["b"].allowed == "each field from one column alone"


def test_without_a_column_of_ids_it_is_asked_which_one_it_is() -> None:
    with pytest.raises(BadRequest, match="'Key', 'Income'") as told:
        plan_columns(("Key", "Income"), investor())
    assert "--id COLUMN" in told.value.next_step
    with pytest.raises(BadRequest, match=r"… \(50 in all\)"):
        plan_columns(tuple(f"c{n}" for n in range(50)), investor())
