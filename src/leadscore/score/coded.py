"""Columns of few distinct texts, kept as places in a list of them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from leadscore.score.notes import Notes

__all__ = ["NO_TEXT", "Coded", "code_notes", "code_texts"]

Codes = NDArray[np.int32]

#: The code of a row without a text.
NO_TEXT = -1

#: The most patterns of notes that are counted as they are, not sorted first.
_FEW_PATTERNS = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Coded:
    """A column of texts, most of them many times the same.

    Parameters
    ----------
    codes : ndarray of int32 of shape (n,)
        Each row's place in `words`; -1 where it has no text.
    words : tuple of str
        The texts.

    Examples
    --------
    >>> Coded(codes=np.array([1, -1, 1], dtype=np.int32), words=("Low", "High")).texts()
    array(['High', None, 'High'], dtype=object)
    """

    codes: Codes
    words: tuple[str, ...]

    def texts(self) -> NDArray[np.object_]:
        """Return the texts row by row, None where there is none, shape (n,)."""
        return np.array([*self.words, None], dtype=object)[self.codes]


def code_texts(texts: Iterable[str | None]) -> Coded:
    """Return texts as codes, the words in the order of their first row.

    Examples
    --------
    >>> code_texts(["b", "a", None, "b"])
    Coded(codes=array([ 0,  1, -1,  0], dtype=int32), words=('b', 'a'))
    """
    places: dict[str, int] = {}
    codes = [NO_TEXT if one is None else places.setdefault(one, len(places)) for one in texts]
    return Coded(codes=np.array(codes, dtype=np.int32), words=tuple(places))


def code_notes(notes: Notes) -> Coded:
    """Return each lead's notes as one short text, empty where there are none, as codes.

    Leads with the same kinds of notes have the same text, but for those of which too much is
    unknown: only one lead of a pattern is put into words.
    """
    first, pattern = _patterns(list(notes.found.values()), notes.n)
    own = notes.found.get(("", "unknown"), np.zeros(notes.n, dtype=bool))
    told = code_texts([*_short(notes, first), *_short(notes, np.flatnonzero(own))])
    codes = told.codes[pattern]
    codes[own] = told.codes[len(first) :]
    return Coded(codes=codes, words=told.words)


def _short(notes: Notes, rows: NDArray[np.intp]) -> list[str]:
    few = notes.take(rows)
    found = {key: mask for key, mask in few.found.items() if mask.any()}
    texts: list[str] = replace(few, found=found).short().tolist()
    return texts


def _patterns(masks: list[NDArray[np.bool_]], n: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return a row of each distinct pattern among `masks`, and the place of each row's pattern."""
    pattern, count = np.zeros(n, dtype=np.intp), 1
    for mask in masks:
        pattern += mask * count
        count *= 2
        if count > _FEW_PATTERNS:
            _, pattern = np.unique(pattern, return_inverse=True)
            count = int(pattern.max(initial=0)) + 1
    first = np.full(count, n)
    # the last of equal places is kept: backwards it is the first row
    first[pattern[::-1]] = np.arange(n)[::-1]
    there = first < n
    return first[there], (np.cumsum(there) - 1)[pattern]
