"""How often somebody may do what costs us something or lets them guess: strangers, mostly."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils.crypto import salted_hmac

from evendas import clock
from evendas.accounts.models import Quota

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` uses by one key in each window of `per`, counted in the database."""

    what: str
    most: int
    per: timedelta = HOUR

    def admits(self, key: str | None) -> bool:
        """Count a use by this address, e-mail or person; tell whether it is within the limit."""
        hashed = salted_hmac(self.what, key or "", algorithm="sha256").hexdigest()
        return Quota.objects.use(self.what, hashed, now=clock.now(), per=self.per) <= self.most


# Stores opened from one address; forms of it sent, as each may ask whether an e-mail is taken.
STORES_OPENED = Limit("stores_opened", 5)
SIGN_UPS_SENT = Limit("sign_ups_sent", 30)
# Mails to one person; askings from one address.
RESETS_MAILED = Limit("resets_mailed", 5)
RESETS_ASKED = Limit("resets_asked", 20)
# Numbers that one person asks WhatsApp about: whoever asks about very many is taken for a robot.
NUMBERS_ASKED = Limit("numbers_asked", 60)


def forget_old_uses() -> None:
    """Drop the windows that ended long ago."""
    Quota.objects.forget(clock.now() - timedelta(days=1))
