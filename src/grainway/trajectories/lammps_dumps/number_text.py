"""Rows of numbers as text, read as fast as they can be.

White space is made commas, and simdjson (G. Langdale and D. Lemire, VLDB J. 28 (2019) 941) reads the list. On
the rows of a LAMMPS dump it is the fastest of all readers at hand (``benchmarks/stream_speed.py``).
"""

from functools import cache
from typing import Any

import numpy as np
import simdjson

from grainway.array_types import FloatArray

_OPEN, _CLOSE, _BLANK = b"[] "


class RowText:
    """Reads tables of numbers, in some columns of which words may stand, which count as zero."""

    def __init__(self, n_columns: int, words: tuple[int, ...] = (), letters: str = "") -> None:
        """Prepare.

        Args:
            n_columns: numbers and words per row.
            words: columns of words.
            letters: that these words are made of.
        """
        self._n_columns, self._words = n_columns, words
        # a word becomes a 0 and blanks; if it is anything but a capital and small letters, what comes out
        # is no list of numbers, and the table is read word by word
        capitals = "".join(letter for letter in letters if letter.isupper())
        small = "".join(letter for letter in letters if letter.islower())
        known = (capitals + small).encode()
        become = b"0" * len(capitals) + b" " * len(small)
        # rows may end with a blank, as LAMMPS writes them, or not
        self._blank_at_end = bytes.maketrans(known + b" \n\t\r", become + b", , ")
        self._none_at_end = bytes.maketrans(known + b" \n\t\r", become + b",,, ")
        # a capital E may also be that of an exponent, which must not become a 0
        self._fast = "E" not in letters

    def read(self, text: bytes, n_rows: int) -> FloatArray:
        """Return the table of a text.

        Returns:
            Shape (n_rows, n_columns).

        Raises:
            ValueError: when there are more or fewer, or something is no number.
        """
        if self._fast and text:
            numbers = self._by_simdjson(text)
            if numbers is not None and numbers.size == n_rows * self._n_columns:
                return numbers.reshape(n_rows, self._n_columns)
        # nan and inf, blanks in a row, an exponent with the letter of a word: rare, and slow
        everything = text.split()
        if len(everything) != n_rows * self._n_columns:
            raise ValueError(f"{len(everything)} numbers instead of {n_rows * self._n_columns}")
        rows = np.array(everything).reshape(n_rows, self._n_columns)
        numbers = np.zeros(rows.shape)
        for column in range(self._n_columns):
            if column not in self._words:
                numbers[:, column] = rows[:, column].astype(np.float64)
        return numbers

    def _by_simdjson(self, text: bytes) -> FloatArray | None:
        blank_at_end = text[-2:] == b" \n"
        document = bytearray(1 + len(text))
        document[1:] = text
        document = document.translate(self._blank_at_end if blank_at_end else self._none_at_end)
        document[0], document[-1] = _OPEN, _CLOSE
        if blank_at_end:
            document[-2] = _BLANK
        try:
            return np.frombuffer(_parser().parse(document).as_buffer(of_type="d"), dtype=np.float64)
        except (ValueError, RuntimeError):
            return None


@cache
def _parser() -> Any:
    return simdjson.Parser()
