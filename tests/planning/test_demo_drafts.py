"""The demo has drafts to look at, and none where nobody could make one."""

from __future__ import annotations

from grids.models import Post
from planning.demo import drafts_add
from planning.models import MatchDraft
from tests.people import World


def test_the_office_has_two_drafts_to_compare(world: World):
    lower, usual = drafts_add(on=world.on)
    assert {lower.state, usual.state} == {MatchDraft.State.READY}
    assert lower.path == usual.path == world.areas["T1"].path
    states = usual.lines.filter(post__isnull=False).values_list("state", flat=True)  # type: ignore[attr-defined]
    assert sorted(states) == ["accepted", "accepted", "pinned"]


def test_without_an_office_there_is_none(world: World):
    Post.objects.filter(pk=world.posts["manager"].pk).update(void=True)
    assert drafts_add(on=world.on) == []
