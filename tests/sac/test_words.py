"""Links in what people write: the web's, and nothing that acts."""

from time import monotonic

import pytest

from sac.templatetags.desk_words import linked
from tests.sac.pages import Page, read

SAFE = {"target": "_blank", "rel": "noopener noreferrer nofollow"}


def links(text: str) -> list[tuple[str, str]]:
    found = drawn(text).find("a")
    assert all(one.attributes | SAFE == one.attributes for one in found)
    return [(one.text, one.attributes["href"]) for one in found]


def drawn(text: str) -> Page:
    return read(str(linked(text)))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Veja https://loja.com.br/p?a=1&b=2.", "https://loja.com.br/p?a=1&b=2"),
        ("(http://loja.com.br)", "http://loja.com.br"),
        (
            "https://pt.wikipedia.org/wiki/Mal_(g%C3%AAnero)!",
            "https://pt.wikipedia.org/wiki/Mal_(g%C3%AAnero)",
        ),
        ("HTTPS://LOJA.COM.BR", "HTTPS://LOJA.COM.BR"),
        ("leia\nhttps://loja.com.br/açaí, ok?", "https://loja.com.br/açaí"),
        ("“https://loja.com.br”", "https://loja.com.br"),
        ("*https://loja.com.br*", "https://loja.com.br"),
    ],
)
def test_an_address_is_a_link_without_what_ends_its_sentence(text: str, shown: str) -> None:
    assert links(text) == [(shown, shown)]


def test_www_leads_to_the_safe_web() -> None:
    assert links("em www.loja.com.br, sim") == [("www.loja.com.br", "https://www.loja.com.br")]


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "JaVaScRiPt://www.loja.com/%0aalert(1)",
        "data:text/html,<script>alert(1)</script>",
        "ftp://loja.com.br",
        "https://",
        "http://[::1",
        "https://localhost",
        "https://banco.com.br@golpe.com",
        "eu@www.loja.com",
        "xhttps://loja.com",
        "//loja.com.br",
        "vendas@loja.com.br",
    ],
)
def test_nothing_else_is(text: str) -> None:
    assert links(text) == []
    assert linked(text).count("&lt;") == text.count("<")


def test_everything_around_it_is_escaped() -> None:
    text = """<img src=x onerror=alert(1)> https://loja.com/"onmouseover="x <b>'&"""
    (shown, _), *_ = links(text)
    assert shown == "https://loja.com/"
    assert [one.tag for one in drawn(text).elements] == ["a"]


def test_two_addresses_are_two_links_and_the_text_stays_whole() -> None:
    text = "https://a.com, https://b.com e www.c.com."
    assert [shown for shown, _ in links(text)] == ["https://a.com", "https://b.com", "www.c.com"]


def test_a_long_text_without_end_is_read_at_once() -> None:
    for hostile in ("https://" + ")" * 60_000, "www." * 20_000, "https://a." * 9_000):
        began = monotonic()
        assert len(linked(hostile)) >= len(hostile)
        assert monotonic() - began < 5
