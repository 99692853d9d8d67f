"""Those who became contacts by a draft are told: on the map, and at the household in their list."""

from __future__ import annotations

from datetime import timedelta

import pytest

from casework.notices import notices_of
from jobs.acts import act_undo
from lib.clock import moment_of
from planning.matching.drafts import draft_commit, draft_order

pytestmark = pytest.mark.django_db


def test_new_contacts_are_told_for_a_week_and_no_longer(world, as_user):
    manager = world.user("manager")
    draft = draft_order(area=world.areas["T1"], on=world.on, by=manager)

    def told(login: str, days: int = 0) -> list[str]:
        on = world.on + timedelta(days=days)
        notices = notices_of(world.user(login), on=on, at=moment_of(on))
        return [notice.text for notice in notices if notice.url == "/mine/"]

    assert told("secretary") == []
    done = draft_commit(draft=draft, on=world.on, by=manager)
    assert len(told("secretary")) == 1 and "2" in told("secretary")[0]
    assert len(told("secretary", 6)) == 1 and told("secretary", 7) == []
    assert told("manager") == told("leader") == []
    page = as_user("head").get("/mine/").content.decode()
    assert page.count(f"{world.on:%m-%d} 起由您联系") == 1
    act_undo(act=done.act, by=manager)
    assert told("secretary") == []
