"""English words in the names of columns that say when, and by whom, a column was written.

They are those of exports of HubSpot, Salesforce, Pipedrive, Zoho and Dynamics, and of files from
education, real estate, insurance, lending and hotels.
"""

__all__ = ["CALL", "ORDINARY", "OUTCOME", "PARTS", "SELLER", "STATE"]

_MOMENT = "date|at|on|time|datetime|timestamp|day|month|year"
_THING = (
    "deal|opportunity|opp|sales|lead|pipeline|lifecycle|life cycle|crm|prospect|enquiry|inquiry"
)

#: Columns that say how it ended; whoever wrote them knew.
OUTCOME = (
    rf"\b(close|closed|closing|won|win|lost|loss|converted|conversion|sold|signed|churn|churned|"
    rf"cancelled|canceled|cancellation|bound|bind|disbursed|disbursement|enrolled|enrolment|"
    rf"enrollment|approval|approved|decision|denial|rejection|rejected|purchased|settlement|"
    rf"completion|completed) ({_MOMENT})\b",
    rf"\b({_MOMENT}) "
    r"(closed|won|lost|converted|sold|signed|enrolled|approved|purchased)\b",
    r"\b(close|closed|closing|won|win|lost|loss|churn|cancel|cancellation|cancelled|denial|denied|"
    r"reject|rejected|rejection|decline|declined|disqualified|disqualification|unqualified|"
    r"termination|exit|drop|dropout|no sale|not interested) (reason|reasons|code|category|to|by|"
    r"competitor|why|type|amount|value|deal|deals|note|notes)\b",
    r"\breasons? (for )?(lost|loss|close|closed|closing|won|win|winning|denial|rejection|churn|"
    r"cancellation|losing|disqualification)\b",
    r"\b(is|was|has|flag) (closed|won|lost|converted|sold|signed|enrolled|churned|customer)\b",
    r"\b(closedate|closeddate|closedwon|closedlost|actualclosedate|actualvalue|closeprobability|"
    r"statecode|statuscode|dealstage|lifecyclestage|stagename|wonlost|dealamount)\b",
    rf"\b({_THING}|current|last|final|close|closed|forecast|reservation|application|loan|policy|"
    r"quote|contract|order|booking|enrollment|admission|call|contact) "
    r"(stage|status|state|outcome|result|disposition|state code|status code)\b",
    r"^(process step|step (name|id))( c)?$|\b(exit interview|last working day)\b",
    r"\b(recoveries|recovery (fee|amount|date)|collection (fee|amount|cost|costs)|"
    r"debt settlement|charge ?off|foreclosure|zero balance|delinquency status|sales? proceeds|"
    r"settlement (amount|status|term|percentage))\b",
    r"^(hs )?(stage|stage name|stage id|status|status code|status reason|outcome|result|"
    r"final result|disposition|won|lost|closed|sold|converted|resolution|stage change time)( c)?$",
    r"\b(disposition|forecast category|commissions?|invoice|invoiced|invoices|"
    r"receipt (no|nr|number|id)|send thank you|thank you (sent|note|letter))\b",
    r"\bconverted (account|contact|opportunity|deal|customer|id|by|to)\b",
    r"\bcontract (signed|date|no|nr|number|id|value|start|end|sent|amount|price|status)\b",
    r"\b(deal|sale|sales|selling|sold|booking|closed|won|final|contract|actual|agreed) "
    r"(amount|value|price|revenue|size|total|close date)\b",
    r"\b(expected|closed|deal|forecast|weighted|total won|recurring) revenue\b",
    r"\bbecame( an?)? customer\b|\bcustomer (since|date)\b|\bcustomer lifecycle\b",
    r"\bpolicy (number|no|nr|id|start|date|issued|status|effective)\b",
    r"\b(days|time|months|weeks) to (close|convert|conversion|won|sale|purchase|enrol|enroll)\b",
    r"\b(sales cycle|sales duration|deal duration|conversion time|cycle (time|duration|days))\b",
    r"^(hs )?((deal )?(stage )?|close |win |closing )probability( c)?$",
    r"\b(deposit|down payment|booking|reservation|enrollment|admission|tuition|premium|first "
    r"payment) (paid|amount|received|date|fee|at|on)\b",
)
#: The length of the very call or process that decides; short ones are those that failed.
CALL = (r"\b(call|talk|contact|last call|conversation) (duration|length|time|seconds|minutes)\b",
         r"^duration( s| sec| secs| seconds| min| minutes)?$", r"\btalktime\b",
         r"\b(talk|wrap ?up|handle|handling|hold) (time|s|secs?|seconds|minutes)\b",
         r"^length( in)? (s|secs?|seconds|minutes)$")  # fmt: skip
