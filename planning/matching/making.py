"""A draft is ordered and worked out: at once where it is small, else by the worker.

Whoever ordered may leave the page; how far it is stands on the draft, and it may be given up.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks import task

from accounts.models import User
from grids.models import Area
from grids.services import require_manage
from households.models import Household
from lib.errors import Refusal
from planning.matching.changes import changes_against
from planning.matching.inputs import gap_keys, inputs_read
from planning.matching.lines import draft_locked, lines_write
from planning.matching.options import Options, options_read
from planning.matching.solving import solve
from planning.matching.sums import sums_begin, sums_keep
from planning.models import MatchDraft, MatchLine, MatchRejection

logger = logging.getLogger(__name__)
State = MatchDraft.State
#: Up to so many households are worked out while one waits for the page.
SMALL = 2_000
#: Drafts a person may have on their way at once.
MOST = 3
#: Without a step for so long the worker was stopped amid it.
LOST = timedelta(hours=1)
NAME = 60
#: Which lines stay: those decided by hand, or all that the world has not overtaken.
DECIDED, STANDING = "decided", "standing"


class GivenUp(Exception):
    """Whoever ordered the draft does not want it any more."""


def draft_order(
    *, area: Area, on: date, options: Mapping[str, Any] | Options | None = None, name: str = "",
    by: User,
) -> MatchDraft:  # fmt: skip
    """Ask for a draft of the area's households that have nobody; solved already where small."""
    require_manage(by, area.path)
    wanted = options if isinstance(options, Options) else options_read(options or {})
    name = name.strip()
    if len(name) > NAME:
        raise Refusal(_("A name has %d characters at most.") % NAME, field="name")
    if on not in area.during:
        raise Refusal(_("The area does not exist on that day."), field="area")
    if not Household.objects.filter(path__startswith=area.path).open_on(on).exists():
        raise Refusal(
            _("%(area)s has no households yet; import them first.") % {"area": area}, field="area"
        )
    keys = gap_keys(area.path, wanted.reasons, on=on)
    if not keys:
        raise Refusal(
            _("In %(area)s every household that counts has a contact, or none lacks one for the"
              " chosen reasons. There is nothing to match.") % {"area": area},
            field="area",
        )  # fmt: skip
    drafts_tidy(on)
    own = MatchDraft.objects.filter(by=by, state__in=MatchDraft.UNFINISHED)
    if own.count() >= MOST:
        raise Refusal(_("%s drafts of yours are being worked out; wait, or cancel one.") % MOST)
    draft = MatchDraft.objects.create(
        area=area, path=area.path, name=name, on=on, by=by, options=wanted.as_json()
    )
    return _start(draft, DECIDED, len(keys))


def draft_again(
    *, draft: MatchDraft, on: date, by: User, options: Mapping[str, Any] | None = None
) -> MatchDraft:
    """Work the draft out again around what was decided: accepted and pinned pairs stay as far as
    the world lets them, rejected ones never come. ``options`` to ask for something else."""
    return _again(draft, DECIDED, on=on, by=by, options=options)


def draft_refresh(*, draft: MatchDraft, on: date, by: User) -> MatchDraft:
    """Work out again only what the world has changed; all other pairs stay as they are."""
    return _again(draft, STANDING, on=on, by=by)


@transaction.atomic
def draft_cancel(*, draft: MatchDraft, by: User) -> MatchDraft:
    """Give up working it out; what there was before stays."""
    found = MatchDraft.objects.select_for_update(of=("self",)).get(pk=draft.pk)
    require_manage(by, found.path)
    if found.state not in MatchDraft.UNFINISHED:
        raise Refusal(_("The draft is not being worked out any more."))
    return _turned(found)


@transaction.atomic
def draft_drop(*, draft: MatchDraft, by: User) -> MatchDraft:
    """Put the draft away; its pairs are forgotten."""
    found = MatchDraft.objects.select_for_update(of=("self",)).get(pk=draft.pk)
    require_manage(by, found.path)
    if found.state == State.COMMITTED:
        raise Refusal(_("The draft was put into force and is part of the record; take that back."))
    found.lines.all().delete()
    found.rejections.all().delete()
    found.state, found.version = State.DROPPED, found.version + 1
    found.save(update_fields=["state", "version", "moved_at"])
    return found


