"""The documents name what is there, and everything an operator must know of."""

import re
from pathlib import Path

import pytest

from dev.local import ROOT

DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
OPERATING = (ROOT / "docs/operating.md").read_text()
APPS = ("evendas", "automacao", "pedidos", "sac")
# Folders and files of the repository, as they stand between backquotes.
PLACE = re.compile(
    r"`((?:evendas|automacao|pedidos|sac|dev|tests|templates|static|docs)/[\w./-]+)`"
)
LINK = re.compile(r"\]\(([^)#:]+)\)")


def sources() -> str:
    return "".join(file.read_text() for app in APPS for file in (ROOT / app).rglob("*.py"))


def test_every_setting_is_explained_to_operators() -> None:
    read = set(re.findall(r'"(EVENDAS_[A-Z_]+|DATABASE_URL|REDIS_URL)"', sources()))
    asked = set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text()))
    assert len(read) > 20
    assert sorted(name for name in read | asked if f"`{name}`" not in OPERATING) == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: file.name)
def test_what_a_document_points_at_is_there(document: Path) -> None:
    text = document.read_text()
    places = {ROOT / place for place in PLACE.findall(text)}
    links = {document.parent / link for link in LINK.findall(text)}
    assert sorted(str(one) for one in places | links if not one.exists()) == []
