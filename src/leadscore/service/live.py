"""The model that is live in this process, and how another one takes its place."""

import threading

from leadscore.errors import BadBundle, LeadscoreError
from leadscore.flows.service.context import Champion
from leadscore.flows.service.ports import Store, Work
from leadscore.flows.service.registry.champion import load_champion

__all__ = ["Live"]

_EVERY = 1.0
#: How long `stop` waits for a look that is under way.
_PATIENCE = 10.0


class Live:
    """Holds the process's champion, and asks now and then whether another one was promoted.

    A new one is opened beside the old one and put in its place whole: whoever asked `champion`
    before keeps what was answered, and nobody waits. While the database is away, or the promoted
    model cannot be opened, the old one stays; `trouble` says why.

    Any number of threads may ask.

    Parameters
    ----------
    store : Store
        Where models and promotions are kept.
    every : float
        How long to wait between two looks, in seconds.
    """

    def __init__(self, store: Store, *, every: float = _EVERY) -> None:
        self._store, self._every = store, every
        self._champion: Champion | None = None
        self._trouble = ""
        #: The promoted model that could not be opened, and why.
        self._broken: tuple[str | None, str] = ("", "")
        self._looking = threading.Lock()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def trouble(self) -> str:
        """Why the last look failed, in words; empty where it did not."""
        return self._trouble

    def champion(self) -> Champion | None:
        """Return the model that is live in this process now; None where none is."""
        return self._champion

    def refresh(self) -> Champion | None:
        """Look now and return the champion, for who has just promoted one or is about to begin.

        Raises
        ------
        Unavailable
            If the database is away.
        BadBundle
            If the promoted model cannot be opened.
        """
        self._look(again=True)
        return self._champion

    def start(self) -> None:
        """Look once, whatever comes of it, and then again and again until `stop`."""
        if self._thread is not None:
            return
        self._try()
        self._ended.clear()
        # a daemon: a process that ends without `stop` is not kept alive by it
        self._thread = threading.Thread(target=self._watch, name="leadscore-live", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Look no more; the champion stays."""
        self._ended.set()
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join(_PATIENCE)

    def _watch(self) -> None:
        while not self._ended.wait(self._every):
            self._try()

    def _try(self) -> None:
        try:
            self._look(again=False)
        except LeadscoreError as error:
            self._trouble = str(error)

    def _look(self, *, again: bool) -> None:
        """Take up the champion; one that could not be opened is only tried again where asked."""
        with self._looking, self._store.begin(write=False) as work:
            live = work.promotions.live()
            wanted = live.digest if live else None
            at_hand = self._champion.model.digest if self._champion else None
            if wanted != at_hand:
                if wanted == self._broken[0] and not again:
                    self._trouble = self._broken[1]
                    return
                self._take_up(work, wanted)
            self._trouble = ""

    def _take_up(self, work: Work, wanted: str | None) -> None:
        try:
            self._champion = load_champion(work)
        except BadBundle as error:
            # its parts may be large, and they stay what they are
            self._broken = (wanted, str(error))
            raise
