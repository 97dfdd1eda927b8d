"""What an admin types about departments and attendants, checked before an action sees it."""

from typing import Any, ClassVar

from django import forms
from django.db.models import Max, Q, QuerySet
from django.forms.models import fields_for_model, model_to_dict
from django.http import QueryDict

from automacao.models import Instance
from evendas.accounts.forms import (
    PASSWORD_HELP,
    TERMS_LABEL,
    TERMS_REQUIRED,
    EmailField,
    NewPasswordField,
    check_password_of,
    free_email,
)
from evendas.accounts.models import Store
from evendas.names import NameField
from sac.actions.attendants import AttendantWish
from sac.actions.departments import DepartmentWish, NameTaken
from sac.models import Attendant, Department
from sac.permissions import FLAGS

_CHOOSE = {
    "invalid_choice": "Escolha uma das opções da lista.",
    "invalid_pk_value": "Escolha uma das opções da lista.",
}


class Swatches(forms.RadioSelect):
    """Colours shown as themselves, with their names."""


class InstanceChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic at run time
    def label_from_instance(self, obj: Any) -> str:  # noqa: ANN401 - Django's signature
        return f"{obj} · {obj.phone_display}" if obj.name else str(obj)


class TeamForm(forms.Form):
    """A form some of whose choices are rows of the store: those of the fields `rows`."""

    rows: ClassVar[tuple[str, ...]] = ()

    @property
    def status(self) -> int:
        """404 when a row was named that is not there for this store, whosever it is; else 200."""
        strange = [name for name in self.rows for code in _CHOOSE if self.has_error(name, code)]
        return 404 if strange else 200


class DepartmentForm(TeamForm):
    """A queue of one number."""

    rows = ("instance",)

    name = NameField(label="Nome", max_length=60)
    instance = InstanceChoice(
        label="Instância",
        queryset=None,
        empty_label="Escolha…",
        error_messages=_CHOOSE,
        help_text="O número de WhatsApp por onde os clientes deste departamento escrevem.",
    )
    colour = forms.ChoiceField(
        label="Cor",
        choices=Department.Colour.choices,
        widget=Swatches,
        error_messages={"invalid_choice": "Escolha uma das cores."},
    )
    menu_position = forms.IntegerField(
        label="Posição no menu",
        min_value=1,
        max_value=99,
        help_text="A ordem em que o menu de atendimento mostra os departamentos.",
    )
    silence_minutes = forms.IntegerField(
        label="Devolver à fila após … minutos sem resposta",
        required=False,
        min_value=1,
        max_value=1440,
        help_text="Se quem atende não responder ao cliente neste tempo, ou sair do sistema, o "
        "atendimento volta para a fila. Em branco, nunca.",
        error_messages={
            "invalid": "Digite um número inteiro de minutos, ou deixe em branco.",
            "min_value": "Digite de 1 a 1440 minutos, ou deixe em branco.",
            "max_value": "Digite de 1 a 1440 minutos (um dia), ou deixe em branco.",
        },
    )
    is_active = forms.BooleanField(
        label="Ativo",
        required=False,
        help_text="Desativar devolve à fila os atendimentos que estão nele.",
    )

    def __init__(
        self, data: QueryDict | None = None, *, store: Store, department: Department | None = None
    ) -> None:
        self.store, self.department = store, department
        self.instances = numbers_of(store, department)
        super().__init__(data, initial=self._initial())
        self._field("instance").queryset = self.instances

    def clean_name(self) -> str:
        return " ".join(str(self.cleaned_data["name"]).split())

    def clean(self) -> dict[str, Any]:
        name, instance = self.cleaned_data.get("name"), self.cleaned_data.get("instance")
        if name and instance:
            same = Department.objects.in_store(self.store).filter(instance=instance).named(name)
            if same.exclude(pk=self.department.pk if self.department else 0).exists():
                self.add_error("name", NameTaken.sentence)
        return self.cleaned_data

    @property
    def wish(self) -> DepartmentWish:
        return DepartmentWish(**self.cleaned_data)

    def _initial(self) -> dict[str, Any]:
        if self.department:
            return model_to_dict(self.department, fields=self.base_fields)
        known = Department.objects.in_store(self.store)
        last = known.aggregate(last=Max("menu_position"))["last"] or 0
        colours = Department.Colour.values
        return {
            "instance": self.instances[0].pk if len(self.instances) == 1 else None,
            "colour": colours[known.count() % len(colours)],
            "menu_position": min(last + 1, 99),
            "is_active": True,
        }

    def _field(self, name: str) -> Any:  # noqa: ANN401 - one of Django's fields
        return self.fields[name]


