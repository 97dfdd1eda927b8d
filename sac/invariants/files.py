"""What is always true of the files of messages, as far as rows can tell."""

from sac.invariants.invariant import Invariant
from sac.models import Message

_WITH_FILE = ", ".join(f"'{kind}'" for kind in sorted(Message.WITH_FILE))

INVARIANTS = (
    Invariant(
        name="file_is_coherent",
        meaning="a file that may be shown is stored under a name and has a size; one that waits has"
        " neither name nor end but a time to be fetched; one that failed has a reason and no name",
        of="file",
        sql="""
            SELECT id FROM sac_media WHERE NOT coalesce(CASE state
                WHEN 'ready' THEN file <> '' AND size > 0
                WHEN 'pending' THEN file = '' AND next_attempt_at IS NOT NULL
                WHEN 'failed' THEN file = '' AND error <> '' END
                AND (file <> '' OR thumbnail = '' AND playable = ''), false)
        """,
    ),
    Invariant(
        name="message_has_its_file",
        meaning="a message of a kind that is a file has the row of one",
        of="message",
        sql=f"""
            SELECT message.id FROM sac_message AS message
            WHERE message.kind IN ({_WITH_FILE}) AND NOT EXISTS (
                SELECT FROM sac_media AS media WHERE media.message_id = message.id)
        """,  # noqa: S608 - our own words
    ),
    Invariant(
        name="loose_file_is_nobodys",
        meaning="what is to be taken out of the storage is no message's file",
        of="loose file",
        sql="""
            SELECT loose.id FROM sac_loosefile AS loose JOIN (
                SELECT store_id, unnest(ARRAY[file, thumbnail, playable]) AS name FROM sac_media
            ) AS held ON held.store_id = loose.store_id AND held.name = loose.name
        """,
    ),
)
