"""What the constraints of the database refuse is said in a sentence, never as a bare error."""

from datetime import timedelta

import pytest

from grids.boundaries import boundaries_set
from grids.services import area_create, organisation_create, pairing_start, post_end, post_start
from households.covers import cover_start
from lib.errors import Refusal
from tests.people import World
from tests.shapes import CODES, rectangle

pytestmark = pytest.mark.django_db


def test_a_backup_covers_once_at_a_time(world: World):
    link = world.links["feng", "backup"]
    cover_start(link=link, on=world.on)
    with pytest.raises(Refusal, match="代管"):
        cover_start(link=link, on=world.on + timedelta(days=1))


def test_a_unit_helps_an_area_once_at_a_time(world: World):
    with pytest.raises(Refusal, match="甲一村"):
        pairing_start(
            organisation=world.organisations["bureau"], area=world.areas["V1"], on=world.on
        )


def test_a_units_name_is_given_once(world: World):
    with pytest.raises(Refusal, match="方格县农牧局"):
        organisation_create(name="方格县农牧局", area=world.areas["C"])


def test_a_code_belongs_to_one_area(world: World):
    with pytest.raises(Refusal, match=CODES["V1"]):
        area_create(
            level="village", name="重码村", code=CODES["V1"], parent=world.areas["T1"], on=world.on
        )


def test_a_boundary_does_not_overlap_a_later_one(world: World):
    later = world.on + timedelta(days=30)
    boundaries_set(outlines=[(world.areas["G12"], rectangle(1, 0, 2, 1))], on=later)
    with pytest.raises(Refusal):
        boundaries_set(outlines=[(world.areas["G12"], rectangle(1, 0, 2, 2))], on=world.on)


def test_a_post_is_held_once_at_a_time(world: World):
    post = world.posts["head"]
    with pytest.raises(Refusal, match="连户长"):
        post_start(person=post.person, role=post.role, area=post.area, on=world.on)


def test_a_post_ended_on_its_first_day_is_void_and_so_are_its_links(world: World):
    world.add_person("brief", "卓短任")
    post = world.add_post("brief", "unit_head", "U112", on=world.on)
    world.posts["brief"] = post
    link = world.link("feng", "brief", on=world.on)
    post_end(post=post, on=world.on)
    post.refresh_from_db()
    link.refresh_from_db()
    assert (post.void, link.void) == (True, True)
    assert post.during.lower == world.on
