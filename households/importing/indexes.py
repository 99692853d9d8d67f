"""The search indexes of households, built after a load that is larger than the table."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction

#: Fewer new rows than this are quicker with the indexes in place.
WORTHWHILE = 20_000
#: How long the load waits for readers to leave before it goes on with the indexes in place.
PATIENCE = "5s"

SECONDARY = """
SELECT i.relname, pg_get_indexdef(i.oid)
FROM pg_index x
JOIN pg_class i ON i.oid = x.indexrelid
JOIN pg_class t ON t.oid = x.indrelid
WHERE t.oid = 'households_household'::regclass AND NOT x.indisunique
    AND pg_has_role(current_user, t.relowner, 'USAGE')
ORDER BY i.relname
"""


@contextmanager
def indexes_built_after(rows: int) -> Iterator[None]:
    """Take the secondary indexes away while ``rows`` new households are copied, and build them
    after. Only for a first load, where readers have little to wait for: it locks the table until
    the transaction ends. Elsewhere, and where the role does not own the table, nothing happens.
    """
    taken = indexes_take(rows) if rows >= WORTHWHILE else []
    yield
    if not taken:
        return
    with connection.cursor() as cursor:
        # Deferred checks of foreign keys would still be pending and forbid an index.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for _name, definition in taken:
            cursor.execute(definition)
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def indexes_take(rows: int) -> list[tuple[str, str]]:
    """Drop the secondary indexes if the load outnumbers the table; their definitions."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM (SELECT FROM households_household LIMIT %s) h", [rows])
        if cursor.fetchone()[0] >= rows:
            return []
        cursor.execute(SECONDARY)
        found = cursor.fetchall()
        try:
            with transaction.atomic():
                cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE}'")
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                for name, _definition in found:
                    cursor.execute(f'DROP INDEX "{name}"')
                cursor.execute("SET LOCAL lock_timeout = 0")
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        except OperationalError:
            return []
    return found
