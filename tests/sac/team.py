"""What an admin types on the team's screens, and what the screens say to it."""

from sac.models import Attendant, Department
from sac.permissions import FLAGS
from tests.conftest import PASSWORD, Actor, Shop
from tests.sac.pages import Answer, Page, read

LIST, NEW, SELF = "/sac/atendentes/", "/sac/atendentes/novo/", "/sac/atendentes/eu/"
LONG = "x" * 300


def address(attendant: Attendant | None) -> str:
    assert attendant
    return f"/sac/atendentes/{attendant.pk}/"


def typed(department: Department, /, **changed: object) -> dict[str, object]:
    data = {
        "full_name": "Tamiris Alves",
        "email": "tamiris@loja.test",
        "password": PASSWORD,
        "nickname": "Tamiris – Suporte",
        "departments": [department.pk],
        "accepts_terms": "on",
    }
    return {name: value for name, value in {**data, **changed}.items() if value is not None}


def of(attendant: Attendant | None, /, **changed: object) -> dict[str, object]:
    """What the form of an attendant sends when nothing, or this, was changed in it."""
    assert attendant
    data = {
        "full_name": attendant.user.full_name,
        "email": attendant.user.email,
        "nickname": attendant.nickname,
        "departments": list(attendant.places.values_list("department_id", flat=True)),
        **{flag: "on" for flag in FLAGS if getattr(attendant, flag)},
    }
    return {name: value for name, value in {**data, **changed}.items() if value is not None}


def error_of(answer: Answer, field: str) -> str:
    found = read(answer).find("div", id=f"id_{field}_error")
    return " ".join(found[0].text.split()) if found else ""


def value_of(page: Page, name: str) -> str:
    return page.find("input", name=name)[0].attributes.get("value", "")


def checked(page: Page, name: str) -> list[str]:
    boxes = page.find("input", name=name)
    return [box.attributes["value"] for box in boxes if "checked" in box.attributes]


def join(shop: Shop, admin: Actor, nickname: str = "Dono – Geral") -> Attendant:
    data = {"nickname": nickname, "departments": [shop.support.pk]}
    assert admin.client.post(SELF, data).status_code == 302
    return Attendant.objects.get(user=admin.user)