def drafts_tidy(on: date) -> int:
    """Tell of drafts that the worker lost; how many."""
    lost = MatchDraft.objects.filter(
        state__in=MatchDraft.UNFINISHED, moved_at__lt=timezone.now() - LOST
    )
    found = list(lost)
    for draft in found:
        _turned(draft, error=_("The worker was stopped. Work it out again."))
    return len(found)


def _again(
    draft: MatchDraft, keep: str, *, on: date, by: User,
    options: Mapping[str, Any] | None = None,
) -> MatchDraft:  # fmt: skip
    with transaction.atomic():
        found = draft_locked(draft, by)
        wanted = options_read(found.options if options is None else options)
        found.options, found.on, found.progress = wanted.as_json(), on, 0
        found.state, found.error, found.version = State.WAITING, "", found.version + 1
        found.save()
    return _start(found, keep, found.lines.count())


def _start(draft: MatchDraft, keep: str, households: int) -> MatchDraft:
    """Work it out now, or have the worker do it. A draft that fails says so itself."""
    if households <= SMALL:
        draft_make.func(str(draft.pk), keep)
    else:
        transaction.on_commit(partial(draft_make.enqueue, str(draft.pk), keep))
    draft.refresh_from_db()
    return draft


@task()
def draft_make(key: str, keep: str = DECIDED) -> None:
    """Work a draft out; called by the worker."""
    begun = MatchDraft.objects.filter(pk=key, state=State.WAITING)
    if not begun.update(state=State.SOLVING, progress=0, moved_at=timezone.now()):
        return
    draft = MatchDraft.objects.select_related("by", "area").get(pk=key)
    try:
        _make(draft, keep)
    except GivenUp:
        return
    except Refusal as refusal:
        _turned(draft, error=refusal.sentence)
    except Exception:
        logger.exception("draft %s failed", draft.pk)
        _turned(draft, error=_("It could not be worked out. Try again, or report it."))


def _make(draft: MatchDraft, keep: str) -> None:
    if not draft.by.is_active:
        raise Refusal(_("Whoever ordered this may not do so any more."))
    options = options_read(draft.options)
    inputs = inputs_read(draft.path, options, on=draft.on)
    _tell(draft, 15)
    kept = _kept(draft, keep, changes_against(draft, inputs, on=draft.on).overtaken)
    rejected = set(
        MatchRejection.objects.filter(draft=draft).values_list("household", "post__person")
    )
    solution = solve(
        inputs, options, on=draft.on, pinned={key: post for key, (post, _s) in kept.items()},
        rejected=rejected, tell=lambda done, all: _tell(draft, 25 + 50 * done // max(all, 1)),
    )  # fmt: skip
    _tell(draft, 80)
    with transaction.atomic():
        locked = MatchDraft.objects.select_for_update(of=("self",)).get(pk=draft.pk)
        if locked.state != State.SOLVING:
            raise GivenUp
        lines_write(locked, solution.proposals, {key: state for key, (_p, state) in kept.items()})
        sums_begin(locked, inputs, options, solution.wanting)
        sums_keep(locked)
        locked.state, locked.progress, locked.stamp = State.READY, 100, inputs.stamp
        locked.version += 1
        locked.approved_by = locked.approved_on = None
        locked.save()


def _kept(
    draft: MatchDraft, keep: str, overtaken: Mapping[UUID, str]
) -> dict[UUID, tuple[UUID, str]]:
    """Post and state of the lines that stay, by household."""
    lines = draft.lines.filter(post__isnull=False)
    if keep == DECIDED:
        lines = lines.exclude(state=MatchLine.State.PROPOSED)
    rows = lines.values_list("household", "post", "state")
    return {key: (post, state) for key, post, state in rows if key not in overtaken}


def _tell(draft: MatchDraft, progress: int) -> None:
    """How far it is; GivenUp where it is not wanted any more."""
    running = MatchDraft.objects.filter(pk=draft.pk, state=State.SOLVING)
    if not running.update(progress=progress, moved_at=timezone.now()):
        raise GivenUp


def _turned(draft: MatchDraft, *, error: str = "") -> MatchDraft:
    """End working out a draft: back to the pairs it had, or over where it had none."""
    over = State.FAILED if error else State.CANCELLED
    draft.state = State.READY if draft.lines.exists() else over
    draft.error, draft.version = error[:200], draft.version + 1
    draft.save(update_fields=["state", "error", "version", "moved_at"])
    return draft
