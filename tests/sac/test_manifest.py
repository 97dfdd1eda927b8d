"""The product can be installed: its manifest, and icons that are what they say."""

from django.contrib.staticfiles import finders
from django.test import Client
from PIL import Image

from tests.conftest import Actor
from tests.sac.pages import read


def test_the_manifest_names_icons_of_the_size_they_have(db: None) -> None:
    answer = Client().get("/manifest.webmanifest")
    assert answer["Content-Type"] == "application/manifest+json"
    told = answer.json()
    assert (told["lang"], told["display"], told["start_url"]) == (
        "pt-BR",
        "standalone",
        "/sac/atendimento/",
    )
    assert {one["purpose"] for one in told["icons"]} == {"any", "maskable"}
    for one in told["icons"]:
        found = finders.find(one["src"].removeprefix("/static/"))
        assert found, one["src"]
        with Image.open(found) as picture:
            assert "x".join(map(str, picture.size)) == one["sizes"]
            assert picture.format == "PNG"


def test_every_page_leads_to_it(ana: Actor) -> None:
    for page in (Client().get("/entrar/"), ana.client.get("/sac/atendimento/")):
        links = {
            one.attributes.get("rel"): one.attributes["href"] for one in read(page).find("link")
        }
        assert links["manifest"] == "/manifest.webmanifest"
        assert finders.find(links["apple-touch-icon"].removeprefix("/static/"))
