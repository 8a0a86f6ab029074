import json

from leadscore.audit.findings import Audit, Evidence, Finding, Quality, Worth, worst


def test_the_worst_verdict_counts() -> None:
    assert worst([]) == "clean"
    assert worst(["clean", "ask", "clean"]) == "ask"


def test_an_audit_is_plain_json() -> None:
    found = Finding(
        field="closedate",
        verdict="leak",
        role="feature",
        evidence=(Evidence(kind="filled_after", value=0.9, words="filled for winners"),),
        worth=Worth(auc_with=0.98, auc_without=0.87),
        line='role = "ignore"  # filled for winners',
        why="It gives the outcome away.",
    )
    odd = Quality(kind="duplicates", fields=("email",), value=3.0, words="three rows twice")
    audit = Audit(verdict="leak", findings=(found,), quality=(odd,), auc_all=0.98, auc_kept=None)
    said = json.loads(json.dumps(audit.to_json()))
    assert said["verdict"] == "leak"
    assert said["findings"][0]["worth"] == {"auc_with": 0.98, "auc_without": 0.87}
    assert said["findings"][0]["evidence"][0]["kind"] == "filled_after"
    assert said["quality"] == [
        {"kind": "duplicates", "fields": ["email"], "value": 3.0, "words": "three rows twice"}
    ]
    assert said["auc_kept"] is None
