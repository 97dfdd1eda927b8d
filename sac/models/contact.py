"""The customer: a person known by any of several identities."""

from typing import Any

from django.db import models
from django.db.models.functions import Lower

from evendas import tax_ids
from evendas.accounts.models import User
from evendas.names import upright
from evendas.phones import display
from evendas.sealing import StoreOwned, StoreQuerySet, StoreRow


class ContactQuerySet(StoreQuerySet["Contact"]):
    """Who writes to stores."""


class Contact(StoreRow):
    """A person who writes to the store."""

    class EntryChannel(models.TextChoices):
        LEAD = "lead", "Lead"
        CUSTOMER = "customer", "Cliente"
        INTERNAL = "internal", "Contato Interno"

    MAX_NOTES = 5000

    name = models.CharField("nome", max_length=200, blank=True)
    # Set once a person typed the name: WhatsApp never overwrites it again.
    name_edited_by = models.ForeignKey(
        User, models.PROTECT, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    phone = models.CharField("WhatsApp", max_length=20, blank=True)
    email = models.EmailField("e-mail", blank=True)
    # Bare and in capitals, as `tax_ids.normalize` returns it.
    tax_id = models.CharField("CPF ou CNPJ", max_length=14, blank=True)
    notes = models.TextField("anotações", blank=True, max_length=MAX_NOTES)
    entry_channel = models.CharField(
        "canal de entrada", max_length=10, choices=EntryChannel, default=EntryChannel.LEAD
    )
    # How many contacts were found to be this person, and were not parted again.
    standing_unions = models.PositiveSmallIntegerField(default=0)
    # The same person, found out later: this row stays empty until somebody undoes it.
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ContactQuerySet.as_manager()

    class Meta(StoreRow.Meta):
        verbose_name = "contato"
        verbose_name_plural = "contatos"
        indexes = [
            models.Index(fields=["store", "phone"], name="sac_contact_by_phone"),
            models.Index(
                fields=["store", "tax_id"],
                condition=~models.Q(tax_id=""),
                name="sac_contact_by_tax_id",
            ),
            # Orders have theirs in small letters.
            models.Index(
                "store", Lower("email"), condition=~models.Q(email=""), name="sac_contact_by_email"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.phone_display or "Número oculto"

    @property
    def phone_display(self) -> str:
        """The number as Brazilians read it; empty when WhatsApp hides it."""
        return display(self.phone) if self.phone else ""

    @property
    def tax_id_kind(self) -> str:
        """CPF or CNPJ, whichever it is; only where there is one."""
        return tax_ids.kind(self.tax_id)

    @property
    def tax_id_display(self) -> str:
        """The CPF or CNPJ with its dots, as people write it; empty where there is none."""
        return tax_ids.display(self.tax_id) if self.tax_id else ""

    @property
    def initials(self) -> str:
        words = [word for word in self.name.split() if word[0].isalnum()]
        if not words:
            return self.phone[:3] or "?"
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()

    def learn_name(self, push_name: str) -> bool:
        """Take WhatsApp's name unless a person wrote one. Tell whether anything changed."""
        name = upright(push_name).strip()
        if not name or self.name_edited_by_id or name == self.name:
            return False
        self.name = name
        return True

    def adopt(self, other: "Contact") -> dict[str, list[Any]]:
        """Take what this row lacks from the same person's other one; return it as was and is.

        A name that a person wrote is worth more than WhatsApp's. The caller saves.
        """
        gaps = ("phone", "email", "tax_id")
        told = {name: getattr(self, name) or getattr(other, name) for name in gaps}
        told["notes"] = self._joined_notes(other)
        if other.name and (not self.name or (other.name_edited_by_id and not self.is_named)):
            told |= {"name": other.name, "name_edited_by_id": other.name_edited_by_id}
        taken = {name: [getattr(self, name), value] for name, value in told.items()}
        for name, value in told.items():
            setattr(self, name, value)
        return {name: pair for name, pair in taken.items() if pair[0] != pair[1]}

    def give_back(self, taken: dict[str, list[Any]]) -> None:
        """Undo `adopt`, but for what somebody wrote since. The caller saves."""
        for name, (before, after) in taken.items():
            if getattr(self, name) == after:
                setattr(self, name, before)

    @property
    def is_named(self) -> bool:
        """Whether a person wrote the name."""
        return self.name_edited_by_id is not None

    @property
    def standing_merges(self) -> list["ContactMerge"]:
        """Who was found to be this same person, the latest first."""
        if not self.standing_unions:
            return []
        rows = self.merges.filter(undone_at=None).select_related("gone")
        return list(rows.order_by("-id"))

    def find_merge(self, merge_id: int) -> "ContactMerge | None":
        """Return a union this contact was ever in, on either side."""
        own = models.Q(kept=self) | models.Q(gone=self)
        found = ContactMerge.objects.filter(own, pk=merge_id, store=self.store_id)
        return found.select_related("kept", "gone").first()

    def _joined_notes(self, other: "Contact") -> str:
        notes = dict.fromkeys(text for text in (self.notes, other.notes) if text)
        # The other row keeps its own: what does not fit here is lost nowhere.
        return "\n".join(notes)[: self.MAX_NOTES]


class ContactIdentity(StoreOwned):
    """One name the network has for a contact. Unique in the store: two people never share it."""

    class Kind(models.TextChoices):
        PHONE = "phone", "telefone"
        LID = "lid", "LID"
        BSUID = "bsuid", "BSUID"

    contact = models.ForeignKey(
        Contact, models.CASCADE, db_constraint=False, db_index=False, related_name="identities"
    )
    kind = models.CharField(max_length=10, choices=Kind)
    value = models.CharField(max_length=160)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "identidade"
        verbose_name_plural = "identidades"
        constraints = [
            models.UniqueConstraint(
                fields=["store", "kind", "value"], name="sac_contactidentity_once"
            ),
        ]
        indexes = [models.Index(fields=["contact"], name="sac_identity_of_contact")]

    def __str__(self) -> str:
        return f"{self.kind}:{self.value}"


class ContactMerge(StoreRow):
    """Two contacts found to be one person, with what it takes to part them again."""

    kept = models.ForeignKey(
        Contact, models.PROTECT, db_constraint=False, db_index=False, related_name="merges"
    )
    gone = models.ForeignKey(
        Contact, models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    # Why they are one: the identities an event told together.
    reason = models.CharField(max_length=300)
    # Ids of what was moved, by table, and what the kept contact lacked and took.
    moved = models.JSONField(default=dict)
    merged_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(
        User, models.PROTECT, null=True, db_constraint=False, db_index=False, related_name="+"
    )

    class Meta(StoreRow.Meta):
        verbose_name = "união de contatos"
        verbose_name_plural = "uniões de contatos"
        indexes = [models.Index(fields=["kept"], name="sac_merge_of_contact")]

    def __str__(self) -> str:
        return f"{self.gone_id} → {self.kept_id}"

    @property
    def is_undone(self) -> bool:
        return self.undone_at is not None

    @property
    def closed_tickets(self) -> list[int]:
        """The tickets it closed, because a person has one live ticket on a number."""
        joints = (thread["joint"] for thread in self.moved.get("threads", ()))
        return [joint["closed"] for joint in joints if joint]
