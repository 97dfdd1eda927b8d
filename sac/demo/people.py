"""The two shops of the demo and who works there."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """`flags` are the attendant's rights, by their field's name."""

    email: str
    full_name: str
    nickname: str = ""
    departments: tuple[str, ...] = ()
    is_admin: bool = False
    flags: tuple[str, ...] = ()

    @property
    def nick(self) -> str:
        """How the dialogues call them."""
        return self.email.partition("@")[0]


@dataclass(frozen=True, slots=True)
class Shop:
    """A store; `line` is its number's name, `tickets` how many it has had, those of today too."""

    name: str
    zone: str
    line: str
    number: str
    departments: tuple[tuple[str, str], ...]
    people: tuple[Person, ...]
    tickets: int
    # The file of `dialogues/` with what is going on there now.
    present: str

    @property
    def key(self) -> str:
        """How the files of customers and people call it."""
        return self.name.partition(" ")[0].lower()


AURORA = Shop(
    name="Aurora Calçados",
    zone="America/Sao_Paulo",
    line="Loja SP",
    number="+5511900000100",
    departments=(("Suporte", "green"), ("Vendas", "purple"), ("Financeiro", "blue")),
    people=(
        Person("dono@aurora.demo", "Helena Aurora Prado", is_admin=True),
        Person(
            "sara@aurora.demo",
            "Sara Menezes",
            "Sara – Supervisão",
            ("Suporte", "Vendas", "Financeiro"),
            flags=("can_view_all", "can_close_any", "can_take_over_any", "can_view_finance"),
        ),
        Person("ana@aurora.demo", "Ana Tamiris Souza", "Ana – Suporte", ("Suporte",)),
        Person(
            "bia@aurora.demo",
            "Bianca Ferreira",
            "Bia – Vendas",
            ("Vendas",),
            flags=("can_close_any",),
        ),
        Person(
            "caio@aurora.demo",
            "Caio Duarte",
            "Caio – Financeiro",
            ("Financeiro",),
            flags=("can_view_finance", "can_take_over_any"),
        ),
    ),
    tickets=120,
    present="live",
)

BOREAL = Shop(
    name="Boreal Presentes",
    zone="America/Manaus",
    line="Loja Manaus",
    number="+5592900000200",
    departments=(("Atendimento", "teal"),),
    people=(
        Person(
            "eva@boreal.demo",
            "Eva Boreal Nogueira",
            "Eva – Boreal",
            ("Atendimento",),
            is_admin=True,
            flags=("can_view_all", "can_close_any", "can_take_over_any", "can_view_finance"),
        ),
        Person("leo@boreal.demo", "Leonardo Paes", "Léo – Boreal", ("Atendimento",)),
    ),
    tickets=8,
    present="boreal",
)

SHOPS = (AURORA, BOREAL)
