"""What an admin says about a spreadsheet: which file, and what its columns are."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from pedidos.models import OrderImport
from pedidos.spreadsheet.columns import COLUMNS, LABELS, missing
from pedidos.spreadsheet.layout import BYTES_MAX, LINES_MAX

_SIZES = f"CSV de até {BYTES_MAX // 2**20} MB e {LINES_MAX // 1000} mil linhas."
_CHOICES = [("", "Não importar"), *((one.field, one.label) for one in COLUMNS)]


class SpreadsheetForm(forms.Form):
    """The file. What is inside is judged by `take_file`."""

    file = forms.FileField(
        label="Arquivo",
        help_text=_SIZES,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,text/csv"}),
        error_messages={
            "required": "Escolha o arquivo.",
            "invalid": "Escolha o arquivo.",
            "missing": "Escolha o arquivo.",
            "empty": "O arquivo está vazio.",
        },
    )


class ColumnsForm(forms.Form):
    """A choice for each column of a file: the field of an order it is."""

    def __init__(self, row: OrderImport, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        for place, (heading, field) in enumerate(zip(row.headings, row.fields, strict=True)):
            self.fields[f"column-{place}"] = forms.ChoiceField(
                label=heading, choices=_CHOICES, required=False, initial=field
            )

    @property
    def chosen(self) -> list[str]:
        return [str(self.cleaned_data[name]) for name in self.fields]

    def clean(self) -> dict[str, Any]:
        """Each field of an order is one column, and those it cannot be without are there."""
        typed: dict[str, Any] = super().clean() or {}
        known: set[str] = set()
        for name in self.fields:
            field = typed.get(name, "")
            if field and field in known:
                self.add_error(name, f"“{LABELS[field]}” já é outra coluna.")
            known.add(field)
        if absent := missing(tuple(known)):
            raise forms.ValidationError(told_missing(absent))
        return typed


def told_missing(absent: Sequence[str]) -> str:
    """What has to be said before anything can be imported."""
    names = " e ".join(filter(None, (", ".join(absent[:-1]), absent[-1])))
    return f"Diga qual coluna tem: {names}."
