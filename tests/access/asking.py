"""Ask every door of the program and keep the bytes: pages, API, search and tiles."""

from __future__ import annotations

import io
import json
import re
import zipfile
from typing import Any

import mapbox_vector_tile
from django.test import Client

from households.models import HouseholdPlace
from lib.tiles import HALF
from mapview.rows import BEHIND
from tests.people import HOUSEHOLDS, World
from tests.shapes import AREAS, CODES, point

MVT = "application/vnd.mapbox-vector-tile"
LEVELS = ("county", "township", "village", "grid", "unit")
ZOOMS = (5, 12, 14)
#: Tile layers of what lies at points.
LAYERS = ("households", "issues", "density")
#: What is new in each answer: tokens of forms, and the keys of contacts to be recorded.
TOKEN = re.compile(rb'(csrf-token" content|csrfmiddlewaretoken" value|name="key" value)="[\w-]+"')
#: Every operation of the API by its route; a new one fails the tests until it is asked here.
OPERATIONS = {
    "v1/activities", "v1/issues/<key>", "v1/areas/<key>/posts", "v1/areas/<key>/emergency", "v1/areas/<key>/trend", "v1/households/<key>/card",
    "v1/households/<key>/phone",
    "v1/emergency/<key>/places",
    "v1/tables/areas",
    "v1/coverage", "v1/coverage/previous", "v1/areas", "v1/areas/<key>/bounds", "v1/households",
    "v1/search", "v1/candidates", "v1/links",
    "v1/redraws/<key>", "v1/redraws/<key>/households", "v1/redraws/<key>/steps",
    "v1/redraws/<key>/barriers", "v1/redraws/<key>/barriers/<barrier>",
    "v1/acts/<key>/undo", "v1/households/<key>/location", "v1/areas/<key>/location",
}  # fmt: skip


#: The tables with addresses of filters and of columns that are not shown at first.
TABLES = {
    "households": ["filter=gap", "filter=own", "filter=unlocated", "without=unit_head",
                   "columns=head,residence,size,registered", "sort=-registered"],
    "people": ["filter=full", "filter=ended", "columns=name,party,skills,phone,account"],
    "posts": ["filter=vacant", "filter=ended", "ended_since=2020-01-01", "columns=role,person,until,background"],
    "areas": ["filter=vacant", "filter=no_outline", "columns=name,type,kind,heads,replaced"],
    "contacts": ["columns=on,household,mode,reached,purposes"],
    "cards": ["columns=handed,household,printed"],
    "ratings": ["columns=on,area,answer,via"],
    "issues": ["filter=open", "place=household", "columns=title,household,source,campaign"],
    "deeds": ["whom=household", "filter=projects", "columns=what,whom,subject,result", "sort=place"],
    "activities": ["what=training", "columns=title,place,note"],
}  # fmt: skip


def tile_at(x: float, y: float, z: int) -> str:
    """z/x/y of the tile that holds a place of the drawing."""
    place: Any = point(x, y).transform(3857, clone=True)
    side = 2 * HALF / (1 << z)
    return f"{z}/{int((place.x + HALF) / side)}/{int((HALF - place.y) / side)}"


def tile_addresses() -> list[str]:
    """Tiles of all layers that hold any household of the drawing, at several zooms."""
    places = [row[3] for row in HOUSEHOLDS if row[3]]
    tiles = sorted({tile_at(x, y, z) for z in ZOOMS for x, y in places})
    return [f"/tiles/{layer}/{tile}.mvt" for layer in LAYERS for tile in tiles] + [
        f"/tiles/areas/{tile_at(0.5, 0.5, 11)}.mvt?level={level}" for level in LEVELS
    ]


