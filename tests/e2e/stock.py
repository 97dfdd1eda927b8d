"""What a store keeps ready for everybody: reasons, tags, ready answers, a shop whose orders
come in, and a spreadsheet of them. Gone after the test."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from sac import demo
from tests.running import Running

REASONS = ("Comprou", "Desistiu da compra", "Só queria informação")
TAGS = (("Troca", "orange"), ("Atacado", "blue"), ("Cliente antiga", "purple"))
ANSWERS = (
    ("bomdia", "{{saudacao}}, {{primeiro_nome}}! Aqui é da Aurora Calçados. Como posso ajudar?"),
    ("prazo", "O prazo de entrega é de 3 a 5 dias úteis depois da postagem."),
    ("troca", "A troca é grátis em até 30 dias, com a etiqueta no produto."),
)
_STORE = "SELECT id FROM accounts_store WHERE name = %s"
_REASON = (
    "INSERT INTO sac_closereason (store_id, name, is_active, created_at)"
    " VALUES (%s, %s, true, now())"
)
_TAG = (
    "INSERT INTO sac_tag (store_id, name, colour, is_active, created_at)"
    " VALUES (%s, %s, %s, true, now())"
)
_ANSWER = (
    "INSERT INTO sac_quickreply"
    " (store_id, shortcut, text, file, filename, kind, mime, created_at)"
    " VALUES (%s, %s, %s, '', '', '', '', now())"
)
_SOURCE = (
    "INSERT INTO pedidos_source (store_id, platform, name, shop_id, webhook_key, secret,"
    " former_secret, api_url, api_user, api_token, last_error, created_at)"
    " VALUES (%s, 'woocommerce', 'Aurora Calçados', '', md5(random()::text), '', '', '', '', '',"
    " 'A loja recusou a chave do cliente.', now()) RETURNING id"
)
_PARKED = (
    "INSERT INTO pedidos_delivery (store_id, source_id, topic, body, status, attempts, error)"
    " VALUES (%s, %s, 'order.updated', %s, 'parked', 0, 'falta o total (campo total)')"
)
_IMPORT = (
    "INSERT INTO pedidos_orderimport (store_id, name, file, size, encoding, delimiter, headings,"
    " heading_at, fields, lines, state, read_until, lines_read, created, changed, same, refused,"
    " error, attempts, finished_at) VALUES (%s, 'pedidos-de-outubro.csv', '', 48213, 'cp1252', ';',"
    " '[]', 1, '[]', 412, 'done', 413, 412, 371, 12, 25, 2, '', 0, now()) RETURNING id"
)
_REFUSED = (
    "INSERT INTO pedidos_refusedline (store_id, order_import_id, line, first, last, reason,"
    " is_note) VALUES (%s, %s, %s, %s, %s, %s, %s)"
)
_REASONS_OF_LINES = (
    (87, "o total (campo Valor) não é um número", False),
    (203, "a data do pedido (campo Data) não é uma data como 31/12/2026", False),
    (15, "o telefone (campo Celular) não foi entendido: o pedido fica sem ele", True),
)
_RULE = (
    "INSERT INTO pedidos_statusrule (store_id, text, payment, fulfillment, is_cancelled)"
    " VALUES (%s, 'no forno', 'paid', 'separating', false)"
)
# Of this shop alone: the demo's own has its orders.
_PARTING = (
    "DELETE FROM pedidos_delivery WHERE source_id = %s",
    "DELETE FROM pedidos_source WHERE id = %s",
)
_ORDER = b'{"id": 1042, "number": "1042", "status": "processing"}'
# Tickets keep a reason's words; tags go with what they stand on.
_REMOVAL = (
    "DELETE FROM sac_closereason WHERE store_id = %s",
    "DELETE FROM sac_tickettag WHERE store_id = %s",
    "DELETE FROM sac_tag WHERE store_id = %s",
    "DELETE FROM sac_quickreply WHERE store_id = %s AND attendant_id IS NULL",
    "DELETE FROM pedidos_apitoken WHERE store_id = %s",
    "DELETE FROM pedidos_source WHERE store_id = %s AND platform = 'api'",
    "DELETE FROM pedidos_statusrule WHERE store_id = %s",
    "DELETE FROM pedidos_refusedline WHERE store_id = %s",
    "DELETE FROM pedidos_orderimport WHERE store_id = %s",
)


@contextmanager
def stock(desk: Running) -> Iterator[None]:
    """Let the demo's store have all of it."""
    with psycopg.connect(desk.database_url, autocommit=True) as rows:
        found = rows.execute(_STORE, [demo.STORE]).fetchone()
        assert found
        (store,) = found
        with rows.cursor() as many:
            many.executemany(_REASON, [(store, name) for name in REASONS])
            many.executemany(_TAG, [(store, *tag) for tag in TAGS])
            many.executemany(_ANSWER, [(store, *answer) for answer in ANSWERS])
        source = rows.execute(_SOURCE, [store]).fetchone()
        assert source
        rows.execute(_PARKED, [store, *source, _ORDER])
        rows.execute(_RULE, [store])
        brought_in = rows.execute(_IMPORT, [store]).fetchone()
        assert brought_in
        for line, reason, is_note in _REASONS_OF_LINES:
            rows.execute(_REFUSED, [store, *brought_in, line, line, line, reason, is_note])
        try:
            yield
        finally:
            for removal in _REMOVAL:
                rows.execute(removal, [store])
            for parting in _PARTING:
                rows.execute(parting, source)
