"""Puts the demo's files where fetched and uploaded ones lie, looked at like any other."""

from dataclasses import asdict

from django.core.files.uploadedfile import SimpleUploadedFile

from sac.actions.files import finish_fetching
from sac.demo.props import PROPS, Prop
from sac.media.uploads import Prepared, take_upload
from sac.models import Media

# What an upload is and a fetched file has too.
_NAMES = ("file", "thumbnail", "playable")
_FACTS = ("mime", "size", "sha256", "seconds", "width", "height")


def prepare(prop: Prop, store_id: int) -> Prepared:
    """Store a prop's file for a message of the desk."""
    if prop.make is None:
        raise ValueError("no file")
    upload = SimpleUploadedFile(prop.name or "arquivo", prop.make())
    return take_upload(upload, store_id=store_id, as_kind=prop.kind)


def arrive(media: Media) -> None:
    """Let a customer's file have been fetched."""
    prepared = asdict(prepare(PROPS[media.reference["demo"]], media.store_id))
    names = {field: prepared[field] for field in _NAMES if prepared[field]}
    finish_fetching(media.pk, names, {field: prepared[field] for field in _FACTS})
