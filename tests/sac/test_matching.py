"""Whose an order is: every way two records may be one person's, or only seem to be."""

import pytest

from sac.matching import Buyer, Person, Word, is_alias, match, numbers_told

MOBILE, LANDLINE, OTHER = "+5511987654321", "+551132654321", "+5511912345678"
CPF, CNPJ = "52998224725", "11222333000181"
MARIANA = Person(
    phones=frozenset({MOBILE}), tax_id=CPF, email="Mariana@Exemplo.com.br", told=frozenset({"1187"})
)
COMPANY = Person(tax_id=CNPJ)
NOBODY = Person()

CASES = [
    ("the same phone", {"phones": {MOBILE}}, MARIANA, "por telefone"),
    ("any phone of the order", {"phones": {LANDLINE, MOBILE}}, MARIANA, "por telefone"),
    ("another line with the same eight digits", {"phones": {LANDLINE}}, MARIANA, None),
    ("another phone", {"phones": {OTHER}}, MARIANA, None),
    ("0800 on both", {"phones": {"+558007771234"}}, "0800", None),
    ("the same CPF", {"tax_id": CPF}, MARIANA, "por CPF"),
    ("the same CNPJ", {"tax_id": CNPJ}, COMPANY, "por CNPJ"),
    ("another CPF", {"tax_id": "11144477735"}, MARIANA, None),
    ("no CPF on either side", {"tax_id": ""}, NOBODY, None),
    (
        "the same e-mail in other letters",
        {"email": "mariana@exemplo.com.br"},
        MARIANA,
        "por e-mail",
    ),
    ("no e-mail on either side", {"email": ""}, NOBODY, None),
    ("a marketplace's e-mail on both", {"email": "ab12@ct.vtex.com.br"}, "alias", None),
    ("the number they wrote", {"number": "1187"}, MARIANA, "informado na conversa"),
    ("the number with its sign", {"number": "#1187"}, MARIANA, "informado na conversa"),
    ("a number they did not write", {"number": "1188"}, MARIANA, None),
    ("a number that begins alike", {"number": "11870"}, MARIANA, None),
    ("nothing at all", {}, NOBODY, None),
    ("phone before CPF", {"phones": {MOBILE}, "tax_id": CPF}, MARIANA, "por telefone"),
    ("CPF before e-mail", {"tax_id": CPF, "email": MARIANA.email.lower()}, MARIANA, "por CPF"),
    ("CPF before the chat", {"tax_id": CPF, "number": "1187"}, MARIANA, "por CPF"),
]
PEOPLE = {
    "0800": Person(phones=frozenset({"+558007771234"})),
    "alias": Person(email="ab12@ct.vtex.com.br"),
}


@pytest.mark.parametrize(
    ("told", "person", "why"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_an_order_is_matched_by(
    told: dict[str, object], person: Person | str, why: str | None
) -> None:
    facts = {
        name: frozenset(value) if isinstance(value, set) else value for name, value in told.items()
    }
    buyer = Buyer(**facts)  # type: ignore[arg-type]
    known = PEOPLE[person] if isinstance(person, str) else person
    found = match(buyer, known)
    assert (found.reason if found else None) == why


def test_a_persons_word_goes_before_everything_else() -> None:
    same = Buyer(phones=frozenset({MOBILE}))
    assert match(same, MARIANA, Word(is_confirmed=False, who="Ana")) is None
    found = match(Buyer(), NOBODY, Word(is_confirmed=True, who="Ana"))
    assert found
    assert (found.reason, found.is_sure) == ("confirmado por Ana", True)


def test_only_a_number_from_the_chat_waits_to_be_confirmed() -> None:
    buyers = [Buyer(phones=frozenset({MOBILE})), Buyer(tax_id=CPF), Buyer(number="1187")]
    assert [one.is_sure for one in (match(buyer, MARIANA) for buyer in buyers) if one] == [
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Preciso da nota do pedido 2033", {"2033"}),
        ("Pedido: #1187", {"1187"}),
        ("pedido nº 12", {"12"}),
        ("meu pedido é 9876", {"9876"}),
        ("#7", {"7"}),
        ("o 10482 ainda não chegou", {"10482"}),
        ("pedido v-1234", {"V-1234"}),
        ("o 1187 e o 1190-01", {"1187", "1190-01"}),
        ("comprei em 2026", set()),
        ("paguei R$ 1500", set()),
        ("foi 1500,00 no cartão", set()),
        ("moro no 123 da rua 7", set()),
        ("12/11/2026 às 14:30", set()),
        ("CPF 529.982.247-25", set()),
        ("veja https://loja.test/p/123456", set()),
        ("", set()),
    ],
)
def test_order_numbers_are_told_from_years_amounts_and_addresses(
    text: str, numbers: set[str]
) -> None:
    assert numbers_told([text]) == numbers


@pytest.mark.parametrize("text", ["#" * 4_096, "pedido " + " " * 60_000, "pedido:.#é" * 6_000])
def test_signs_without_end_are_read_to_the_end(text: str) -> None:
    assert numbers_told([text]) == set()


def test_a_customer_who_writes_numbers_all_day_asks_for_few_orders() -> None:
    assert len(numbers_told(f"pedido {one}" for one in range(5_000))) == 50


@pytest.mark.parametrize(
    ("email", "is_one"),
    [
        ("x@ct.vtex.com.br", True),
        ("x@a.ct.vtex.com.br", True),
        ("x@CT.VTEX.com.br", True),
        ("x@notct.vtex.com.br", False),
        ("x@exemplo.com.br", False),
        ("", False),
    ],
)
def test_an_address_of_a_marketplace_is_known(email: str, is_one: bool) -> None:
    assert is_alias(email) is is_one
