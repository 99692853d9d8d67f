"""Taking back an import or an act: nothing may rest on its rows, then history gives the old values.

Every tracked model keeps its rows as they were before each change, with the context of the run
that made it, so an undo needs no copy of its own.
"""

from __future__ import annotations

import base64
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import django.dispatch
import pghistory
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.db.models import Max, Min, Model
from django.utils.translation import gettext as _

from lib.errors import Refusal

CHUNK = 5000

#: Sent inside the transaction that takes something back, per model, with its ``trace`` and ``ids``
#: of the rows that have their earlier values again: derived columns that history does not keep
#: must follow, and a row that may not stand today is refused.
rows_restored = django.dispatch.Signal()
#: Sent before something is taken back, with its ``trace``; the answers name, by model, the keys of
#: rows to lock beside those it touched: what these rest on.
rests_on = django.dispatch.Signal()


@dataclass
class Created:
    """Rows a run made in one model, by primary key (UUID or integer)."""

    model: type[Model]
    ids: Sequence[Any]

    def packed(self) -> dict[str, Any]:
        """As JSON; 200,000 UUIDs as one text, not as as many."""
        label = self.model._meta.label
        if self.ids and isinstance(self.ids[0], UUID):
            raw = b"".join(pk.bytes for pk in self.ids)
            return {"model": label, "uuids": base64.b64encode(raw).decode()}
        return {"model": label, "ids": list(self.ids)}

    @classmethod
    def unpacked(cls, value: dict[str, Any]) -> Created:
        """The rows that ``packed`` wrote."""
        model = apps.get_model(value["model"])
        if "uuids" not in value:
            return cls(model, value["ids"])
        raw = base64.b64decode(value["uuids"])
        return cls(model, [UUID(bytes=raw[i : i + 16]) for i in range(0, len(raw), 16)])

    def chunks(self) -> Iterator[list[Any]]:
        """The keys in pieces for one statement each."""
        for start in range(0, len(self.ids), CHUNK):
            yield list(self.ids[start : start + CHUNK])


def event_models() -> list[Any]:
    """The history tables, one per tracked model."""
    return [m for m in pghistory.core.event_models() if hasattr(m, "pgh_tracked_model")]


@dataclass(frozen=True)
class Trace:
    """The events of one run or act: all of its context, or only those named per history table."""

    context: str
    ids: Mapping[str, Sequence[int]] | None = None

    def of(self, events: Any) -> Any:
        """Its events in one history table."""
        if self.ids is None:
            return events.objects.filter(pgh_context=self.context)
        return events.objects.filter(pk__in=self.ids.get(events._meta.label, ()))

    def others(self, events: Any) -> Any:
        """Everybody else's events in one history table."""
        if self.ids is None:
            return events.objects.exclude(pgh_context=self.context)
        return events.objects.exclude(pk__in=self.ids.get(events._meta.label, ()))

    def tables(self) -> list[Any]:
        """The history tables it wrote to, referenced ones first."""
        return [events for events in ordered(event_models()) if self.of(events).exists()]

    def first(self, events: Any) -> Any:
        """Its first event of each row, with what the row was before."""
        firsts = self.of(events).values("pgh_obj_id").annotate(first=Min("pgh_id"))
        return events.objects.filter(pk__in=firsts.values("first"))

    def objects(self, events: Any) -> list[Any]:
        """Keys of the rows of one model that it touched."""
        return list(self.of(events).values_list("pgh_obj_id", flat=True).distinct())


def related_counts(
    root: type[Model] | None, ids: Sequence[Any], among: Collection[type[Model]] | None = None
) -> dict[str, int]:
    """How many rows of other models (or of those ``among``) point at these, per model and field."""
    counts: dict[str, int] = {}
    if root is None or not ids:
        return counts
    for relation in root._meta.related_objects:
        model = relation.related_model
        if hasattr(model, "pgh_tracked_model") or (among is not None and model not in among):
            continue
        name = relation.field.name
        counts[f"{model._meta.label}.{name}"] = sum(
            model._base_manager.filter(**{f"{name}__in": ids[start : start + CHUNK]}).count()
            for start in range(0, len(ids), CHUNK)
        )
    return counts


def created_check(
    created: Sequence[Created], trace: Trace, *, also: Mapping[str, Collection[Any]] | None = None
) -> None:
    """Refuse when a row points at what was made, other than what was made or changed with it
    (``also``, by model)."""
    own: dict[str, set[Any]] = {label: set(ids) for label, ids in (also or {}).items()}
    for rows in created:
        own.setdefault(rows.model._meta.label, set()).update(rows.ids)
    for rows in created:
        for relation in rows.model._meta.related_objects:
            model, name = relation.related_model, relation.field.name
            if hasattr(model, "pgh_tracked_model"):
                continue
            mine = own.get(model._meta.label, set())
            for chunk in rows.chunks():
                found = model._base_manager.filter(**{f"{name}__in": chunk})
                if any(pk not in mine for pk in found.values_list("pk", flat=True)):
                    raise built_on(model)
    changed_check(created, trace)


