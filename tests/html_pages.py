"""Read HTML as a browser would: which elements there are, whether they are closed, what they say."""

from __future__ import annotations

from collections import defaultdict
from html.parser import HTMLParser

VOID = {"meta", "br", "img", "rect", "path"}


class Outline(HTMLParser):
    """Elements in order with their attributes, and their text; every element must be closed in turn."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.said = ""
        self.said_in: defaultdict[str, str] = defaultdict(str)
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.said += data
        for tag in set(self.open):
            self.said_in[tag] += data

    def count(self, tag: str) -> int:
        return sum(name == tag for name, _ in self.seen)

    @property
    def elements(self) -> set[str]:
        return {tag for tag, _ in self.seen}

    @property
    def attributes(self) -> set[str]:
        return {name for _, attributes in self.seen for name in attributes}
