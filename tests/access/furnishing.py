"""One of everything that has an address of its own, and every address that names one."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import uuid4

import openpyxl
from django.urls import get_resolver
from PIL import Image

from accounts.gate import walk
from casework.activities import activity_record
from casework.cards import cards_print
from casework.deeds import deed_record
from casework.emergency import emergency_open
from casework.issues import issue_register, issue_step
from casework.meetings import meeting_call
from casework.models import ActivityKind, Issue
from casework.partners import offer_add
from casework.photos import photo_add
from casework.ratings import rating_link_issue
from casework.samples import sample_draw
from casework.submissions import Words, submission_send
from casework.tasks import task_hand
from desk.models import ExportJob, SavedView
from grids.models import Pairing
from households.models import Exemption, Link
from households.places import place_add
from households.services import exemption_ask
from jobs.acts import act
from jobs.models import ImportRun
from lib.clock import now
from planning.matching.drafts import draft_order
from planning.models import MatchLine
from planning.redrawing.drafts import redraw_start
from reports.forms import form_keep
from tests.contacting import contact_record
from tests.people import World
from tests.shapes import point

PART = re.compile(r"<\w+:(\w+)>")
#: What the first part of a route keeps its rows under, where that is another word.
KEPT_UNDER = {
    "acts": "act", "agreements": "agreement", "approvals": "approval", "deeds": "deed",
    "activities": "activity", "exemptions": "exemption", "forms": "form", "issues": "issue",
    "households": "household", "meetings": "meeting", "offers": "offer", "people": "person",
    "organisations": "organisation", "posts": "post", "samples": "sample", "tasks": "task",
    "submissions": "submission", "matters": "import", "plans": "plan", "redraws": "redraw",
}  # fmt: skip


def picture() -> bytes:
    """A small JPEG."""
    out = io.BytesIO()
    Image.new("RGB", (8, 6), "red").save(out, "JPEG")
    return out.getvalue()


def workbook(cells: dict[str, str]) -> bytes:
    """A workbook with one sheet of these cells."""
    book, out = openpyxl.Workbook(), io.BytesIO()
    for cell, text in cells.items():
        book.active[cell] = text  # type: ignore[index]
    book.save(out)
    return out.getvalue()


def furnish(world: World) -> dict[str, Any]:
    """Make one of everything in the township T1: the key of each by a word for it."""
    on, manager = world.on, world.user("manager")
    village, home = world.areas["V1"], world.households["zhao"]
    well = issue_step(issue=world.issues["well"], verb="accept", by=None, on=on)
    well = issue_step(
        issue=well, verb="dispatch", by=None, on=on, organisation=world.organisations["department"]
    )
    photo = photo_add(issue=well, content=picture(), when="before", on=on, by=world.user("clerk"))
    road = issue_step(issue=world.issues["road"], verb="accept", by=None, on=on)
    road = issue_step(
        issue=road, verb="ask_shelve", by=manager, on=on, until=on + timedelta(days=30), note="待料"
    )
    closed = issue_register(
        kind="help", subject="traffic", source="visit", title="路灯", on=on, area=village,
        contact_way="13800001111",
    )  # fmt: skip
    closed = issue_step(
        issue=closed, verb="settle", by=None, in_name_of=world.user("worker"), on=on,
        result="solved", note="已换",
    )  # fmt: skip
    closed = issue_step(issue=closed, verb="close", by=None, in_name_of=manager, on=on)
    sample = sample_draw(
        area=world.areas["T1"], kind="matters", since=on - timedelta(days=30), until=on, size=5,
        on=on, by=manager,
    )  # fmt: skip
    pairing = Pairing.objects.get(organisation=world.organisations["bureau"], area=village)
    offer = offer_add(pairing=pairing, title="义诊", quantity=Decimal(10), unit="场", by=manager)
    (card,) = cards_print(
        links=Link.objects.filter(pk=world.links["zhao", "head"].pk), on=on, by=manager
    )
    sent = submission_send(
        once=uuid4(), code=card.code, kind="matter", sender="furnish", on=on,
        words=Words(text="路灯不亮", matter="help", phone="13900001111", photo=picture()),
    )  # fmt: skip
    contact_record(
        household=home, made_by=world.people["worker"], on=on, mode="visit", reached=True,
    )  # fmt: skip
    form = form_keep(
        area=world.areas["T1"], name="月报", file=workbook({"A1": "未结诉求", "B1": ""}), on=on,
        by=manager, filled_by="关网办", checked_by="林乡领", unit="甲镇网格办",
    )  # fmt: skip
    with act(
        verb="test", by=manager, path=home.path, on=on, subject=home, sentence="改了户"
    ) as done:
        type(home).objects.filter(pk=home.pk).update(size=2)
    rows: dict[str, Any] = {
        "act": done,
        "activity": activity_record(
            kind=ActivityKind.objects.get(code="training"), title="培训", area=village, on=on,
            current=on,
        ),
        "agreement": pairing,
        "approval": Issue.objects.get(pk=road.pk).requests.get(),  # type: ignore[attr-defined]
        "deed": deed_record(what="送煤", on=on, current=on, area=village),
        "emergency": emergency_open(
            area=village, kind="snow", reason="暴雪封路，入户转移", at=now(), by=manager
        ),
        "exemption": exemption_ask(
            household=world.households["sun"], reason=Exemption.Reason.DECLINED, on=on,
            by=manager, note="本户书面确认",
        ),
        "export": ExportJob.objects.create(
            by=manager, table="households", what="households", on=on, language="zh-hans",
            where="甲镇", managed=[world.areas["T1"].path], expected=8,
        ),
        "form": form,
        "household": home,
        "import": ImportRun.objects.create(
            by=manager, kind="households", path=world.areas["T1"].path, file_name="a.xlsx"
        ),
        "issue": well,
        "meeting": meeting_call(area=world.areas["T1"], on=on, current=on, by=manager),
        "offer": offer,
        "organisation": world.organisations["bureau"],
        "person": world.people["worker"],
        "plan": draft_order(area=world.areas["T1"], on=on, by=manager),
        "post": world.posts["worker"],
        "redraw": redraw_start(
            area=world.areas["T1"], villages=[village], level="grid", by=manager
        ),
        "sample": sample,
        "submission": sent.submission,
        "sweep": world.areas["G11"],
        "task": task_hand(
            area=village, subject="gap", to_post=world.posts["manager"],
            due_on=on + timedelta(days=7), on=on, by=world.user("leader"),
        ),
        "today": home,
    }  # fmt: skip
    return {name: row.pk for name, row in rows.items()} | {
        "code": card.code.code,
        "token": rating_link_issue(issue=closed, on=on, by=world.user("secretary")),
        "photo": photo.pk,
        "place": place_add(
            household=home,
            kind="winter",
            months=[1, 2],
            point=point(0.6, 0.6),
            source="pin",
            on=on,
            by=manager,
        ).pk,
        "link": world.links["zhao", "head"].pk,
        "line": MatchLine.objects.filter(draft=rows["plan"]).earliest("pk").pk,
        "call": sample.calls.get().pk,  # type: ignore[attr-defined]
        "view": SavedView.objects.create(owner=manager, table="issues", name="我的").pk,
    }


def pages(keys: dict[str, Any]) -> dict[str, str]:
    """Every address of this project that is no tile and no API, by the name of its route."""
    found = {}
    for route, _callback, name, space in walk(get_resolver().url_patterns):
        if space or not name or route.startswith(("accounts/", "admin/", "tiles/", "jsi18n")):
            continue
        found[name] = "/" + PART.sub(partial(_filled, route, keys), route)
    return found


def _filled(route: str, keys: dict[str, Any], part: re.Match[str]) -> str:
    """What stands in an address for one of its parts."""
    first, name = route.split("/", 1)[0], part[1]
    if name == "key":
        if route.startswith("tables/"):
            return str(keys["view" if "views" in route else "export"])
        return "people" if first == "ledgers" else str(keys[KEPT_UNDER.get(first, first)])
    words = {"kind": {"tables": "issues", "c": "matter"}.get(first, "pdf"), "verb": "approve"}
    return words.get(name) or str(keys[name])
