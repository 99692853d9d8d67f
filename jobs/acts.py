"""What is done by hand, as one act that can be taken back as a whole.

Whatever services change inside ``act`` is written to the change history; what they make is noted
there too, for as long as the act runs. ``act_undo`` reads both and puts everything back as it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pghistory
from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max, Model
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from jobs.models import Act
from jobs.undo import (
    Created,
    Trace,
    created_check,
    event_models,
    related_check,
    related_counts,
    take_back,
    touched_lock,
)
from lib.errors import Refusal
from lib.history import ACT_SETTING, TAKING_BACK_SETTING

#: Later than this an act is part of the record that other days were answered by.
UNDO_DAYS = 7


@contextmanager
def act(
    *, verb: str, by: Any, path: str, on: date, subject: Model, sentence: str = ""
) -> Iterator[Act]:
    """Everything changed inside is one act, in one transaction, that ``act_undo`` takes back.

    The sentence may be set on the act inside, once the numbers are known.
    """
    deed = Act(
        by=by, on=on, path=path, verb=verb, sentence=sentence,
        subject_label=subject._meta.label, subject_key=str(subject.pk),
    )  # fmt: skip
    with (
        pghistory.context(user=str(by.pk), act=str(deed.pk)) as context,
        transaction.atomic(),
    ):
        if _setting(ACT_SETTING):
            raise RuntimeError("an act is one whole: it holds no other act")
        before = _last_events(str(context.id))
        _set(ACT_SETTING, str(deed.pk))
        yield deed
        _set(ACT_SETTING, "")
        # The library's variable lasts as long as the transaction; what follows is not this act.
        _set("pghistory.context_id", "")
        deed.undo = _noted(str(context.id), before)
        deed.save(force_insert=True)


def _setting(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(current_setting(%s, true), '')", [name])
        return cursor.fetchone()[0]


def _set(name: str, value: str) -> None:
    """Until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [name, value])


def _last_events(context: str) -> dict[str, int]:
    """The last event of a context per history table: a request may do several things."""
    last = {}
    for events in event_models():
        found = events.objects.filter(pgh_context=context).aggregate(last=Max("pgh_id"))["last"]
        if found is not None:
            last[events._meta.label] = found
    return last


def _noted(context: str, before: dict[str, int]) -> dict[str, Any]:
    """What an undo needs: the events of the act, and how many rows point at what it changed."""
    ids = {}
    for events in event_models():
        label = events._meta.label
        mine = events.objects.filter(pgh_context=context, pgh_id__gt=before.get(label, 0))
        keys = list(mine.order_by("pgh_id").values_list("pk", flat=True))
        if keys:
            ids[label] = keys
    return {"context": context, "events": ids, "related": _related(Trace(context, ids))}


def trace_of(deed: Act) -> Trace:
    """The events of an act."""
    return Trace(deed.undo["context"], deed.undo["events"])


def made_by(trace: Trace) -> list[Created]:
    """Rows an act made: those whose first event is their making; referenced models first."""
    made = []
    for events in trace.tables():
        keys = trace.first(events).filter(pgh_label="insert").values_list("pgh_obj_id", flat=True)
        if keys:
            made.append(Created(events.pgh_tracked_model, list(keys)))
    return made


def changed_by(trace: Trace) -> dict[type[Model], list[Any]]:
    """Rows that stood before an act and that it changed or removed, by model."""
    changed = {}
    for events in trace.tables():
        keys = trace.first(events).exclude(pgh_label="insert").values_list("pgh_obj_id", flat=True)
        if keys:
            changed[events.pgh_tracked_model] = list(keys)
    return changed


def _related(trace: Trace) -> dict[str, int]:
    """How many rows of the models an act wrote to point at the rows it changed.

    One more of them later was built on the act: a contact named after a household moved. Rows of
    other models do not rest on it: a visit does not keep a pin from going back.
    """
    among = [events.pgh_tracked_model for events in trace.tables()]
    counts: dict[str, int] = {}
    for model, ids in changed_by(trace).items():
        for name, count in related_counts(model, ids, among).items():
            counts[f"{model._meta.label}>{name}"] = count
    return counts


def act_undo(*, act: Act, by: Any) -> Act:
    """Put everything an act changed back as it was before.

    Refused once something was built on it, and after UNDO_DAYS. May be done by whoever may do
    the like today, who did it included; None is the command line.
    """
    with pghistory.context(user=str(by.pk) if by else None), transaction.atomic():
        deed = Act.objects.select_for_update(of=("self",)).get(pk=act.pk)
        import_string(settings.ACCESS_REQUIRE_TAKE_BACK)(by, deed)
        if deed.undone_at is not None:
            raise Refusal(_("This has already been taken back."))
        if timezone.now() - deed.at > timedelta(days=UNDO_DAYS):
            raise Refusal(
                _("This was done more than %(days)d days ago; change it as of today instead.")
                % {"days": UNDO_DAYS}
            )
        trace = trace_of(deed)
        touched_lock(trace)
        made, changed = made_by(trace), changed_by(trace)
        created_check(made, trace, also={model._meta.label: ids for model, ids in changed.items()})
        _related_check(deed, trace, changed)
        _set(TAKING_BACK_SETTING, "1")
        take_back(made, trace)
        _set(TAKING_BACK_SETTING, "")
        deed.undone_at, deed.undone_by = timezone.now(), by
        deed.save(update_fields=["undone_at", "undone_by"])
    return deed


def _related_check(deed: Act, trace: Trace, changed: dict[type[Model], list[Any]]) -> None:
    among = [events.pgh_tracked_model for events in trace.tables()]
    for model, ids in changed.items():
        prefix = f"{model._meta.label}>"
        counted = {
            name.removeprefix(prefix): count
            for name, count in deed.undo["related"].items()
            if name.startswith(prefix)
        }
        related_check(model, ids, counted, among)


def subject_of(deed: Act) -> Model | None:
    """The row an act was about; None where it is gone."""
    model = apps.get_model(deed.subject_label)
    return model._base_manager.filter(pk=deed.subject_key).first()