class PlacesForm(TeamForm):
    """The name the team sees, and the departments: what an admin needs to answer as well."""

    rows = ("departments",)

    nickname = NameField(
        label="Apelido",
        max_length=60,
        help_text="O nome que a equipe vê no atendimento, como “Tamiris – Suporte”.",
    )
    departments: Any = forms.ModelMultipleChoiceField(
        label="Departamento",
        queryset=None,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Marque pelo menos um departamento.",
            "invalid_list": "Escolha uma das opções da lista.",
            **_CHOOSE,
        },
    )

    def __init__(
        self, data: QueryDict | None = None, *, store: Store, attendant: Attendant | None = None
    ) -> None:
        self.store, self.attendant = store, attendant
        super().__init__(data, initial=self._initial())
        self._choices().queryset = _places_of(store, attendant)

    def _initial(self) -> dict[str, Any]:
        if self.attendant is None:
            return {}
        places = self.attendant.places.values_list("department_id", flat=True)
        return {"nickname": self.attendant.nickname, "departments": list(places)}

    def _choices(self) -> Any:  # noqa: ANN401 - one of Django's fields
        return self.fields["departments"]


class AttendantForm(PlacesForm):
    """Somebody who answers, with the labels of the guide people follow."""

    full_name = NameField(label="Nome Completo", max_length=120)
    email = EmailField(autocomplete="off", help_text="Com ele a pessoa entra no sistema.")
    password = NewPasswordField(
        help_text=f"{PASSWORD_HELP} A pessoa pode trocar depois.",
    )
    can_view_all = forms.BooleanField(
        required=False,
        help_text="De qualquer departamento. Para atendentes gerais e supervisores.",
    )
    can_close_any = forms.BooleanField(
        required=False, help_text="Também os que estão com outra pessoa."
    )
    can_take_over_any = forms.BooleanField(
        required=False, help_text="Mesmo que já esteja em atendimento por outra pessoa."
    )
    can_view_finance = forms.BooleanField(
        required=False, help_text="O volume de entrada de pedidos, no Início."
    )
    accepts_terms = forms.BooleanField(
        label=TERMS_LABEL,
        error_messages={"required": TERMS_REQUIRED},
        help_text="Obrigatório para criar o usuário. A pessoa aceita de novo no primeiro acesso.",
    )

    def __init__(
        self, data: QueryDict | None = None, *, store: Store, attendant: Attendant | None = None
    ) -> None:
        super().__init__(data, store=store, attendant=attendant)
        labels = fields_for_model(Attendant, FLAGS)
        for flag in FLAGS:
            self.fields[flag].label = labels[flag].label
        if attendant:
            self._only_what_may_change()

    def clean_email(self) -> str:
        return free_email(
            self.cleaned_data["email"], user=self.attendant.user if self.attendant else None
        )

    def clean(self) -> dict[str, Any]:
        check_password_of(self, full_name=self.cleaned_data.get("full_name", ""))
        return self.cleaned_data

    @property
    def wish(self) -> AttendantWish:
        data = self.cleaned_data
        return AttendantWish(
            full_name=data["full_name"],
            email=data["email"],
            nickname=data["nickname"],
            departments=tuple(data["departments"]),
            flags={flag: data[flag] for flag in FLAGS},
        )

    def _only_what_may_change(self) -> None:
        del self.fields["accepts_terms"]
        self.fields["password"] = NewPasswordField(
            label="Nova senha",
            required=False,
            help_text="Só se for para trocar: a pessoa terá de entrar de novo.",
        )

    def _initial(self) -> dict[str, Any]:
        if self.attendant is None:
            return {}
        user = self.attendant.user
        return {
            **super()._initial(),
            "full_name": user.full_name,
            "email": user.email,
            **{flag: getattr(self.attendant, flag) for flag in FLAGS},
        }


class AvailabilityForm(forms.Form):
    """What one click in one's own menu says."""

    availability = forms.ChoiceField(
        choices=Attendant.Availability.choices,
        error_messages={
            "required": "Escolha Disponível, Em pausa ou Indisponível.",
            "invalid_choice": "Escolha Disponível, Em pausa ou Indisponível.",
        },
    )


def numbers_of(store: Store, department: Department | None = None) -> "QuerySet[Instance]":
    """The numbers a department may hang on: those that were filled in, and the one it has."""
    own = Q(pk=department.instance_id) if department else Q()
    return Instance.objects.in_store(store).filter(~Q(phone="") | own).order_by("id")


def _places_of(store: Store, attendant: Attendant | None) -> "QuerySet[Department]":
    """The active departments, and those the attendant is in anyway."""
    own = Q(places__attendant=attendant) if attendant else Q()
    known = Department.objects.in_store(store)
    return known.filter(Q(is_active=True) | own).distinct().by_name()
