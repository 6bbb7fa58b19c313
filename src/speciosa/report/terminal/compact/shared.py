"""Texts that several lines share, told once below them and referred to by a letter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from speciosa.report.terminal.page import Page, Piece
from speciosa.report.words import full_stop, letter


class Shared:
    """Gives a letter to each text that is used often enough."""

    def __init__(self, texts: Iterable[str], least: int = 2) -> None:
        often = [text for text, times in Counter(texts).items() if text and times >= least]
        self._letters = {text: letter(index) for index, text in enumerate(often)}

    def letter(self, text: str) -> str:
        """The letter of a text, or nothing where it stands in full."""
        return self._letters.get(text, "")

    def split(self, texts: Iterable[str]) -> tuple[str, list[str]]:
        """The letters of some texts, and the texts that have none."""
        texts = tuple(texts)
        letters = ", ".join(found for text in texts if (found := self.letter(text)))
        return letters, [text for text in texts if not self.letter(text)]

    def legend(self, page: Page, indent: int = 2) -> None:
        """What each letter stands for, in one paragraph."""
        told: list[Piece] = []
        for text, short in self._letters.items():
            told += [(f"({short}) ", "bold"), (f"{full_stop(text)} ", "dim")]
        page.line(*told, indent=indent)
