"""The folded section of a number: kept as typed, refused when it makes no sense."""

from typing import Any

import pytest

from automacao.chatbot_form import ChatbotForm
from automacao.models import ChatbotSettings, Instance
from tests.conftest import Actor, Shop
from tests.sac.pages import read

pytestmark = pytest.mark.django_db

Rings = list[tuple[str, tuple[int, ...]]]
HOURS = {
    "hours_0_0": "09:00",
    "hours_0_1": "12:00",
    "hours_0_2": "13:30",
    "hours_0_3": "18:00",
    "hours_5_0": "09:00",
    "hours_5_1": "13:00",
}


def settings_of(**typed: str) -> dict[str, Any]:
    """What this would be kept as."""
    form = ChatbotForm(typed)
    assert form.is_valid(), form.errors
    return form.cleaned


def errors_of(**typed: str) -> dict[str, list[str]]:
    """What this is refused with, by field."""
    form = ChatbotForm(typed)
    assert not form.is_valid()
    return {name: [str(error) for error in errors] for name, errors in form.errors.items()}


def test_nothing_typed_is_fine() -> None:
    kept = settings_of()
    assert kept == {name: getattr(ChatbotSettings(), name) for name in kept}


def test_hours_are_kept_by_day_and_interval() -> None:
    monday, *days, saturday, sunday = settings_of(**HOURS)["hours"]
    assert monday == [["09:00", "12:00"], ["13:30", "18:00"]]
    assert saturday == [["09:00", "13:00"]]
    assert [*days, sunday] == [[]] * 5


@pytest.mark.parametrize(
    ("typed", "field", "reason"),
    [
        ({"hours_0_0": "09:00"}, "hours_0_0", "a de fechar"),
        ({"hours_0_1": "09:00"}, "hours_0_0", "a de fechar"),
        ({"hours_1_2": "13:00", "hours_1_3": "18:00"}, "hours_1_0", "primeiro período"),
        ({"hours_2_0": "12:00", "hours_2_1": "09:00"}, "hours_2_0", "em ordem"),
        ({"hours_2_0": "09:00", "hours_2_1": "09:00"}, "hours_2_0", "em ordem"),
        ({**HOURS, "hours_0_2": "11:00"}, "hours_0_0", "em ordem"),
        ({"hours_6_0": "25:00", "hours_6_1": "26:00"}, "hours_6_0", "assim: 09:00"),
        ({"hours_6_0": "nove", "hours_6_1": "12:00"}, "hours_6_0", "assim: 09:00"),
        ({"holidays": "25/12\n31/02"}, "holidays", "“31/02” não é uma data"),
        ({"holidays": "Natal"}, "holidays", "“Natal” não é uma data"),
        ({"holidays": "29/02/2027"}, "holidays", "não é uma data"),
        (
            {"holidays": "\n".join(f"{n % 28 + 1}/{n // 28 + 1}" for n in range(61))},
            "holidays",
            "60",
        ),
        ({"tries": "0"}, "tries", "maior ou igual a 1"),
        ({"tries": "11"}, "tries", "menor ou igual a 10"),
        ({"tries": "três"}, "tries", "número inteiro"),
        ({"inactivity_minutes": "9"}, "inactivity_minutes", "maior ou igual a 10"),
        ({"inactivity_minutes": "1e9"}, "inactivity_minutes", "número inteiro"),
        ({"greeting": "a" * 1001}, "greeting", "1000 caracteres"),
        ({"closing": "a\0b"}, "closing", "nulos"),
    ],
)
def test_what_makes_no_sense_is_told_at_its_field(
    typed: dict[str, str], field: str, reason: str
) -> None:
    assert reason in errors_of(**typed)[field][0]


def test_holidays_are_kept_in_order_and_once() -> None:
    kept = settings_of(holidays=" 25/12 \n1/1\n\n08/12/2026\n29/02\n25/12")
    assert kept["holidays"] == ["01-01", "02-29", "12-25", "2026-12-08"]


def test_settings_are_saved_with_the_number_and_shown_again(
    dono: Actor, shop: Shop, rings: Rings
) -> None:
    address = f"/automacao/sincronizar-whatsapp/{shop.instance.pk}/"
    typed = {
        "phone": shop.instance.phone,
        "name": "Loja SP",
        "greeting": "Olá! 😊 Escolha uma opção:",
        "tries": "5",
        "holidays": "25/12\n08/12/2026",
        "has_survey": "on",
        "inactivity_minutes": "30",
        **HOURS,
    }
    assert dono.client.post(address, typed).status_code == 302
    kept = ChatbotSettings.objects.get()
    assert (kept.store_id, kept.instance_id) == (shop.store.pk, shop.instance.pk)
    assert (kept.greeting, kept.tries, kept.has_survey) == ("Olá! 😊 Escolha uma opção:", 5, True)
    page = read(dono.client.get(address))
    (fold,) = page.find("details", class_="fold")
    assert "open" in fold.attributes
    for name, value in typed.items():
        if name not in {"greeting", "holidays", "phone", "has_survey"}:
            assert page.find(name=name)[0].attributes["value"] == value
    assert "checked" in page.find(name="has_survey")[0].attributes
    assert page.find(name="holidays")[0].text.split() == ["25/12", "08/12/2026"]
    dono.client.post(address, {"phone": shop.instance.phone, "name": "Loja SP"})
    emptied = ChatbotSettings.objects.get()
    assert (emptied.greeting, emptied.holidays, emptied.inactivity_minutes) == ("", [], None)
    assert rings == []


def test_an_error_inside_opens_the_fold_and_keeps_what_was_typed(dono: Actor, shop: Shop) -> None:
    address = f"/automacao/sincronizar-whatsapp/{shop.instance.pk}/"
    typed = {"phone": shop.instance.phone, "name": "Loja SP", "hours_3_0": "18:00"}
    page = read(dono.client.post(address, typed | {"hours_3_1": "09:00"}))
    assert "open" in page.find("details", class_="fold")[0].attributes
    opens = page.find(name="hours_3_0")[0].attributes
    assert opens["value"] == "18:00"
    told = page.find(id=opens["aria-describedby"])[0].text
    assert told == "As horas precisam vir em ordem. Até a meia-noite, use 23:59."
    assert Instance.objects.get(pk=shop.instance.pk).name != "Loja SP"
    assert not ChatbotSettings.objects.exists()


def test_the_menu_is_read_from_the_departments(dono: Actor, shop: Shop) -> None:
    shop.sales.menu_position = 0
    shop.sales.save()
    page = read(dono.client.get(f"/automacao/sincronizar-whatsapp/{shop.instance.pk}/"))
    (menu,) = page.find(id="menu-text")
    assert menu.text == "1 · Vendas2 · Suporte"
