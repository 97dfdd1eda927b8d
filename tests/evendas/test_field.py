"""Every field of a form is drawn by one template: named, helped, and its error beside it."""

from django import forms
from django.template.loader import render_to_string

from tests.sac.pages import Page, read


class Swatches(forms.RadioSelect):
    """As the colour of a department is chosen."""


class Form(forms.Form):
    name = forms.CharField(label="Nome", help_text="Como a equipe chama.", max_length=5)
    kind = forms.ChoiceField(label="Tipo", choices=[("a", "A"), ("b", "B")])
    several = forms.MultipleChoiceField(
        label="Vários", choices=[("x", "X"), ("y", "Y")], widget=forms.CheckboxSelectMultiple
    )
    colour = forms.ChoiceField(label="Cor", choices=[("green", "Verde")], widget=Swatches)
    agreed = forms.BooleanField(label="Aceito")
    hidden = forms.CharField(widget=forms.HiddenInput, required=False)


def draw(form: forms.Form, name: str) -> Page:
    return read(render_to_string("_field.html", {"field": form[name]}))


def test_a_label_names_its_control() -> None:
    for name in ("name", "kind", "agreed"):
        page = draw(Form(), name)
        label = page.find("label")[0]
        assert page.find(id=label.attributes["for"])[0].attributes["name"] == name


def test_a_group_is_named_by_its_legend_and_each_choice_by_its_label() -> None:
    page = draw(Form(), "several")
    assert page.find("legend")[0].text == "Vários"
    assert [label.text for label in page.find("label")] == ["X", "Y"]
    assert [box.attributes["value"] for box in page.find("input")] == ["x", "y"]


def test_colours_are_choices_with_names() -> None:
    page = draw(Form(), "colour")
    assert page.find("label", class_="chip-green")[0].text == "Verde"


def test_help_is_told_with_the_control() -> None:
    page = draw(Form(), "name")
    (told,) = page.find("p", id="id_name_helptext")
    assert told.text == "Como a equipe chama."
    assert page.find("input", aria_describedby="id_name_helptext")


def test_an_error_stands_beside_the_field_with_what_was_typed() -> None:
    page = draw(Form({"name": "<b>longo</b>"}), "name")
    (box,) = page.find("input", aria_describedby="id_name_error", aria_invalid="true")
    assert box.attributes["value"] == "<b>longo</b>"
    assert "no máximo 5" in page.find("div", id="id_name_error")[0].text


def test_an_error_of_a_group_is_told_with_the_group() -> None:
    page = draw(Form({}), "several")
    assert page.find("fieldset", aria_describedby="id_several_error")
    assert page.find("div", id="id_several_error")[0].text.strip() == "Este campo é obrigatório."


def test_a_hidden_field_shows_nothing() -> None:
    assert not draw(Form(), "hidden").find("label")


def test_the_top_of_a_form_says_that_something_needs_a_look() -> None:
    assert not read(render_to_string("_form_errors.html", {"form": Form()})).elements
    page = read(render_to_string("_form_errors.html", {"form": Form({})}))
    assert page.find("div", role="alert")[0].text.strip() == "Confira os campos marcados."
