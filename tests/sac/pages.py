"""Reads pages as a browser would: by elements, never by guessing at the text around them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Protocol

VOID = {"br", "hr", "img", "input", "link", "meta", "path", "circle", "line", "polyline", "rect"}


@dataclass
class Element:
    """An element with its attributes and all the text inside it."""

    tag: str
    attributes: dict[str, str]
    text: str = ""


@dataclass
class Page:
    """The elements of a page or fragment, in the order they open."""

    elements: list[Element] = field(default_factory=list)

    def find(self, tag: str = "", **wanted: str) -> list[Element]:
        """Elements of this tag whose attributes hold these words (`class_` for class)."""
        pairs = {name.rstrip("_").replace("_", "-"): word for name, word in wanted.items()}
        return [
            element
            for element in self.elements
            if tag in {"", element.tag}
            and all(
                word in element.attributes.get(name, "").split() for name, word in pairs.items()
            )
        ]

    def with_id(self, prefix: str) -> list[str]:
        """The rest of each id that begins with `prefix`, in page order."""
        ids = [element.attributes.get("id", "") for element in self.elements]
        return [found.removeprefix(prefix) for found in ids if found.startswith(prefix)]

    @property
    def ticket_ids(self) -> list[int]:
        """The rows of the list."""
        return [int(row.attributes["data-ticket"]) for row in self.find("li", class_="row")]

    @property
    def next_page(self) -> str:
        """The address of the next rows; empty at the end."""
        more = self.find("li", id="more")
        return more[0].attributes["hx-get"] if more else ""

    @property
    def counts(self) -> dict[str, int]:
        """What the tabs count, by status."""
        return {
            found.attributes["data-count"]: int(found.text)
            for found in self.find("span", class_="count")
        }


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()
        self.inside: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.page.elements.append(element)
        if tag not in VOID:
            self.inside.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.page.elements.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        while self.inside and self.inside.pop().tag != tag:
            pass

    def handle_data(self, data: str) -> None:
        for element in self.inside:
            element.text += data


class Answer(Protocol):
    """What the test client returns."""

    status_code: int
    content: bytes

    def __getitem__(self, header: str) -> str: ...


def read(answer: Answer | str) -> Page:
    """Read an answer's body, or a piece of HTML."""
    reader = _Reader()
    reader.feed(answer if isinstance(answer, str) else answer.content.decode())
    return reader.page
