"""Sealed numbers sealed again with the newest key, wherever a model keeps one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pgtrigger
from django.apps import apps
from django.db import connection, models, transaction

from accounts.keys import sealer
from lib.sealing import SealError

BATCH = 2000
#: Column of a sealed number → column of the keyed hash of its last four digits, if it has one.
TAIL = {"phone_sealed": "phone_tail"}


def sealed_columns() -> Iterator[tuple[type[models.Model], str]]:
    """Every column of sealed numbers, those of the change history included."""
    for model in apps.get_models():
        for item in model._meta.concrete_fields:
            if isinstance(item, models.BinaryField) and item.name.endswith("_sealed"):
                yield model, item.name


def numbers_reseal() -> dict[str, int]:
    """Seal every number with the first key of the key file; how many, per table and column.

    A batch is one transaction, so it can be stopped and started again. Nothing else changes: no
    version grows and no history is written, for no number changes. SealError when a key is gone.
    """
    return {
        f"{model._meta.db_table}.{column}": column_reseal(model, column)
        for model, column in sealed_columns()
    }


def column_reseal(model: type[models.Model], column: str) -> int:
    """Seal one column again, a batch after the other in the order of its key."""
    meta = model._meta
    assert meta.pk is not None
    key, table, keys = meta.pk.column, meta.db_table, sealer()
    columns = {item.column for item in meta.concrete_fields}
    tail = TAIL.get(column, "")
    tail = tail if tail in columns else ""
    done, last = 0, None
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            after = f'AND "{key}" > %s' if last is not None else ""
            cursor.execute(
                f'SELECT "{key}", "{column}" FROM "{table}" WHERE "{column}" IS NOT NULL {after}'
                f' ORDER BY "{key}" LIMIT {BATCH} FOR UPDATE',
                [last] if last is not None else [],
            )
            found = cursor.fetchall()
            if not found:
                return done
            last = found[-1][0]
            stale = [(pk, blob) for pk, blob in found if keys.stale(blob)]
            if stale:
                rewrite(cursor, model, column, tail, stale)
            done += len(stale)


def rewrite(
    cursor: Any, model: type[models.Model], column: str, tail: str, stale: list[tuple[Any, Any]]
) -> None:
    """Write a batch with the triggers of the table off: a number sealed anew is the same number."""
    keys = sealer()
    numbers = [keys.open(blob) for _pk, blob in stale]
    meta = model._meta
    assert meta.pk is not None
    kind = meta.pk.db_type(connection) or "uuid"
    kind = {"serial": "integer", "bigserial": "bigint"}.get(kind.split()[0], kind.split()[0])
    sets = [f'"{column}" = n.sealed']
    if tail:
        sets.append(f'"{tail}" = n.tail')
    with pgtrigger.ignore():
        cursor.execute(
            f'UPDATE "{meta.db_table}" t SET {", ".join(sets)}'
            f" FROM unnest(%s::{kind}[], %s::bytea[], %s::bytea[]) n (id, sealed, tail)"
            f' WHERE t."{meta.pk.column}" = n.id',
            [[pk for pk, _blob in stale], keys.seal_many(numbers), tails_of(numbers)],
        )


def tails_of(numbers: list[str]) -> list[bytes | None]:
    """Keyed hashes of the last four digits; None for a number that has fewer."""
    keys = sealer()
    result: list[bytes | None] = []
    for number in numbers:
        try:
            result.append(keys.tail(number))
        except SealError:
            result.append(None)
    return result
