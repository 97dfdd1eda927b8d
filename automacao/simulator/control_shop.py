"""What the page and the tests do in the shop: open it, order, and let an order go on."""

from automacao.simulator import views
from automacao.simulator.control_body import WrongRequestError, known_phone
from automacao.simulator.network import Network
from automacao.simulator.shop import METHODS, MOST_OF_ONE, Buyer, Product, Sale, Shop
from automacao.simulator.shop_webhook import tell
from automacao.simulator.state import Json, Phone


def shop(net: Network, body: Json) -> Json:
    """Open the shop: name, url, webhook_url, secret, products and next_number.

    One that is open keeps its orders, and counts on from the higher of both numbers.
    """
    known = net.world.shop
    net.world.shop = Shop(
        **{name: str(body[name]) for name in ("name", "url", "webhook_url", "secret")},
        next_number=max(int(body["next_number"]), known.next_number if known else 0),
        products=[Product(**one) for one in body["products"]],
        sales=known.sales if known else [],
    )
    net.touch()
    return views.shop(net.world.shop)


async def shop_order(net: Network, body: Json) -> Json:
    """Order something: `phone`, and of `product` (its place), `quantity`, `method` what is wished.

    Answers once the desk was told.
    """
    shop = _open_shop(net)
    product = shop.products[_whole(body, "product", 0, len(shop.products) - 1)]
    method = body.get("method", "pix")
    if method not in METHODS:
        raise WrongRequestError("Escolha uma das formas de pagamento.")
    quantity = _whole(body, "quantity", 1, MOST_OF_ONE)
    sale = shop.place(_buyer(known_phone(net, body)), product, quantity, method)
    return await _told(net, shop, sale, "created")


async def shop_step(net: Network, body: Json) -> Json:
    """Let the order `number` take a `step`: pay, ship, cancel, refund. `again`: only tell of it."""
    shop = _open_shop(net)
    sale = shop.sale(_whole(body, "number", 0, 2**53))
    if sale is None:
        raise WrongRequestError("Não existe este pedido.")
    step = body.get("step")
    if step != "again":
        if step not in sale.steps:
            raise WrongRequestError("Este pedido já não está no ponto de fazer isso.")
        sale.take(step)
    return await _told(net, shop, sale, "updated")


ACTS = (shop, shop_order, shop_step)


def _open_shop(net: Network) -> Shop:
    if net.world.shop is None:
        raise WrongRequestError("A loja ainda não está aberta.")
    return net.world.shop


def _whole(body: Json, name: str, least: int, most: int) -> int:
    """A whole number of the request; the least one where it tells none."""
    told = body.get(name, least)
    if not isinstance(told, int) or not least <= told <= most:
        raise WrongRequestError(f"{name}: use um número de {least} a {most}.")
    return told


def _buyer(phone: Phone) -> Buyer:
    return Buyer(phone.name, phone.number)


async def _told(net: Network, shop: Shop, sale: Sale, event: str) -> Json:
    net.touch()
    await tell(shop, sale, event)
    net.touch()
    return views.sale(sale)
