"""Fills a dialogue's words in: which order, which shoe, which day."""

from datetime import datetime, timedelta
from random import Random

from sac.demo.customers import Customer

SHOES = (
    ("o", "tênis Brisa azul", 219.90),
    ("o", "tênis Brisa rosa", 219.90),
    ("a", "sapatilha Nuvem bege", 139.90),
    ("o", "mocassim Sereno preto", 189.90),
    ("a", "bota Trilha caramelo", 329.90),
    ("o", "scarpin Aurora vermelho", 199.90),
    ("a", "rasteirinha Maré dourada", 99.90),
    ("o", "sapato Clássico preto", 259.90),
    ("a", "sandália Luar prata", 159.90),
)
_WEEKDAYS = ("segunda", "terça", "quarta", "quinta", "sexta", "sábado", "domingo")
LAST_ORDER = 10_490
ORDERS_A_DAY = 9


class Phrases:
    """The words of one conversation, which began at `began`; the same in all of its lines."""

    def __init__(
        self, customer: Customer, *, began: datetime, now: datetime, chance: Random
    ) -> None:
        article, shoe, price = chance.choice(SHOES)
        number = chance.randint(34, 38) if customer.she else chance.randint(38, 43)
        days = (now - began).days
        order = LAST_ORDER - ORDERS_A_DAY * (days + 2) - chance.randint(0, ORDERS_A_DAY - 1)
        self._words = {
            "nome": customer.name.partition(" ")[0],
            "cidade": customer.city,
            "obrigado": "obrigada" if customer.she else "obrigado",
            "atendido": "atendida" if customer.she else "atendido",
            "produto": shoe,
            "o_produto": f"{article} {shoe}",
            "numero": str(number),
            "maior": str(number + 1),
            "valor": _money(price),
            "diferenca": _money(chance.choice((20, 30, 45, 60))),
            "pedido": str(order),
            "nota": str(order - 3_200),
            "rastreio": f"QB{chance.randint(700_000_000, 799_999_999)}BR",
        }

    def fill(self, text: str, at: datetime) -> str:
        """Return the text as it is said at a moment of the shop's own clock."""
        due = _WEEKDAYS[_due(at).weekday()]
        greeting = _greeting(at)
        words = self._words | {
            "saudacao": greeting,
            "Saudacao": greeting.capitalize(),
            "prazo": due,
            "Prazo": due.capitalize(),
            "dia": _WEEKDAYS[(at - timedelta(days=3)).weekday()],
            "data": f"{at - timedelta(days=6):%d/%m}",
        }
        return text.format_map(words)


def _greeting(at: datetime) -> str:
    if 5 <= at.hour < 12:
        return "bom dia"
    return "boa tarde" if 12 <= at.hour < 18 else "boa noite"


def _due(at: datetime) -> datetime:
    """Two days on, and no Sunday: nothing is delivered then."""
    due = at + timedelta(days=2)
    return due + timedelta(days=1) if due.weekday() == 6 else due


def _money(value: float) -> str:
    return f"R$ {value:.2f}".replace(".", ",")
