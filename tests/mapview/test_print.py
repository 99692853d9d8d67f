"""The page of the print view: who gets it, on which paper, and that it holds nobody's name."""

from __future__ import annotations

import json
import re

import pytest
from django.test import Client

from lib.clock import today
from tests.people import HOUSEHOLDS

SEES_AREAS = ["leader", "county_leader", "manager", "outsider", "worker", "grid_head", "secretary"]
OTHERS = ["head", "cadre", "clerk", "auditor", "administrator", "volunteer", "nobody"]


def config(page: str) -> dict:
    """What the page's script begins with."""
    found = re.search(r'<script id="page-config" type="application/json">(.*?)</script>', page)
    assert found
    return json.loads(found.group(1))


@pytest.mark.parametrize("who", SEES_AREAS)
def test_whoever_sees_areas_prints_them(as_user, who: str):
    answer = as_user(who).get("/print/")
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("who", OTHERS)
def test_for_others_there_is_no_such_page(as_user, who: str):
    assert as_user(who).get("/print/").status_code == 404


def test_it_asks_for_a_sign_in(world):
    assert Client().get("/print/?paper=a3").status_code == 302


@pytest.mark.parametrize(
    ("query", "paper", "ink"),
    [("", "a4", "colour"), ("?paper=a3&ink=mono", "a3", "mono"), ("?paper=b5&ink=red", "a4", "colour")],
)  # fmt: skip
def test_the_address_chooses_paper_and_ink(as_user, query: str, paper: str, ink: str):
    page = as_user("manager").get(f"/print/{query}").content.decode()
    assert f"css/paper-{paper}.css" in page
    found = config(page)
    assert (found["paper"], found["ink"]) == (paper, ink)
    assert found["printed_on"] == today().isoformat()
    assert found["user"]["name"] == "关网办"


def test_its_links_keep_the_query_of_the_map(as_user):
    query = "area=159901100&measure=linked_rate&at=45.01000,120.02000,12.5"
    page = as_user("manager").get(f"/print/?{query}&paper=a3").content.decode()
    kept = query.replace("&", "&amp;")
    assert f'href="/?{kept}"' in page
    assert f'href="?{kept}&amp;paper=a4&amp;ink=colour"' in page
    assert f'href="?{kept}&amp;paper=a3&amp;ink=mono"' in page


def test_a_query_cannot_write_into_the_page(as_user):
    page = as_user("manager").get('/print/?area="><script>alert(1)</script>').content.decode()
    assert "<script>alert" not in page


def test_the_page_holds_no_household(as_user):
    page = as_user("manager").get("/print/?level=household").content.decode()
    assert not [row[1] for row in HOUSEHOLDS if row[1] in page]
