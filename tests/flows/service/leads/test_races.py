"""Many requests about one lead at once: nothing is lost, and the last score counts it all."""

from functools import partial

from leadscore.flows.service.lead_rows import WorklistQuery
from leadscore.flows.service.leads.intake import Taken
from leadscore.flows.service.ports import Store
from leadscore.leads.moment import SECOND
from tests.flows.service.leads.live import NOW, take, track
from tests.store.sql.racing import together

THREADS, EACH = 4, 10


def send(store: Store, name: int) -> list[Taken]:
    """Send messages of one's own, and one that everybody sends, with a clock of one's own."""
    now = NOW - name * SECOND
    own = [take(store, track(messageId=f"{name} {one}"), now=now + one) for one in range(EACH)]
    return [*own, take(store, track(messageId="shared"), now=now)]


def test_events_of_one_lead_at_once_count_once_each_in_its_last_score(store: Store) -> None:
    told = together([partial(send, store, name) for name in range(THREADS)])
    taken = [one for each in told for one in each]
    assert sum(one.accepted for one in taken) == THREADS * EACH + 1
    assert sum(one.repeated for one in taken) == THREADS - 1
    with store.begin(write=False) as work:
        assert len(work.events.of("L1")) == THREADS * EACH + 1
        rows = work.scores.of("L1", most=999)
        [task] = work.worklist.page(WorklistQuery(now=NOW))
    assert [one.features["views"] for one in rows] == list(range(THREADS * EACH + 1, 0, -1))
    assert [one.scored_at for one in rows] == sorted({one.scored_at for one in rows}, reverse=True)
    assert task.entry.score == rows[0].score