def related_check(
    root: type[Model] | None,
    ids: Sequence[Any],
    counted: Mapping[str, int],
    among: Collection[type[Model]] | None = None,
) -> None:
    """Refuse when more or fewer rows point at what was changed than were ``counted`` then."""
    for label, count in related_counts(root, ids, among).items():
        if count != counted.get(label, count):
            raise built_on(apps.get_model(label.rpartition(".")[0]))


def touched_lock(trace: Trace) -> None:
    """Lock what was touched and what that rests on: models in the order of their references, rows
    by key. Before anything is checked: what somebody changes meanwhile is then seen."""
    under: dict[type[Model], set[Any]] = {}
    answers: list[tuple[Any, Any]] = rests_on.send(sender=Trace, trace=trace)
    for _receiver, found in answers:
        for model, keys in found.items():
            under.setdefault(model, set()).update(keys)
    for events in ordered(event_models()):
        model = events.pgh_tracked_model
        locked = sorted({*trace.objects(events), *under.get(model, ())})
        for chunk in Created(model, locked).chunks():
            rows = model._base_manager.select_for_update(of=("self",), no_key=True)
            list(rows.filter(pk__in=chunk).order_by("pk").values_list("pk"))


def changed_check(created: Sequence[Created], trace: Trace) -> None:
    """Refuse when a row that was made or changed has been changed since."""
    for events in event_models():
        model = events.pgh_tracked_model
        others = trace.others(events)
        last = trace.of(events).aggregate(last=Max("pgh_id"))["last"] or 0
        for chunk in Created(model, trace.objects(events)).chunks():
            if others.filter(pgh_id__gt=last, pgh_obj__in=chunk).exists():
                raise built_on(model)
        for rows in created:
            if rows.model is not model:
                continue
            for chunk in rows.chunks():
                if others.filter(pgh_obj__in=chunk).exists():
                    raise built_on(model)


def built_on(model: type[Model]) -> Refusal:
    """Why something cannot be taken back any more."""
    return Refusal(
        _("This can no longer be taken back: since then, something was added or changed "
          "(%(what)s).") % {"what": model._meta.verbose_name}
    )  # fmt: skip


def take_back(created: Sequence[Created], trace: Trace) -> None:
    """Remove what was made, then give what was changed its values from before.

    References are looked at when all is done; one that nobody knew of refuses it all.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            created_delete(created)
            values_restore(trace)
            for events in trace.tables():
                ids = trace.first(events).filter(pgh_label="update")
                rows_restored.send(
                    sender=events.pgh_tracked_model,
                    trace=trace,
                    ids=list(ids.values_list("pgh_obj_id", flat=True)),
                )
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except IntegrityError:
        raise Refusal(_("This can no longer be taken back: other records rest on it.")) from None


def created_delete(created: Sequence[Created]) -> None:
    """Remove what was made, the latest first."""
    with connection.cursor() as cursor:
        for rows in reversed(created):
            meta = rows.model._meta
            assert meta.pk is not None
            for chunk in rows.chunks():
                cursor.execute(
                    f'DELETE FROM "{meta.db_table}" WHERE "{meta.pk.column}" = ANY(%s)', [chunk]
                )


def values_restore(trace: Trace) -> None:
    """Give every row that was changed the values it had before the first change.

    Runs one table at a time, referenced tables first; deleted rows are put back. A row whose
    first event is its making has no values from before.
    """
    for events in trace.tables():
        meta = events.pgh_tracked_model._meta
        assert meta.pk is not None
        kept = {f.column for f in events._meta.fields if not f.name.startswith("pgh_")}
        columns = [f.column for f in meta.concrete_fields if f.column in kept]
        others = [c for c in columns if c != meta.pk.column]
        names = ", ".join(f'"{c}"' for c in columns)
        parameters = [list(trace.first(events).values_list("pk", flat=True))]
        with connection.cursor() as cursor:
            cursor.execute(
                f'UPDATE "{meta.db_table}" t SET '
                + ", ".join(restored(c) for c in others)
                + f' FROM "{events._meta.db_table}" e WHERE e.pgh_id = ANY(%s)'
                f" AND e.pgh_label = 'update' AND t.\"{meta.pk.column}\" = e.pgh_obj_id",
                parameters,
            )
            cursor.execute(
                f'INSERT INTO "{meta.db_table}" ({names}) OVERRIDING SYSTEM VALUE'
                f' SELECT {names} FROM "{events._meta.db_table}"'
                " WHERE pgh_id = ANY(%s) AND pgh_label = 'delete'",
                parameters,
            )


def restored(column: str) -> str:
    """One assignment of the restoring update; versions only grow, for phones merge by them."""
    if column == "version":
        return '"version" = t."version" + 1'
    if column == "updated_at":
        return '"updated_at" = now()'
    return f'"{column}" = e."{column}"'


def ordered(events: list[Any]) -> list[Any]:
    """Event models in an order in which a table comes after those it points at."""
    names = {e.pgh_tracked_model: e for e in events}
    done: list[Any] = []

    def visit(model: Any) -> None:
        if model not in names or names[model] in done:
            return
        for item in model._meta.concrete_fields:
            if item.is_relation and item.related_model not in (None, model):
                visit(item.related_model)
        done.append(names[model])

    for model in names:
        visit(model)
    return done
