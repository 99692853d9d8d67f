"""Ratings: one time, by somebody else, of a matter or a place and never of a person."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.apps import apps

from accounts.models import User
from casework.cast import moves_open
from casework.due import follow_ups
from casework.issues import issue_step
from casework.models import CardCode, Contact, Issue, Rating, RatingLink
from casework.ratings import (
    rating_from_card,
    rating_give,
    rating_link_issue,
    rating_link_open,
    ratings_of,
)
from casework.states import TABLE
from grids.models import Person, Post
from households.models import Link
from lib.errors import Refusal
from tests.matters import matter_to


def resolved(issue: Issue) -> Issue:
    Issue.objects.filter(pk=issue.pk).update(state=Issue.State.RESOLVED)
    issue.refresh_from_db()
    return issue


def rate(area, answer, n, on):
    Rating.objects.bulk_create(
        Rating(area=area, path=area.path, answer=answer, via="link", on=on) for _ in range(n)
    )


def test_a_link_serves_once_and_only_its_hash_is_kept(world):
    issue = resolved(world.issues["well"])
    token = rating_link_issue(issue=issue, on=world.on)
    assert token not in RatingLink.objects.get().token_hash
    assert rating_link_open(token, on=world.on).issue == issue
    rating = rating_give(token=token, answer="satisfied", text=" 很  好 ", on=world.on)
    assert (rating.issue, rating.via, rating.text) == (issue, "link", "很 好")
    for again in (rating_give, lambda **k: rating_link_open(k["token"], on=k["on"])):
        with pytest.raises(Refusal):
            again(token=token, answer="satisfied", on=world.on)
    assert Rating.objects.count() == 1


def test_an_old_or_unknown_link_and_an_unresolved_matter_are_refused(world):
    with pytest.raises(Refusal):
        rating_link_issue(issue=world.issues["well"], on=world.on)
    token = rating_link_issue(area=world.areas["V1"], on=world.on, by=world.user("manager"))
    with pytest.raises(Refusal):
        rating_give(token=token, answer="satisfied", on=world.on + timedelta(days=31))
    with pytest.raises(Refusal):
        rating_give(token="x" * 32, answer="satisfied", on=world.on)
    with pytest.raises(Refusal) as wrong:
        rating_give(token=token, answer="五星", on=world.on)
    assert wrong.value.field == "answer"
    rating_give(token=token, answer="dissatisfied", on=world.on)  # a refused one used nothing up


def test_a_place_is_rated_through_links_of_who_manages_it(world):
    for who in ("outsider", "worker", "head"):
        with pytest.raises(Refusal):
            rating_link_issue(area=world.areas["V1"], on=world.on, by=world.user(who))


def test_the_card_gives_its_place_and_forgets_the_post(world):
    unit = world.areas["U111"]
    code = CardCode.objects.create(
        code="k7", post=world.posts["head"], area=unit, path=unit.path, made_on=world.on
    )
    rating = rating_from_card(code=code, answer="basically", on=world.on)
    assert (rating.area, rating.issue, rating.via) == (unit, None, "card")


def test_few_ratings_are_withheld_and_do_not_come_back_by_subtraction(world):
    town, one, two, three = (world.areas[key] for key in ("T1", "V1", "V2", "G11"))
    rate(one, "satisfied", 9, world.on)
    rate(two, "dissatisfied", 2, world.on)
    whole, first, second = ratings_of(
        town.path, [one.path, two.path], since=world.began, until=world.on
    )
    assert (whole.n, whole.dissatisfied) == (11, 2)
    assert first.n is None
    assert second.n is None
    rate(two, "basically", 3, world.on)
    _whole, first, second = ratings_of(
        town.path, [one.path, two.path], since=world.began, until=world.on
    )
    assert (first.n, first.rate, second.n, second.rate) == (9, 1, 5, 0.6)
    assert ratings_of(three.path, [], since=world.began, until=world.on)[0].rate is None


def test_nothing_of_a_rating_or_its_link_leads_to_who_served_or_called():
    people = {User, Person, Post, Link, Contact}
    for model in (Rating, RatingLink, apps.get_model("casework.RatingEvent")):
        own = {f.related_model for f in model._meta.get_fields() if f.is_relation}
        names = {f.name for f in model._meta.get_fields() if f.concrete}
        assert not own & people
        assert not names & {"by", "made_by", "recorded_by", "called_by", "person", "post"}
    for model in people:
        assert not {r.related_model for r in model._meta.related_objects} & {Rating, RatingLink}


def test_the_page_of_an_area_withholds_few_and_makes_addresses_for_who_manages_it(world, as_user):
    rate(world.areas["V1"], "satisfied", 8, world.on)
    rate(world.areas["V2"], "dissatisfied", 3, world.on)
    text = as_user("leader").get("/ratings/").content.decode()
    assert text.count('class="withheld"') == 2
    assert ">11<" in text
    assert as_user("leader").post("/ratings/").status_code == 200
    assert not RatingLink.objects.exists()
    made = as_user("manager").post("/ratings/").content.decode()
    assert RatingLink.objects.get().area == world.areas["T1"]
    assert "http://testserver/" in made
    assert as_user("head").get("/ratings/").status_code == 404


def test_the_call_back_of_a_follow_up_is_a_rating_of_its_matter(world):
    roof = matter_to(world.issues["roof"], "accepted", on=world.on)
    roof = issue_step(issue=roof, verb="settle", by=world.user("worker"), on=world.on,
                      result="solved", note="已修")  # fmt: skip
    call = {"issue": roof, "verb": "call", "on": world.on}
    with pytest.raises(Refusal):  # resolved it
        issue_step(**call, by=world.user("worker"), answer="satisfied")
    assert not Rating.objects.exists()
    issue_step(**call, by=world.user("manager"), answer="unreached")
    assert not Rating.objects.exists()
    issue_step(**call, by=world.user("manager"), answer="dissatisfied", note="王某没修好")
    rating = Rating.objects.get()
    assert (rating.issue_id, rating.via, rating.answer) == (roof.pk, "call", "dissatisfied")
    assert rating.text == ""


def offered(user, issue, on):
    return {move.verb for move in moves_open(issue, user, on=on)}


def test_who_served_in_a_matter_neither_calls_back_nor_closes_it(world):
    roof = matter_to(world.issues["roof"], "resolved", on=world.on)
    assert "contact" not in TABLE["call"].who
    called = {"issue": roof, "verb": "call", "on": world.on, "answer": "satisfied"}
    link = Link.objects.filter(pk=world.links["qian", "head"].pk)
    for who in ("head", "worker"):  # a worker who is a contact of the household as well
        link.update(post=world.posts[who])
        assert not {"call", "close"} & offered(world.user(who), roof, world.on)
        assert roof not in follow_ups(world.user(who), world.on)
        with pytest.raises(Refusal):
            issue_step(**called, by=world.user(who))
    link.update(post=world.posts["head"])
    seen = Contact.objects.create(  # the one in which it was raised
        household=world.households["qian"], on=world.on, mode="visit", reached=True,
        made_by=world.people["manager"], made_by_party_member=False,
        recorded_by=world.users["manager"],
    )  # fmt: skip
    for contact in (seen, None):
        Issue.objects.filter(pk=roof.pk).update(contact=contact)
        roof.refresh_from_db()
        may = contact is None
        assert ("call" in offered(world.user("manager"), roof, world.on)) == may
        assert (roof in follow_ups(world.user("manager"), world.on)) == may
    assert not Rating.objects.exists()
    # Somebody else's call closes it, and is its rating.
    done = issue_step(**called, by=world.user("manager"))
    assert (done.state, done.answer) == ("closed", "satisfied")
    assert Rating.objects.get().via == "call"


def test_who_comments_on_a_resolved_matter_did_not_serve(world):
    roof = matter_to(world.issues["roof"], "resolved", on=world.on)
    issue_step(issue=roof, verb="comment", by=world.user("manager"), on=world.on, note="已看")
    assert "call" in offered(world.user("manager"), roof, world.on)
    assert roof in follow_ups(world.user("manager"), world.on)


def test_the_page_of_a_matter_shows_its_address_once_to_who_did_not_serve(world, as_user):
    roof = matter_to(world.issues["roof"], "resolved", on=world.on)
    page = f"/issues/{roof.pk}/"
    words = f"{page}rating/"
    assert words in as_user("manager").get(page).content.decode()
    for who in ("head", "clerk", "leader"):
        answer = as_user(who).post(words)
        assert answer.status_code in (400, 404), who
        assert words not in as_user(who).get(page).content.decode()
    assert not RatingLink.objects.exists()
    first, second = (
        re.search(r"http://testserver(/[\w/-]+)", made)[1]
        for made in (as_user("manager").post(words).content.decode() for _ in range(2))
    )
    assert first not in as_user("manager").get(page).content.decode()
    tokens = [address.strip("/").split("/")[-1] for address in (first, second)]
    with pytest.raises(Refusal):  # the later one ends the earlier
        rating_give(token=tokens[0], answer="satisfied", on=world.on)
    rating_give(token=tokens[1], answer="satisfied", on=world.on)
    assert as_user("manager").post(words).status_code == 400
    assert words not in as_user("manager").get(page).content.decode()
    assert Rating.objects.get().issue_id == roof.pk
