"""The desk's socket: forwards ready fragments to whoever may see them. Nobody acts through it."""

import asyncio
import json
import logging
import random
from collections import OrderedDict
from typing import Any

from channels.auth import get_user
from channels.db import database_sync_to_async
from django.contrib.sessions.backends.base import SessionBase

from evendas import live
from evendas.accounts.models import User
from evendas.accounts.terms import has_accepted
from sac.actions.availability import note_seen
from sac.models import Conversation
from sac.permissions import Rights, Sight, may_see
from sac.viewers import Frame, Pace, Viewer, ViewerConsumer

logger = logging.getLogger(__name__)

MAX_FRAME = 2048
# Sent when the person is no longer welcome: the page does not try again.
REFUSED = 4403
# Sent to a socket that says more than any page does.
HASTY = 1008


class DeskConsumer(ViewerConsumer):
    """One tab. Rights are held in memory: no query per event."""

    recheck_seconds = 60.0
    # None until the person is known, and again once they may no longer be here.
    rights: Rights | None = None
    recheck: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        self.seen: OrderedDict[str, None] = OrderedDict()
        self.regrouping = asyncio.Lock()
        self.pace = Pace()
        await self.accept()
        if self.scope["user"].is_authenticated:
            # Joined before the rights are read: no change of them falls between.
            await self.regroup({live.user_group(self.scope["user"].pk)})
        if await self._load_rights():
            self.recheck = asyncio.create_task(self._recheck_forever())
            await self._tell_that_seen()
            await self._send({"t": "hello"})

    async def disconnect(self, code: int) -> None:
        if self.recheck:
            self.recheck.cancel()
        await super().disconnect(code)

    async def receive(
        self,
        text_data: str | None = None,
        bytes_data: bytes | None = None,  # noqa: ARG002 - Channels' signature
    ) -> None:
        """Only this goes up: which conversation is on screen, and whether one writes in it."""
        if text_data is None or len(text_data) > MAX_FRAME:
            await self.close(1009)
            return
        if not self.pace.allows():
            await self.close(HASTY)
            return
        frame = Frame.read(text_data)
        if self.rights and frame.is_watch:
            await self._watch(self.rights, frame.watch)
        if self.rights and frame.is_writing:
            self.show(frame.writing)

    async def live(self, message: dict[str, Any]) -> None:
        """Forward an event if this person may see its ticket; else say that it is gone."""
        event = dict(message["event"])
        if self.rights is None or self._is_repeated(event):
            return
        if event["t"] == "rights":
            await self._load_rights()
            return
        if event["t"] == "here":
            if told := await self.meet(event):
                await self._send(told)
            return
        if not _concerns(self.rights, event):
            return
        sight, parties = event.pop("sight", None), event.pop("parties", ())
        took_part = self.rights.attendant_id in parties
        if sight is None or may_see(self.rights, Sight(**sight), took_part=took_part):
            await self._send(event)
        elif event["t"] == "thread" and event["conversation"] == self.watched:
            # The others there are none of their business either, until they ask again.
            self.go_unseen()
            self.is_party = False
        elif event["t"] == "row":
            gone = {"ticket": event["ticket"], "revision": event["revision"]}
            await self._send({"t": "gone", **gone})

    def _is_repeated(self, event: dict[str, Any]) -> bool:
        """A row published to two of this socket's groups is forwarded once."""
        push = event.pop("push", None)
        if push is None or push in self.seen:
            return push is not None
        self.seen[push] = None
        if len(self.seen) > 64:
            self.seen.popitem(last=False)
        return False

    async def _watch(self, rights: Rights, conversation_id: int | None) -> None:
        """Join the group first, then read the revision: nothing falls between.

        Always answered: a page asks the same again to learn whether its socket still lives.
        """
        revision, is_party = None, False
        if conversation_id != self.watched:
            self.go_unseen()
        self.watched = conversation_id
        await self._join_groups()
        if conversation_id is not None:
            asked = database_sync_to_async(_standing_of)
            revision, is_party = await asked(rights, conversation_id)
        self.is_party = is_party
        if not is_party:
            self.go_unseen()
        if revision is None:
            self.watched = None
            await self._join_groups()
        answer = {"conversation": self.watched, "revision": revision}
        await self._send({"t": "watching", **answer})

    async def _load_rights(self) -> bool:
        """Read who this is and what they may see; close on somebody who may no longer be here.

        When that changed the page is told: what it lost, nobody will tell it of any more.
        """
        before = self.rights
        user = await get_user({"session": self._session()})
        self.rights = await database_sync_to_async(_rights_of)(user)
        await self._join_groups()
        if before != self.rights:
            await self._meet_again(user)
        if self.rights is None:
            await self.close(REFUSED)
        elif before and before != self.rights:
            await self._send({"t": "rights"})
        return self.rights is not None

    async def _meet_again(self, user: User) -> None:
        """Look by what name they are shown, and whether they still may be on their conversation."""
        if self.rights is None:
            self.go_unseen()
            return
        self.viewer = await database_sync_to_async(Viewer.of)(user)
        if self.watched is None:
            return
        _, self.is_party = await database_sync_to_async(_standing_of)(self.rights, self.watched)
        if not self.is_party:
            self.go_unseen()

    def _session(self) -> SessionBase:
        """The session as it is now: the scope's has remembered its content since the handshake."""
        known: SessionBase = self.scope["session"]
        return known.__class__(known.session_key)

    async def _recheck_forever(self) -> None:
        is_welcome = True
        while is_welcome:
            await asyncio.sleep(self.recheck_seconds * random.uniform(0.8, 1.2))  # noqa: S311
            try:
                is_welcome = await self._load_rights()
                await self._tell_that_seen()
            except Exception as error:  # noqa: BLE001 - a database that is away must not end this
                logger.warning("rights not read again: %s", error)

    async def _tell_that_seen(self) -> None:
        """Keep in the attendant's row, to the minute, that a screen of theirs is open."""
        if self.rights and self.rights.attendant_id:
            await database_sync_to_async(note_seen)(self.rights.attendant_id)

    async def _join_groups(self) -> None:
        """Be in the groups of the moment. The recheck and the frames may both come by here."""
        async with self.regrouping:
            await self.regroup(self._groups())

    def _groups(self) -> set[str]:
        rights = self.rights
        if rights is None:
            return set()
        groups = {live.store_group(rights.store_id), live.user_group(rights.user_id)}
        if rights.sees_everything_active:
            groups.add(live.everything_group(rights.store_id))
        else:
            groups |= {live.department_group(pk) for pk in rights.departments}
            groups |= {live.instance_group(pk) for pk in rights.instances}
        if self.watched is not None:
            groups.add(live.conversation_group(self.watched))
        return groups

    async def _send(self, frame: dict[str, Any]) -> None:
        await self.send(text_data=json.dumps(frame))


def _concerns(rights: Rights, event: dict[str, Any]) -> bool:
    """Money: who may see it. An alert: the receiver, or the department; never who did it."""
    if event["t"] == "money":
        return rights.sees_finance
    if event["t"] != "alert":
        return True
    by, user, department = (event.pop(name) for name in ("by", "to_user", "to_department"))
    if rights.user_id == by:
        return False
    return rights.user_id == user or department in rights.departments


def _rights_of(user: Any) -> Rights | None:  # noqa: ANN401 - a User or an AnonymousUser
    fresh = User.objects.still_welcome(user.pk)
    return Rights.of(fresh) if fresh and has_accepted(fresh) else None


def _standing_of(rights: Rights, conversation_id: int) -> tuple[int | None, bool]:
    """The conversation's revision, if this person may see any of its tickets; is it theirs now?"""
    return Conversation.objects.visible_to(rights).standing(rights, conversation_id)
