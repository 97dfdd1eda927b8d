"""Minhas preferências: each person's own, and known to the page."""

from collections.abc import Callable

import pytest

from sac.models import DeskPreferences
from tests.conftest import Actor
from tests.sac.pages import Answer, Element, read

ADDRESS = "/sac/preferencias/"


def choose(actor: Actor, **typed: str) -> Answer:
    data = {"theme": "system", "sends_with": "enter", "sound_scope": "waiting", **typed}
    return actor.client.post(ADDRESS, data)


def desk(actor: Actor) -> Element:
    return read(actor.client.get("/sac/atendimento/")).find(id="desk")[0]


def test_whoever_chose_nothing_has_a_desk_as_it_comes(ana: Actor) -> None:
    shown = desk(ana).attributes
    assert "data-enter-sends" in shown
    assert "data-shortcuts" in shown
    assert "data-notifies" not in shown
    assert shown["data-sound"] == "waiting"
    assert not DeskPreferences.objects.exists()


def test_what_one_chooses_is_ones_own(ana: Actor, dono: Actor) -> None:
    assert choose(ana, sends_with="ctrl", sound_scope="none", notifies="on").status_code == 302
    assert choose(dono, has_shortcuts="on").status_code == 302
    mine, theirs = desk(ana).attributes, desk(dono).attributes
    assert [name in mine for name in ("data-enter-sends", "data-shortcuts", "data-notifies")] == [
        False,
        False,
        True,
    ]
    assert mine["data-sound"] == "none"
    assert "data-enter-sends" in theirs
    assert "data-shortcuts" in theirs
    form = read(ana.client.get(ADDRESS))
    chosen = [one for one in form.find("input", name="sends_with") if "checked" in one.attributes]
    assert [one.attributes["value"] for one in chosen] == ["ctrl"]


@pytest.mark.parametrize(
    ("theme", "sheets", "scheme"),
    [
        ("system", ["(prefers-color-scheme: dark)"], "light dark"),
        ("light", [], "light"),
        ("dark", [""], "dark"),
    ],
)
def test_the_theme_is_of_every_page(ana: Actor, theme: str, sheets: list[str], scheme: str) -> None:
    choose(ana, theme=theme)
    for address in ("/", ADDRESS, "/sac/atendimento/"):
        page = read(ana.client.get(address))
        links = [one.attributes for one in page.find("link") if "dark" in one.attributes["href"]]
        assert [one.get("media", "") for one in links] == sheets
        (named,) = page.find("meta", name="color-scheme")
        assert named.attributes["content"] == scheme


def test_choosing_again_changes_the_same_row(ana: Actor) -> None:
    choose(ana, sends_with="ctrl")
    choose(ana)
    row = DeskPreferences.objects.get()
    assert (row.user, row.store, row.enter_sends) == (ana.user, ana.user.store, True)


def test_nonsense_is_refused_beside_its_field(ana: Actor) -> None:
    answer = choose(ana, sound_scope="alto")
    assert answer.status_code == 200
    assert len(read(answer).find(class_="field-error")) == 1
    assert not DeskPreferences.objects.exists()


def test_the_page_learns_them_with_one_question(
    ana: Actor, django_assert_max_num_queries: Callable[..., object]
) -> None:
    choose(ana)
    with django_assert_max_num_queries(6):  # type: ignore[attr-defined]
        ana.client.get(ADDRESS)
