"""Which queue each task waits in, and how often the beat rings for what."""

from celery.schedules import schedule

# A pool of workers each.
QUEUES = ("inbound", "outbound", "media")
ROUTES = {
    "sac.fetch_media": {"queue": "media"},
    "sac.clear_loose_files": {"queue": "media"},
    # A shop's own server may be slow or hostile, like a file.
    "pedidos.fetch_order": {"queue": "media"},
    "pedidos.pull": {"queue": "media"},
    # A long one must not stand before what customers write.
    "pedidos.import": {"queue": "media"},
    "pedidos.forget_imports": {"queue": "media"},
    **{
        f"sac.{name}": {"queue": "outbound"}
        for name in ("deliver", "settle", "amend", "mark_read", "mail_month")
    },
    "automacao.*": {"queue": "outbound"},
    "accounts.*": {"queue": "outbound"},
}


def beat_schedule(
    *, scale: float, sweep: float, look: float, watch: float
) -> dict[str, dict[str, object]]:
    """Return what the beat rings; the periods are seconds, and `scale` that of the others."""
    periods = {
        "sac.sweep_inbox": sweep,
        "sac.sweep_outbox": sweep,
        "sac.sweep_team": 2 * sweep,
        "sac.sweep_silence": 30 * scale,
        "sac.sweep_media": sweep,
        "sac.fold_closed_counts": 60 * scale,
        "automacao.check_instances": 15 * scale,
        "automacao.sweep_orders": sweep,
        "automacao.watch_lines": watch,
        "automacao.watch_silence": look,
        "sac.forget_deleted": 60 * scale,
        "pedidos.sweep": sweep,
        # What a shop forgot to tell: WooCommerce never repeats a delivery that failed.
        "pedidos.pull_all": 600 * scale,
        # Each store's first morning of the month, by its own clock.
        "sac.watch_months": 600 * scale,
        "accounts.tidy": 3600,
        "sac.clear_loose_files": 3600,
        "automacao.forget_events": 3600,
        "pedidos.forget_deliveries": 3600,
        "pedidos.forget_imports": 3600,
    }
    return {
        name: {
            "task": name,
            "schedule": schedule(every),
            # A beat that outlived its period is worth nothing: the next one says the same.
            "options": {"expires": max(every, 1)},
        }
        for name, every in periods.items()
    }
