"""CPF and CNPJ as they are typed: a table of cases, and what holds for every one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.br import cnpj

from evendas.tax_ids import display, kind, normalize

CPF = "52998224725"
CNPJ = "11222333000181"
# The example by which the Receita Federal explains the CNPJ with letters.
LETTERED = "12ABC34501DE35"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("52998224725", CPF),
        ("529.982.247-25", CPF),
        (" 529 982 247 25 ", CPF),
        ("529.982.247/25", CPF),
        ("529\u00a0982\u2013247\t25", CPF),
        ("\u202a529.982.247\u201125\u202c", CPF),
        ("\uff15\uff12\uff19982247\uff0d25", CPF),
        ("012.345.678-90", "01234567890"),
        ("11222333000181", CNPJ),
        ("11.222.333/0001-81", CNPJ),
        ("11 222 333 0001 81", CNPJ),
        ("11-222-333-0001-81", CNPJ),
        ("12ABC34501DE35", LETTERED),
        ("12.abc.345/01de-35", LETTERED),
        ("12 Abc 345 / 01dE \u2013 35", LETTERED),
    ],
)
def test_any_spelling_of_a_true_one_is_kept_bare(typed: str, kept: str) -> None:
    assert normalize(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        *("", "  ", "-", "CPF", "não tem", "529.982.247"),
        *("529.982.247-24", "529.982.247-52", "592.982.247-25"),
        *("5299822472", "529982247250", "1234567890", "CPF 529.982.247-25", "529_982_247_25"),
        *("111.111.111-11", "000.000.000-00", "999.999.999-99"),
        *("11.222.333/0001-80", "11.222.333/0001-18", "1122233300018", "112223330001811"),
        *("00.000.000/0000-00", "11.111.111/1111-11"),
        *("12.ABC.345/01DE-36", "12.ABD.345/01DE-35", "12ABC34501DE3O", "5299822472S"),
        *("12.ÁBC.345/01DE-35", "\u0665\u0662\u0669982247\u0662\u0665"),
        *("52998224725" + " " * 60, "52998224725\0", "52998224725;11222333000181"),
    ],
)
def test_anything_else_is_none(typed: str) -> None:
    assert normalize(typed) is None


@pytest.mark.parametrize(
    ("kept", "shown", "name"),
    [
        (CPF, "529.982.247-25", "CPF"),
        (CNPJ, "11.222.333/0001-81", "CNPJ"),
        (LETTERED, "12.ABC.345/01DE-35", "CNPJ"),
    ],
)
def test_it_is_shown_as_people_write_it(kept: str, shown: str, name: str) -> None:
    assert (display(kept), kind(kept)) == (shown, name)
    assert normalize(shown) == kept


@given(st.text(max_size=80))
def test_what_is_kept_is_short_and_plain_whatever_was_typed(typed: str) -> None:
    kept = normalize(typed)
    assert kept is None or (len(kept) in {11, 14} and kept.isascii() and kept.isalnum())


@given(st.from_regex(r"[1-9A-Z][0-9A-Z]{11}", fullmatch=True))
def test_letters_stand_anywhere_but_among_the_check_digits(root: str) -> None:
    true = root + cnpj.calc_check_digits(root)
    assert normalize(true.lower()) == normalize(display(true)) == true
    assert normalize(true[:13] + "A") is None
