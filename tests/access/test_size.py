"""What is far too large is refused by the length it announces; no byte of it is read."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from casework.models import CardCode
from lib.photos import LARGEST

MB = 2**20


class Unread:
    """A body that fails the test when anybody reads it."""

    def read(self, size: int = -1) -> bytes:
        raise AssertionError("the body was read")

    readline = read


def far_too_large(client, address: str, size: int, kind: str = "multipart/form-data; boundary=x"):
    return client.generic(
        "POST", address, content_type=kind, CONTENT_LENGTH=str(size), **{"wsgi.input": Unread()}
    )


@pytest.mark.parametrize(
    ("who", "name", "size", "takes"),
    [
        ("manager", "import", 80 * MB, "60 MB"),
        ("manager", "forms", 20 * MB, "5 MB"),
        ("clerk", "answers", 80 * MB, "60 MB"),
        ("manager", "task-new", 6 * MB, "5 MB"),
        ("administrator", "admin:casework_topic_load", 20 * MB, "5 MB"),
    ],
)
def test_it_is_refused_unread_with_what_the_page_takes(world, as_user, who, name, size, takes):
    response = far_too_large(as_user(who), reverse(name), size)
    assert response.status_code == 413
    assert takes in response.content.decode()


def test_a_photo_of_a_matter_is_refused_unread_and_leads_back_to_it(world, as_user):
    matter = world.issues["road"].pk
    page = f"http://testserver{reverse('issue', args=[matter])}"
    client = as_user("manager")
    client.defaults["HTTP_REFERER"] = page
    response = far_too_large(client, reverse("issue-photo-add", args=[matter]), 40 * MB)
    assert response.status_code == 413
    assert "8 MB" in response.content.decode()
    assert f'href="{reverse("issue", args=[matter])}"' in response.content.decode()


def test_another_site_is_no_page_to_go_back_to(world, as_user):
    client = as_user("manager")
    client.defaults["HTTP_REFERER"] = "https://elsewhere.example/form"
    response = far_too_large(client, reverse("import"), 80 * MB)
    assert "elsewhere" not in response.content.decode()


def test_a_resident_is_told_on_a_page_of_residents(world, client):
    code = CardCode.objects.create(
        code="abcdefgh", post=world.posts["head"], area=world.areas["U111"],
        path=world.areas["U111"].path, made_on=world.on,
    )  # fmt: skip
    address = reverse("card-send", args=[code.code, "matter"])
    response = far_too_large(client, address, 40 * MB)
    assert response.status_code == 413
    assert "8 MB" in response.content.decode()
    assert "css/residents.css" in response.content.decode()


def test_a_program_is_answered_in_its_own_form(world, as_user):
    response = far_too_large(as_user("manager"), "/api/v1/search", 6 * MB, "application/json")
    assert response.status_code == 413
    assert set(response.json()) == {"error"}


def test_a_photo_a_little_too_large_is_still_refused_at_its_field(world, as_user):
    matter = world.issues["road"].pk
    address = reverse("issue-photo-add", args=[matter])
    photo = b"\0" * (LARGEST + 1)
    response = as_user("manager").post(
        address, {"photo": SimpleUploadedFile("p.jpg", photo), "when": "before"}, follow=True
    )
    assert response.status_code == 200
    assert "8 MB" in response.content.decode()
