"""Phones: the written rule, row by row, and what must never happen."""

import csv
import re
from pathlib import Path

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from evendas.phones import (
    SERVICE_PATTERN,
    display,
    is_service,
    normalize,
    send_candidates,
    written_out,
)

VECTORS = Path(__file__).parents[1] / "fixtures" / "phone-vectors.csv"


def _vectors() -> list[tuple[str, str, str, str]]:
    with VECTORS.open(encoding="utf-8", newline="") as file:
        return [
            (row["input"], row["country_default"], row["expected_e164"], row["note"])
            for row in csv.DictReader(file)
        ]


@pytest.mark.parametrize(("raw", "country", "expected", "note"), _vectors())
def test_every_vector_gives_its_canonical_form(
    raw: str, country: str, expected: str, note: str
) -> None:
    assert normalize(raw, country) == (expected or None), note


def test_the_vectors_are_all_there() -> None:
    assert len(_vectors()) == 50


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("0055 11 98765-4321", "+5511987654321"),
        ("5511987654321@S.WhatsApp.Net", "+5511987654321"),
        ("0 21 11 98765-4321", "+5511987654321"),
        ("55 0 11 98765-4321", "+5511987654321"),
        ("55 0 11 3265-4321", "+551132654321"),
        ("+55 (0) 11 98765-4321", "+5511987654321"),
        ("https://api.whatsapp.com/send?phone=%2B5511987654321&text=oi", "+5511987654321"),
        ("11987654321.0", "+5511987654321"),
        ("'(11) 98765-4321'", "+5511987654321"),
        ("\u200e11 98765-4321\u202c", "+5511987654321"),
        ("98765-4321 ou 11 98765-4321", "+5511987654321"),
        ("11 3265-4321 r. 22", "+551132654321"),
        ("1.198765432E+1", None),
        ("(99) 99999-9999", None),
        ("(20) 98765-4321", None),
        ("someone@example.com", None),
        ("abc@s.whatsapp.net", None),
        ("1" * 5000, None),
        ("+" + "9" * 400, None),
        (None, None),
    ],
)
def test_other_ways_of_typing_a_phone(raw: str | None, expected: str | None) -> None:
    assert normalize(raw) == expected


def test_a_brazilian_number_gains_its_ninth_digit_from_abroad_too() -> None:
    assert normalize("00 55 31 9876-5432", "PT") == "+5531998765432"


def test_an_unknown_country_reads_nothing() -> None:
    assert normalize("912 345 678", "XX") is None


@pytest.mark.parametrize(
    ("e164", "expected"),
    [
        ("+5511987654321", "(11) 98765-4321"),
        ("+551132654321", "(11) 3265-4321"),
        ("+351912345678", "+351 912 345 678"),
        ("+558007771234", "0800 777 1234"),
        ("+5540041234", "4004-1234"),
        ("not a phone", "not a phone"),
    ],
)
def test_phones_are_shown_as_people_write_them(e164: str, expected: str) -> None:
    assert display(e164) == expected


@pytest.mark.parametrize(
    ("e164", "expected"),
    [
        ("+5511987654321", "+55 11 98765-4321"),
        ("+14155552671", "+1 415-555-2671"),
        ("not a phone", "not a phone"),
    ],
)
def test_phones_are_written_out_with_their_country(e164: str, expected: str) -> None:
    assert written_out(e164) == expected


@pytest.mark.parametrize("typed", ["0800 123 4567", "4004-1234", "0300 123 4567"])
def test_a_service_is_known_as_one(typed: str) -> None:
    assert is_service(normalize(typed) or "")
    assert re.match(SERVICE_PATTERN, normalize(typed) or "")


@pytest.mark.parametrize("typed", ["(11) 98765-4321", "11 3265-4321", "+1 800 555 2671"])
def test_a_phone_is_no_service(typed: str) -> None:
    assert not is_service(normalize(typed) or "")
    assert not re.match(SERVICE_PATTERN, normalize(typed) or "")


@pytest.mark.parametrize(
    ("e164", "expected"),
    [
        ("+5531987654321", ["553187654321", "5531987654321"]),
        ("+5531967654321", ["5531967654321", "553167654321"]),
        ("+5511987654321", ["5511987654321", "551187654321"]),
        ("+5511932654321", ["5511932654321"]),
        ("+551132654321", ["551132654321"]),
        ("+351912345678", ["351912345678"]),
    ],
)
def test_sending_tries_the_likelier_form_first(e164: str, expected: list[str]) -> None:
    assert send_candidates(e164) == expected


@given(st.text(max_size=60) | st.text("0123456789+()- /@.:", max_size=40))
@settings(max_examples=400, deadline=None)
@example("+" + "0" * 20)
def test_any_text_gives_a_stable_phone_or_none(raw: str) -> None:
    phone = normalize(raw)
    if phone is not None:
        assert phone[0] == "+"
        assert phone[1:].isascii()
        assert phone[1:].isdigit()
        assert normalize(phone) == phone
        assert display(phone)


@given(st.from_regex(r"[14689][1-9]9[0-9]{8}", fullmatch=True))
@settings(max_examples=100, deadline=None)
def test_every_form_of_a_mobile_comes_back_to_one_canonical(national: str) -> None:
    # One digit over and over is what people type into a field they do not want to fill.
    assume(len(set(national)) > 1)
    assume(len(set(national[:2] + national[3:])) > 1)
    canonical = normalize(national)
    assert canonical is not None
    forms = [f"{digits}@s.whatsapp.net" for digits in send_candidates(canonical)]
    assert {normalize(form) for form in forms} == {canonical}