#: What the seller thought or did.
SELLER = (
    rf"\b({_THING}|customer|contact|sales|seller|rep|agent) (quality|rating|grade|profile|"
    r"temperature|priority|hotness|score|assessment|opinion|verdict|potential|interest level)\b",
    r"^(tag|tags|rating|quality|temperature|priority|hotness|verdict|qualification|"
    r"qualified)( c)?$",
    r"\b(asymmetrique|hubspot score|hubspotscore|leadqualitycode|likelihood to close|predictive)\b",
    r"\b(note|notes|comment|comments|remark|remarks|feedback|call notes|next step|next steps)\b",
    r"\b(contact|call|sales|dial) (attempts?|count|tries)\b|\bnum(ber)? (of )?(sales )?"
    r"(calls|contacts|notes|attempts|touches|activities|meetings) ?(made)?$",
    r"\b(meeting|meetings|appointment|appt|demo|site visit|test drive|viewing) (set|booked|held|"
    r"shown|done|kept|completed|attended)\b|^test drive( taken)?$",
    r"\b(proposal|quote|quotation|offer) (sent|presented|accepted|issued)\b|\bpresent proposal\b",
    r"\b(times contacted|num notes|outbound calls|activities count|activities done|done activities|"
    r"closed activities|follow ?ups?|followups|touches|attempts|meetings held)\b",
)
#: How things stand when the file is written, not when the lead was to be called.
STATE = (
    r"\b(last|latest|recent|final) (notable |sales |logged |marketing )?(activity|activities|"
    r"modified|update|updated|touch|contact|contacted|engagement|interaction|event|action|call|called|email|"
    r"meeting|login|seen|visit|status|change|timestamp)\b",
    r"\b(modified|updated|changed) (at|on|time|date|by)\b|\bupdate time\b|\bmodifiedon\b",
    r"\b(lastmodified|lastmodifieddate|lastactivitydate|systemmodstamp|modstamp)\b|^(updated|modified)$",
    r"\bnext (activity|action|follow up|call|task|meeting|payment|pymnt)\b",
    r"\b(last|total) (payment|payments|pymnt|pmt)\b|\btotal (paid|received|rec)\b|\bout prncp\b",
    r"\blast fico\b|\bscore now\b|\b(nps|csat)\b|\b(login count|days active|active days)\b",
    r"\b(total|lifetime|number of|num|count of) logins\b|\blogins (total|count|to date)\b",
)

#: Qualifiers that turn a telling word into an ordinary one: what was so before, or of someone else.
ORDINARY = (
    r"\b(marital|marriage|employment|employed|job|occupation|occupational|housing|home|"
    r"homeownership|residence|residential|residency|relationship|military|smoking|smoker|"
    r"verification|checking|saving|savings|credit|immigration|visa|vaccination|"
    r"previous|prior|past|earlier|former|old|life|funding|education|educational|family|"
    r"tax|insured|health|citizenship|student|membership|vip|p)\b"
)

#: Words that exports write without a space between them, as in `closedate`;
#: the longer ones first.
PARTS = (
    r"opportunity|probability|contacted|converted|activity|category|decision|feedback|forecast|"
    r"modified|proposal|account|contact|created|payment|present|quality|resolve|revenue|updated|"
    r"actual|amount|closed|create|number|rating|reason|signed|status|update|close|final|notes|"
    r"owner|sales|score|stage|state|thank|value|code|date|deal|last|lead|loss|lost|name|next|"
    r"note|sale|send|sold|step|time|type|day|win|won|you|at|by|id|on"
)
