"""What platforms really send ends as the rows the manifest expects, however often it comes."""

import pytest

from evendas import clock
from pedidos.actions.recording import Recorded, record_order
from pedidos.models import Order
from tests.conftest import Shop
from tests.pedidos.order_data import ROWS, platform_of, row, seen
from tests.pedidos.told import open_source

pytestmark = pytest.mark.django_db
FILES = [one["file"] for one in ROWS if "external_id" in one["expected"]]


@pytest.mark.parametrize("files", [FILES, FILES[::-1]], ids=["forwards", "backwards"])
def test_every_order_is_kept_as_it_is_expected(shop: Shop, files: list[str]) -> None:
    sources = {name: open_source(shop, name) for name in {platform_of(file) for file in FILES}}

    def bring(file: str) -> Recorded:
        source = sources[platform_of(file)]
        return record_order(source, source.platform, shop.store, seen(file), now=clock.now())

    first = {file: bring(file) for file in files}
    for file in files:
        assert bring(file) == Recorded(order_id=first[file].order_id)
    assert Order.objects.count() == len(FILES)
    for file in files:
        _assert_expected(Order.objects.get(pk=first[file].order_id), row(file)["expected"])


def _assert_expected(order: Order, expected: dict[str, object]) -> None:
    assert order.label_text == expected["label"]
    assert (order.number, order.payment) == (expected["number"], expected["payment_status"])
    assert f"{order.total}" == expected["total"]
    assert (order.buyer_name, order.buyer_email) == (expected["name"], expected["email"])
    assert order.buyer_document == (expected.get("cpf") or expected.get("cnpj") or "")
    phones = order.phones.order_by("id").values_list("phone", flat=True)
    assert list(phones) == expected["phones"]
    codes = list(order.shipments.values_list("code", flat=True))
    assert codes == expected.get("tracking", [])
