"""What the columns of usual exports are called, and what each is taken for."""

from collections.abc import Mapping

from leadscore.leads.stated import CONTACT_KEYS

__all__ = ["IGNORED", "LEAD", "OUTCOMES", "SAID_AT", "TARGETS", "bare_name", "known_columns"]

LEAD = "lead_id"
#: When what a row says was so.
SAID_AT = "said_at"
#: A status, its moment, what a conversion brought, why a lead was lost.
OUTCOMES = ("outcome", "outcome_at", "outcome_value", "outcome_reason")
#: What a column is mapped to that is to be left out.
IGNORED = "ignore"
#: What a column may be, apart from a field of the schema.
TARGETS = (LEAD, *CONTACT_KEYS, *OUTCOMES, SAID_AT)

#: Headers of HubSpot's and Salesforce's exports (reports, data export, API names) and of plain
#: files, as `bare_name` has them; where several columns would be the same thing, the first wins.
_HEADERS: Mapping[str, tuple[str, ...]] = {
    LEAD: ("leadid", "recordid", "recordidcontact", "contactid", "vid", "prospectid", "id"),
    "name": ("name", "fullname", "leadname", "contactname"),
    "firstName": ("firstname",),
    "lastName": ("lastname", "surname"),
    "email": ("email", "emailaddress", "workemail"),
    "phone": ("phone", "phonenumber", "mobilephonenumber", "mobilephone", "mobile"),
    "company": ("company", "companyname", "companyaccount", "accountname", "associatedcompany"),
    "outcome_at": ("converteddate", "becameacustomerdate", "closedate", "closeddate"),
    "outcome_value": ("amount", "dealamount", "amountincompanycurrency", "opportunityamount"),
    "outcome_reason": (
        *("closedlostreason", "lostreason", "lossreason"),
        *("unqualifiedreason", "disqualificationreason"),
    ),
}
#: These may stand beside each other: what says most of a lead counts.
_STATUSES = frozenset(
    ["leadstatus", "status", "lifecyclestage", "dealstage", "opportunitystage", "stage"]
) | frozenset(["stagename", "converted", "isconverted", "iswon", "won", "closedwon"])
#: What CRMs count themselves, where the schema has the field.
_COUNTERS: Mapping[str, str] = {
    "numberofsessions": "website_visits",
    "marketingemailsopened": "email_opens",
    "numberoftimescontacted": "contact_attempts",
    "annualincome": "income",
}


def bare_name(name: str) -> str:
    """Return a header without case, blanks, punctuation, and the end of Salesforce's own fields.

    Examples
    --------
    >>> bare_name("Company / Account"), bare_name("Record ID - Contact")
    ('companyaccount', 'recordidcontact')
    """
    return "".join(char for char in name.casefold().removesuffix("__c") if char.isalnum())


def known_columns(names: tuple[str, ...], fields: tuple[str, ...]) -> dict[str, str]:
    """Return what columns are taken for by their headers alone: the schema's fields first.

    Parameters
    ----------
    names : tuple of str
        The columns.
    fields : tuple of str
        The fields that may be said of a lead.

    Examples
    --------
    >>> known_columns(("Record ID", "E-Mail", "Annual Income", "Shoe size"), ("income",))
    {'Record ID': 'lead_id', 'E-Mail': 'email', 'Annual Income': 'income'}
    """
    by_bare = {bare_name(one): one for one in fields}
    by_bare = {bare: one for bare, one in _COUNTERS.items() if one in fields} | by_bare
    found: dict[str, str] = {}
    for name in names:
        field = by_bare.get(bare_name(name))
        if field is not None and field not in found.values():
            found[name] = field
    rest = [name for name in names if name not in found]
    found |= {name: "outcome" for name in rest if bare_name(name) in _STATUSES}
    for target, headers in _HEADERS.items():
        ranked = [
            (headers.index(bare), name) for name in rest if (bare := bare_name(name)) in headers
        ]
        if ranked and target not in found.values():
            found[min(ranked)[1]] = target
    return {name: found[name] for name in names if name in found}
