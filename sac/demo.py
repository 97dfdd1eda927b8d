"""The story the demo tells: people, departments and conversations of a small shoe shop."""

from dataclasses import dataclass

STORE = "Aurora Calçados"
NUMBER = "+5511900000100"
DEPARTMENTS = (("Suporte", "green"), ("Vendas", "purple"))


@dataclass(frozen=True, slots=True)
class Person:
    email: str
    full_name: str
    nickname: str = ""
    departments: tuple[str, ...] = ()
    is_admin: bool = False
    is_supervisor: bool = False


PEOPLE = (
    Person("dono@aurora.demo", "Helena Aurora Prado", is_admin=True),
    Person(
        "sara@aurora.demo",
        "Sara Menezes",
        "Sara – Supervisão",
        ("Suporte", "Vendas"),
        is_supervisor=True,
    ),
    Person("ana@aurora.demo", "Ana Tamiris Souza", "Ana – Suporte", ("Suporte",)),
    Person("bia@aurora.demo", "Bianca Ferreira", "Bia – Vendas", ("Vendas",)),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One thing said, `ago` minutes before now. Replies come from the story's attendant."""

    ago: int
    who: str
    text: str


@dataclass(frozen=True, slots=True)
class Story:
    """A customer's conversation; `attendant` took it, `closed` minutes ago it ended."""

    name: str
    phone: str
    department: str
    lines: tuple[Line, ...]
    attendant: str = ""
    closed: int | None = None
    # The network's own id, where it is not the number: accounts older than the ninth digit.
    old_wa_id: str = ""

    @property
    def wa_id(self) -> str:
        return self.old_wa_id or self.phone.lstrip("+")


def _said(*lines: tuple[int, str, str]) -> tuple[Line, ...]:
    return tuple(Line(*line) for line in lines)


STORIES = (
    Story(
        "Mariana Costa",
        "+5511987654321",
        "Suporte",
        _said(
            (38, "cliente", "Oi! Fiz um pedido ontem e queria saber do envio"),
            (35, "loja", "Olá, Mariana! Vi aqui o pedido #10482, pago e em separação 😊"),
            (34, "cliente", "Que bom! É o tênis azul, né?"),
            (32, "loja", "Isso mesmo! Sai hoje às 17h pelos Correios."),
            (2, "cliente", "Consegue ver se já foi postado? 🙏"),
        ),
        attendant="ana@aurora.demo",
    ),
    Story(
        "Rafael Junqueira",
        "+5531998765432",
        "Suporte",
        _said(
            (64, "cliente", "Bom dia, a sandália veio com a fivela quebrada"),
            (60, "loja", "Bom dia, Rafael! Sinto muito. Pode me mandar o número do pedido?"),
            (58, "cliente", "É o 10391"),
            (55, "loja", "Achei. Prefere trocar por outra igual ou receber o valor de volta?"),
        ),
        attendant="ana@aurora.demo",
        old_wa_id="553198765432",
    ),
    Story(
        "Lívia Ferraz",
        "+5521988120043",
        "Vendas",
        _said(
            (21, "cliente", "Vocês têm a bota caramelo no 37?"),
            (18, "loja", "Temos sim, Lívia! A última do 37. Quer que eu separe?"),
            (5, "cliente", "Quero! Aceita Pix?"),
        ),
        attendant="bia@aurora.demo",
    ),
    Story(
        "Gustavo Nakamura",
        "+5511976543210",
        "Vendas",
        _said(
            (140, "cliente", "Fazem entrega no mesmo dia em São Paulo?"),
            (133, "loja", "Fazemos, para pedidos até as 11h, Gustavo."),
            (130, "cliente", "Obrigado, era isso mesmo!"),
            (129, "loja", "Imagina! Qualquer coisa é só chamar."),
        ),
        attendant="bia@aurora.demo",
        closed=120,
    ),
    Story(
        "Cíntia Torres",
        "+5541991234567",
        "Suporte",
        _said(
            (1510, "cliente", "Meu boleto venceu ontem, consigo pagar ainda?"),
            (1498, "loja", "Consegue! Enviei o boleto atualizado para o seu e-mail."),
            (1490, "cliente", "Recebi, obrigada"),
        ),
        attendant="ana@aurora.demo",
        closed=1480,
    ),
    Story(
        "Pedro Henrique Alves",
        "+5511965432109",
        "Suporte",
        _said((3, "cliente", "Oi, boa tarde! O rastreio do meu pedido não atualiza desde sexta")),
    ),
    Story(
        "Camila Rocha",
        "+5571987651234",
        "Vendas",
        _said(
            (9, "cliente", "Olá"),
            (8, "cliente", "Esse scarpin do anúncio ainda tem desconto?"),
        ),
    ),
    Story(
        "Joana D'Ávila",
        "+5551999887766",
        "Suporte",
        _said((14, "cliente", "Comprei o número errado 😩 como faço para trocar?")),
    ),
    Story(
        "Márcio Oliveira",
        "+5519981234567",
        "Vendas",
        _said((26, "cliente", "Boa tarde, vocês vendem para lojistas?")),
    ),
    Story(
        "Beatriz Lima",
        "+5561982223344",
        "Suporte",
        _said(
            (2900, "cliente", "O sapato apertou um pouco, dá para laciar?"),
            (2890, "loja", "Dá sim! Use com meia grossa por alguns minutos por dia."),
            (2885, "cliente", "Vou tentar, valeu!"),
        ),
        attendant="ana@aurora.demo",
        closed=2880,
    ),
    Story(
        "",
        "+5585988776655",
        "Vendas",
        _said((41, "cliente", "Qual o prazo de entrega para Fortaleza?")),
    ),
    Story(
        "Tiago Bernardes",
        "+5548984455667",
        "Vendas",
        _said(
            (75, "cliente", "Vocês têm loja física?"),
            (70, "loja", "Temos, Tiago! Na Rua Augusta, 1500, São Paulo."),
            (52, "cliente", "E abre no domingo?"),
        ),
        attendant="bia@aurora.demo",
    ),
)
