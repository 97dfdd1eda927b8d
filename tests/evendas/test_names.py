"""A name never turns around what it stands in, wherever it was learned or typed."""

import pytest

from automacao.forms import InstanceForm
from evendas.accounts.forms import SignUpForm
from evendas.names import upright
from sac.forms import ContactForm
from sac.forms_team import AttendantForm, DepartmentForm
from sac.models import Contact

TURNING = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@pytest.mark.parametrize("sign", TURNING)
def test_what_turns_text_around_is_left_out(sign: str) -> None:
    assert upright(f"{sign}Ma{sign}rina{sign}") == "Marina"


@pytest.mark.parametrize("name", ["José d’Ávila", "👩‍👩‍👧‍👦", "مريم", "a\u00a0b", ""])
def test_whatever_else_people_are_called_stays(name: str) -> None:
    assert upright(name) == name


def test_a_name_that_whatsapp_tells_is_put_upright() -> None:
    contact = Contact(name="Rui")
    assert contact.learn_name("\u202eanna\u202c")
    assert contact.name == "anna"
    assert not contact.learn_name("\u2067anna\u2069"), "it is the same name"
    assert not contact.learn_name("\u202e \u200f"), "it is none"
    assert contact.name == "anna"


@pytest.mark.parametrize(
    ("form", "field"),
    [
        (ContactForm, "name"),
        (DepartmentForm, "name"),
        (AttendantForm, "full_name"),
        (AttendantForm, "nickname"),
        (SignUpForm, "store_name"),
        (SignUpForm, "full_name"),
        (InstanceForm, "name"),
    ],
)
def test_a_name_that_is_typed_is_put_upright(form: type[ContactForm], field: str) -> None:
    assert form.base_fields[field].clean("Ana\u202e Souza\u2069 ") == "Ana Souza"


def test_a_name_of_nothing_but_turns_is_missing() -> None:
    form = SignUpForm({"store_name": "\u202e\u2066", "full_name": "Ana"})
    assert form.errors["store_name"]
    assert "full_name" not in form.errors
