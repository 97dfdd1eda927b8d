"""The counts of a number: added up in one statement, apart by number, day and word."""

from collections.abc import Callable
from datetime import date

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from automacao.actions.tallies import WHAT_MAX, What, ignored, tally
from automacao.models import LineTally
from tests.conftest import Shop

pytestmark = pytest.mark.django_db
TODAY, YESTERDAY = date(2026, 3, 10), date(2026, 3, 9)


@pytest.fixture
def count(shop: Shop) -> Callable[..., None]:
    """Count something of the shop's number."""

    def counted(day: date = TODAY, /, **counts: int) -> None:
        tally(shop.instance.pk, shop.store.pk, counts, day=day)

    return counted


def told(day: date = TODAY) -> dict[str, int]:
    """What is known of a day."""
    return dict(LineTally.objects.filter(day=day).values_list("what", "count"))


def test_counts_of_a_day_add_up(count: Callable[..., None]) -> None:
    count(received=3, shown=2)
    count(received=4, parked=1)
    count(YESTERDAY, received=1)
    assert told() == {"received": 7, "shown": 2, "parked": 1}
    assert told(YESTERDAY) == {"received": 1}


def test_many_words_are_one_statement_and_nothing_is_none(count: Callable[..., None]) -> None:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        count(received=50, shown=40, parked=1, retried=2, unknown=1)
    assert len(queries) == 1
    with CaptureQueriesContext(connection) as queries:
        count()
        count(received=0)
    assert len(queries) == 0
    assert "received" in told()


def test_a_reason_of_any_length_is_counted_under_its_beginning(shop: Shop) -> None:
    word = ignored("x" * 300)
    assert len(word) == WHAT_MAX
    for _ in range(2):
        tally(shop.instance.pk, shop.store.pk, {word: 1, "y" * 99: 1, "y" * 98: 1}, day=TODAY)
    assert told() == {word: 2, "y" * WHAT_MAX: 4}


def test_a_number_is_never_counted_in_another_store(shop: Shop, other_shop: Shop) -> None:
    with pytest.raises(IntegrityError):
        tally(shop.instance.pk, other_shop.store.pk, {What.RECEIVED: 1}, day=TODAY)
