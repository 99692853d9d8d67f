"""Photos of a matter: who adds, who sees, that nothing of the camera stays, and that few fit."""

from __future__ import annotations

import io
import threading
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from PIL import Image

from accounts.models import AccessLog
from casework.issues import issue_step
from casework.models import Issue, IssuePhoto
from casework.photos import MOST, photo_add, photos_purge
from jobs.models import Act
from lib.errors import Refusal
from tests.people import World

pytestmark = pytest.mark.django_db


def picture(width=2400, height=1200) -> bytes:
    """A JPEG that says where and with what it was taken."""
    exif = Image.Exif()
    exif[0x010F] = "Camera of somebody"
    exif.get_ifd(0x8825).update({1: "N", 2: (46.0, 43.0, 0.0), 3: "E", 4: (122.0, 54.0, 0.0)})
    out = io.BytesIO()
    Image.new("RGB", (width, height), "red").save(out, "JPEG", exif=exif.tobytes())
    return out.getvalue()


def upload(content: bytes | None = None):
    return {"when": "before", "photo": SimpleUploadedFile("a.jpg", content or picture())}


@pytest.fixture
def well(world: World) -> Issue:
    """A matter of a public place that the department leads, with one photo of its clerk's."""
    issue = issue_step(issue=world.issues["well"], verb="accept", by=None, on=world.on)
    issue = issue_step(
        issue=issue, verb="dispatch", by=None, on=world.on,
        organisation=world.organisations["department"],
    )  # fmt: skip
    photo_add(issue=issue, content=picture(), when="before", on=world.on, by=world.user("clerk"))
    return issue


def address(issue: Issue, photo: IssuePhoto) -> str:
    return f"/issues/{issue.pk}/photos/{photo.pk}.jpg"


def test_it_is_small_and_holds_nothing_of_the_camera(world: World, well: Issue):
    photo = IssuePhoto.objects.get()
    with Image.open(io.BytesIO(bytes(photo.image))) as kept:
        assert kept.format == "JPEG" and kept.size == (1600, 800) and not kept.getexif()
    assert (photo.width, photo.height) == (1600, 800)
    assert b"Camera of somebody" not in bytes(photo.image)


@pytest.mark.parametrize(
    ("login", "sees", "adds"),
    [
        ("manager", True, True), ("clerk", True, True), ("worker", False, False),
        ("secretary", False, False), ("leader", True, False), ("outsider", False, False),
        ("head", False, False), ("auditor", False, False), ("administrator", False, False),
        ("nobody", False, False),
    ],
)  # fmt: skip
def test_who_sees_and_who_adds(world: World, as_user, well: Issue, login, sees, adds):
    client, photo = as_user(login), IssuePhoto.objects.get()
    answer = client.get(address(well, photo))
    assert (answer.status_code == 200) == sees
    assert b"\xff\xd8" not in answer.content[:2] or sees
    if sees:
        assert answer["Cache-Control"] == "private, no-store"
        assert answer["Content-Type"] == "image/jpeg"
    client.post(f"/issues/{well.pk}/photos/", upload())
    assert IssuePhoto.objects.count() == 1 + adds


def test_a_photo_belongs_to_its_matter_alone(world: World, as_user, well: Issue):
    photo, other = IssuePhoto.objects.get(), world.issues["road"]
    assert as_user("worker").get(address(other, photo)).status_code == 404
    assert as_user("manager").get(address(other, photo)).status_code == 404


def test_a_photo_of_a_household_is_logged(world: World, as_user):
    photo = photo_add(
        issue=world.issues["roof"], content=picture(), when="after", on=world.on,
        by=world.user("head"),
    )  # fmt: skip
    assert as_user("leader").get(address(world.issues["roof"], photo)).status_code == 404
    assert as_user("head").get(address(world.issues["roof"], photo)).status_code == 200
    assert AccessLog.objects.filter(action="issue.photo").count() == 1


def test_there_are_at_most_six(world: World, as_user, well: Issue):
    small = picture(40, 30)
    for _n in range(MOST - 1):
        as_user("clerk").post(f"/issues/{well.pk}/photos/", upload(small))
    page = as_user("clerk").post(f"/issues/{well.pk}/photos/", upload(small), follow=True)
    assert IssuePhoto.objects.count() == MOST
    assert "最多 6 张" in page.content.decode()


@pytest.mark.parametrize("content", [b"GIF89a nothing", picture()[:300], b""])
def test_what_is_no_photo_is_refused_in_words(world: World, as_user, well: Issue, content):
    form = {"when": "before", "photo": SimpleUploadedFile("a.jpg", content)}
    page = as_user("clerk").post(f"/issues/{well.pk}/photos/", form, follow=True)
    assert page.status_code == 200 and "照片" in page.content.decode()
    assert IssuePhoto.objects.count() == 1


def test_removal_is_an_act_that_is_taken_back(world: World, as_user, well: Issue):
    photo = IssuePhoto.objects.get()
    client = as_user("manager")
    page = client.post(f"/issues/{well.pk}/photos/{photo.pk}/remove/", follow=True)
    act = Act.objects.latest("at")
    assert act.sentence in page.content.decode()
    assert client.get(address(well, photo)).status_code == 404
    client.post(f"/acts/{act.pk}/undo/")
    assert client.get(address(well, photo)).status_code == 200
    client.post(f"/issues/{well.pk}/photos/{photo.pk}/remove/")
    assert photos_purge(on=world.on + timedelta(days=8)) == 0
    assert photos_purge(on=world.on + timedelta(days=9)) == 1


def test_a_leader_looks_on(world: World, well: Issue):
    with pytest.raises(Refusal):
        photo_add(issue=well, content=picture(), when="after", on=world.on, by=world.user("leader"))


@pytest.mark.django_db(transaction=True)
def test_two_who_add_the_last_at_once_do_not_make_seven(world: World, well: Issue):
    content = picture(40, 30)
    for _n in range(MOST - 2):
        photo_add(issue=well, content=content, when="after", on=world.on, by=world.user("clerk"))
    gate = threading.Barrier(2)

    def add(login: str) -> None:
        gate.wait()
        try:
            photo_add(issue=well, content=content, when="after", on=world.on,
                      by=world.user(login))  # fmt: skip
        except Refusal:
            pass
        finally:
            connections.close_all()

    threads = [threading.Thread(target=add, args=[login]) for login in ("clerk", "manager")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert IssuePhoto.objects.count() == MOST
