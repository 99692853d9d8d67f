"""Taking an import back: nothing may rest on its rows, then the history gives the old values.

Every tracked model keeps its rows as they were before each change, with the context of the run
that made it, so an undo needs no copy of its own.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pghistory
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.db.models import Max, Min, Model
from django.utils.translation import gettext as _

from lib.errors import Refusal

CHUNK = 5000


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


def related_counts(root: type[Model] | None, ids: Sequence[Any]) -> dict[str, int]:
    """How many rows of other models point at these rows, per model and field."""
    counts: dict[str, int] = {}
    if root is None or not ids:
        return counts
    for relation in root._meta.related_objects:
        model = relation.related_model
        if hasattr(model, "pgh_tracked_model"):
            continue
        name = relation.field.name
        counts[f"{model._meta.label}.{name}"] = sum(
            model._base_manager.filter(**{f"{name}__in": ids[start : start + CHUNK]}).count()
            for start in range(0, len(ids), CHUNK)
        )
    return counts


def created_check(created: Sequence[Created], undo: dict[str, Any]) -> None:
    """Refuse when a later row points at what the run made or changed, or a later change did."""
    own: dict[str, set[Any]] = {}
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
    root = apps.get_model(undo["root"]) if undo["root"] else None
    for label, count in related_counts(root, undo["touched"]).items():
        if count != undo["related"].get(label, count):
            raise built_on(apps.get_model(label.rpartition(".")[0]))
    changed_check(created, undo)


def changed_check(created: Sequence[Created], undo: dict[str, Any]) -> None:
    """Refuse when a row the run made or changed has been changed since."""
    for events in event_models():
        model = events.pgh_tracked_model
        mine = events.objects.filter(pgh_context=undo["context"])
        others = events.objects.exclude(pgh_context=undo["context"])
        last = mine.aggregate(last=Max("pgh_id"))["last"] or 0
        objects = list(set(mine.values_list("pgh_obj_id", flat=True)))
        for chunk in Created(model, objects).chunks():
            if others.filter(pgh_id__gt=last, pgh_obj__in=chunk).exists():
                raise built_on(model)
        for rows in created:
            if rows.model is not model:
                continue
            for chunk in rows.chunks():
                if others.filter(pgh_obj__in=chunk).exists():
                    raise built_on(model)


def built_on(model: type[Model]) -> Refusal:
    """Why a run cannot be taken back any more."""
    return Refusal(
        _("This import can no longer be taken back: since then, something was added or changed "
          "(%(what)s).") % {"what": model._meta.verbose_name}
    )  # fmt: skip


def created_delete(created: Sequence[Created]) -> None:
    """Remove what a run made, the latest first; a reference nobody knew of refuses it all."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            for rows in reversed(created):
                meta = rows.model._meta
                assert meta.pk is not None
                for chunk in rows.chunks():
                    cursor.execute(
                        f'DELETE FROM "{meta.db_table}" WHERE "{meta.pk.column}" = ANY(%s)', [chunk]
                    )
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except IntegrityError:
        raise Refusal(
            _("This import can no longer be taken back: other records rest on it.")
        ) from None


def values_restore(context: str) -> None:
    """Give every row that a context changed the values it had before the context's first change.

    Runs one table at a time, referenced tables first; rows deleted by the run are put back.
    """
    for events in ordered(event_models()):
        first = (
            events.objects.filter(pgh_context=context)
            .values("pgh_obj_id")
            .annotate(first=Min("pgh_id"))
            .values_list("first", flat=True)
        )
        if not first:
            continue
        meta = events.pgh_tracked_model._meta
        assert meta.pk is not None
        kept = {f.column for f in events._meta.fields if not f.name.startswith("pgh_")}
        columns = [f.column for f in meta.concrete_fields if f.column in kept]
        others = [c for c in columns if c != meta.pk.column]
        names = ", ".join(f'"{c}"' for c in columns)
        parameters = [list(first)]
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
