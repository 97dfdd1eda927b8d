"""Older messages over HTTP: the whole thread, page by page, none twice."""

import re

import pytest

from sac.thread import PAGE
from tests.conftest import Actor, Shop

pytestmark = pytest.mark.django_db


def messages_of(html: str) -> list[str]:
    return re.findall(r'id="(message-\d+)"', html)


def cursor_of(html: str) -> str | None:
    found = re.search(r"antes=(\d+-\d+)", html)
    return found.group(1) if found else None


def test_scrolling_up_brings_what_came_before_until_nothing_is_left(shop: Shop, ana: Actor) -> None:
    ticket = shop.hears("primeira", phone="+5511955550001", department=shop.support)
    for number in range(2, 2 * PAGE + 6):
        shop.hears(f"mensagem {number}", phone="+5511955550001")
    page = ana.client.get(f"/sac/atendimento/{ticket.code}/").content.decode()
    seen = messages_of(page)
    while cursor := cursor_of(page):
        address = f"/sac/atendimento/{ticket.code}/anteriores/?antes={cursor}"
        page = ana.client.get(address).content.decode()
        seen = messages_of(page) + seen
    expected = ticket.messages.order_by("sort_key", "id").values_list("id", flat=True)
    assert seen == [f"message-{pk}" for pk in expected]


def test_without_javascript_the_link_shows_the_older_page(shop: Shop, ana: Actor) -> None:
    ticket = shop.hears("primeira", phone="+5511955550002", department=shop.support)
    for number in range(PAGE):
        shop.hears(f"mensagem {number}", phone="+5511955550002")
    newest = ana.client.get(f"/sac/atendimento/{ticket.code}/").content.decode()
    older = ana.client.get(f"/sac/atendimento/{ticket.code}/?antes={cursor_of(newest)}")
    assert "primeira" not in newest.split('id="thread"')[1].split("</ol>")[0]
    assert "primeira" in older.content.decode().split('id="thread"')[1].split("</ol>")[0]