def addresses(world: World) -> list[str]:
    """Every address that answers a GET, with every area and household put in."""
    found = [
        "/",
        "/print/",
        "/today/",
        "/sweep/",
        "/mine/",
        "/import/",
        "/admin/",
        *tile_addresses(),
    ]
    found += ["/people/", "/posts/new/"]
    found += ["/forms/", "/ledgers/", "/dashboard/text/", "/dashboard/brief.docx"]
    for page in ("/dashboard/", "/wall/"):
        found += [page, *(f"{page}?area={CODES[key]}" for key in ("T1", "T2", "V1"))]
    found += ["/api/v1/activities", "/api/v1/activities?on=2026-01-01"]
    found += ["/api/v1/coverage", "/api/v1/coverage/previous", "/api/v1/households"]
    found += [f"/api/v1/areas?at={p.x},{p.y}" for p in (point(0.5, 0.5), point(5.5, 0.5))]
    found += ["/api/v1/households?near=120.005,45.005&limit=50", "/api/v1/households?gap=1"]
    found += ["/api/v1/households?near=120.005,45.005&limit=50&own=1"]
    for row in HOUSEHOLDS:
        if row[3]:
            place = point(*row[3])
            found.append(f"/api/v1/households?at={place.x},{place.y}&within=200")
    found += ["/emergency/", "/emergency/new/", "/tasks/", "/tasks/new/", "/samples/"]
    found += ["/matters/answers/", "/plans/", "/plans/new/", "/plans/compare/"]
    found += ["/redraws/", "/redraws/import/", "/redraws/new/"]
    for key, level, *_rest in AREAS:
        code = CODES[key]
        found += [f"/emergency/new/?area={code}", f"/tasks/new/?area={code}"]
        found.append(f"/plans/new/?area={code}")
        found.append(f"/redraws/new/?area={code}")
        found.append(f"/tasks/supervise/?area={code}&sum=matters")
        # With levers it depends on what people have elsewhere: tests/planning/test_whatif_page.py.
        found.append(f"/whatif/?area={code}")
        found += [
            f"/api/v1/coverage?area={code}",
            f"/api/v1/areas/{world.areas[key].pk}/location",
            f"/api/v1/areas/{world.areas[key].pk}/bounds",
            f"/api/v1/areas/{world.areas[key].pk}/posts",
            f"/api/v1/areas/{world.areas[key].pk}/emergency",
            f"/api/v1/areas/{world.areas[key].pk}/trend?weeks=3",
            f"/api/v1/households?area={code}",
        ]
        if level == "township":
            found += [
                f"/api/v1/coverage?area={code}&level=unit",
                f"/api/v1/coverage/previous?area={code}",
                f"/api/v1/households?area={code}&gap=1",
                *(f"/api/v1/households?area={code}&filter={word}" for word in BEHIND),
                f"/api/v1/coverage?area={code}&level=unit&print=1",
                f"/api/v1/candidates?area={code}",
            ]
    found += [f"/api/v1/households/{h.pk}/card" for h in world.households.values()]
    found += [
        "/households/new/",
        "/exemptions/",
        "/deeds/new/",
        "/activities/new/",
        "/balance/",
        f"/balance/?area={CODES['T1']}",
    ]
    found += ["/submissions/", "/submissions/?show=done"]
    found += ["/cards/", *(f"/cards/?area={CODES[area]}" for area in ("T1", "T2", "V1"))]
    for stay in HouseholdPlace.objects.all():
        found.append(f"/households/{stay.household_id}/places/{stay.pk}/")
    for household in world.households.values():
        page = f"/households/{household.pk}/"
        found += [page, f"{page}contact/", f"{page}edit/", f"{page}needs/", f"{page}move/"]
        found += [f"{page}?tab=place", f"{page}places/new/"]
        found += [f"{page}?tab=help", f"/deeds/new/?household={household.pk}"]
    found += [f"/sweep/{area.pk}/" for area in world.areas.values()]
    found += ["/handovers/", f"/handovers/?area={world.areas['V1'].pk}"]
    for post in world.posts.values():
        found += [f"/handovers/{word}/?post={post.pk}" for word in ("new", "leave")]
    found += [f"/people/{person.pk}/" for person in world.people.values()]
    found += [f"/organisations/{one.pk}/" for one in world.organisations.values()]
    found += [f"/people/{person.pk}/edit/" for person in world.people.values()]
    found += [f"/posts/{post.pk}/" for post in world.posts.values()]
    found += [f"/api/v1/issues/{issue.pk}" for issue in world.issues.values()]
    return found + table_addresses(world)


def table_addresses(world: World) -> list[str]:
    """The tables whole, filtered, with every column, by area, and the pages of matters."""
    found = ["/tables/", "/tables/households/needs/", "/tables/exports/"]
    for kind, words in TABLES.items():
        found += [f"/tables/{kind}/", *(f"/tables/{kind}/?{word}" for word in words)]
        found += [f"/tables/{kind}/?area={CODES[area]}" for area in ("T1", "T2", "V1", "U111")]
    found += ["/issues/new/", "/approvals/", "/matters/", "/matters/?show=late"]
    found += [f"/issues/{issue.pk}/slip/" for issue in world.issues.values()]
    return found + [f"/issues/{issue.pk}/" for issue in world.issues.values()]


def searches(world: World) -> list[str]:
    """Texts that would find each household, each person and each area."""
    texts = ["FG0", "甲一", "乙一", "街", "15990", "0009", "魏户长", "连户长", "甘包联"]
    texts += [household.head_name for household in world.households.values()]
    texts += [world.households["wei"].address, world.households["wei"].serial]
    return texts


def readable(content: bytes, content_type: str) -> str:
    """A body as text that two equal answers share: tiles decoded, tokens of forms left out."""
    if content_type.endswith("wordprocessingml.document"):
        return zipfile.ZipFile(io.BytesIO(content)).read("word/document.xml").decode()
    if content_type == MVT:
        layers: dict[str, Any] = mapbox_vector_tile.decode(content) if content else {}
        return json.dumps(
            {
                name: sorted(json.dumps(feature, sort_keys=True) for feature in layer["features"])
                for name, layer in sorted(layers.items())
            }
        )
    text = TOKEN.sub(b"", content).decode()
    return json.dumps(json.loads(text), ensure_ascii=False) if "json" in content_type else text


def spelled_out(response: Any) -> str:
    """A body in which Chinese inside JSON is written as it is read, not by its numbers."""
    text = response.content.decode()
    return re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text)


def answers(world: World, client: Client, *, only: str = "") -> dict[str, tuple[int, str]]:
    """Status and readable body of every address and search, by what was asked.

    ``only`` is the beginning of the addresses that matter to the test, of which no search is one.
    """
    found = {}
    for address in addresses(world):
        if not address.startswith(only):
            continue
        response: Any = client.get(address)
        body = b"".join(response.streaming_content) if response.streaming else response.content
        found[address] = response.status_code, readable(body, response["Content-Type"])
    for text in searches(world) if not only else ():
        response = client.post("/api/v1/search", {"q": text}, content_type="application/json")
        found[f"search {text}"] = response.status_code, readable(response.content, "json")
    return found
