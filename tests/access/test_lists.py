"""A clerk reads the matters of the own department, an auditor who read what kind of data."""

import pytest

from accounts.models import AccessLog
from casework.models import Issue
from tests.people import World

pytestmark = pytest.mark.django_db


def test_a_clerk_reads_matter_place_and_contact_way_and_no_more(as_user, world: World):
    Issue.objects.filter(pk=world.issues["water"].pk).update(contact_way="13700000000")
    page = as_user("clerk").get("/", follow=True)
    text = page.content.decode()
    assert page.redirect_chain[-1][0] == "/matters/"
    assert "甲二嘎查机井损坏" in text
    assert "家中停水" in text
    assert "13700000000" in text
    assert "甲一村路口积水" not in text  # given to nobody yet
    household = world.households["wei"]
    assert household.head_name not in text
    assert household.address not in text
    assert AccessLog.objects.filter(action="matters", user=world.users["clerk"]).exists()


def test_an_auditor_reads_the_log_without_content(as_user, world: World):
    household = world.households["zhao"]
    as_user("manager").get(f"/households/{household.pk}/")
    page = as_user("auditor").get("/", follow=True)
    text = page.content.decode()
    assert page.redirect_chain[-1][0] == "/log/"
    assert "关网办" in text
    assert "住户页面" in text
    assert household.head_name not in text
    assert str(household.pk) not in text


@pytest.mark.parametrize("login", ["manager", "leader", "head", "nobody"])
def test_the_lists_are_nobody_elses(as_user, world: World, login: str):
    assert as_user(login).get("/log/").status_code == 404
    assert as_user(login).get("/matters/").status_code == 404
