"""The terms people accept, and the proof that they did."""

from dataclasses import dataclass
from ipaddress import ip_address

from django.http import HttpRequest

from evendas import clock
from evendas.accounts.models import TermsAcceptance, TermsVersion, User


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a box was ticked from."""

    ip: str | None
    user_agent: str

    @classmethod
    def of(cls, request: HttpRequest) -> "Origin":
        """Read it off the connection: a proxy's headers could be anybody's words."""
        return cls(
            ip=_address(request.META.get("REMOTE_ADDR", "")),
            user_agent=request.headers.get("User-Agent", "")[:300],
        )


def _address(text: str) -> str | None:
    """Nothing that is no address: the database would refuse the whole row."""
    try:
        return str(ip_address(text.partition("%")[0]))
    except ValueError:
        return None


def current_terms() -> TermsVersion:
    """Return the text in force: the last one published."""
    return TermsVersion.objects.latest("published_at")


def accept_terms(
    user: User, *, by: User, screen: TermsAcceptance.Screen, origin: Origin
) -> TermsAcceptance:
    """Record that `by` ticked the box for `user`, under the text in force."""
    if user.store_id is None:
        raise ValueError("a platform operator belongs to no store")
    terms = current_terms()
    return TermsAcceptance.objects.create(
        store_id=user.store_id,
        terms=terms,
        sha256=terms.sha256,
        user=user,
        accepted_by=by,
        accepted_at=clock.now(),
        screen=screen,
        ip=origin.ip,
        user_agent=origin.user_agent,
    )


def has_accepted(user: User) -> bool:
    """Tell whether this person accepted the text in force; an admin's tick is not theirs."""
    return TermsAcceptance.objects.filter(
        user=user, accepted_by=user, terms=current_terms()
    ).exists()
