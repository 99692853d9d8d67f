"""A generated county of any size, written by COPY into a database of its own, counted once.

25 x 16 villages in 20 townships, five grids a village, one unit for about 50 households. Outlines
are wavy but share their vertices, so that siblings meet exactly. Every name is invented.
"""

from __future__ import annotations

import math
import os
import random
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.conf import settings
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.db import connection, connections

from accounts.models import User
from casework.recounting import recount_all
from grids.boundaries import boundaries_set
from grids.models import Area, AreaCode, AreaDirty, Person, Post, Role
from grids.services import person_create, post_start
from households.attribution import Place
from households.importing.writing import (
    HOUSEHOLD,
    Fresh,
    copy_rows,
    household_lines,
    uuids,
)
from households.models import NeedKind
from lib.bigrams import bigrams
from lib.clock import today
from lib.pinyin import initials
from lib.spans import span
from tests.database import create_database, drop_database, maintenance, point_connections_at

ACROSS, UP = 25, 16  # villages of the county; a township is 5 x 4 of them
FINE = 40  # steps of an outline along one side of a village
STEP = 0.02 / FINE  # degrees
WEST, SOUTH = 120.0, 45.0
GRIDS = 5  # strips of a village
#: A place of the lattice where the township and the village of the cast lie.
HERE = (10.5 * FINE, 6.5 * FINE)
UNIT = 50  # households
BATCH = 20_000
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
GIVEN = "春夏秋冬山川河海松柏梅兰竹菊云雨晴雪文武安康福禄和平明亮星辰远近长青"
#: Filled in bulk: their triggers would write a history row and a mark for every generated row.
QUIET = (
    "grids_area", "grids_areacode", "grids_person", "grids_post", "households_household",
    "households_membership", "households_link", "households_need", "casework_contact",
)  # fmt: skip


@dataclass
class Drawn:
    """An area and the rectangle of the lattice it lies in: corner and size in steps."""

    area: Area
    corner: tuple[int, int]
    size: tuple[int, int]


Tree = dict[str, list[Drawn]]


@dataclass
class Town:
    """Where it is, how large, who signs in: the cast by login."""

    database: str
    households: int
    users: dict[str, User] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """The address of its database, for another process."""
        return settings.DATABASE_URL.rsplit("/", 1)[0] + "/" + self.database

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        begun = time.perf_counter()
        yield
        self.seconds[step] = time.perf_counter() - begun


@contextmanager
def town(households: int, *, keep: str = "") -> Iterator[Town]:
    """A generated county, dropped afterwards. ``keep`` names a database to be kept and, where it
    is there already, to be used as it is."""
    if keep and exists(keep):
        point_connections_at(keep)
        yield _found(keep)
        return
    name = keep or f"lianhu_bench_{os.getpid()}"
    made = create_database()
    drop_connections()
    with maintenance() as cursor:
        cursor.execute(f'ALTER DATABASE "{made}" RENAME TO "{name}"')
        cursor.execute(f'ALTER DATABASE "{name}" RESET synchronous_commit')
    point_connections_at(name)
    try:
        yield fill(Town(name, households))
    except BaseException:
        keep = ""
        raise
    finally:
        if not keep:
            drop_database(name)


def exists(name: str) -> bool:
    with maintenance() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        return cursor.fetchone() is not None


def drop_connections() -> None:
    for alias in connections:
        connections[alias].close()


def _found(name: str) -> Town:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM households_household")
        found = Town(name, cursor.fetchone()[0])
    found.users = {user.username: user for user in User.objects.all()}
    return found


def fill(made: Town) -> Town:
    """Write everything into the empty, migrated database of the connections."""
    on = today()
    began = on - timedelta(days=200)
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off; SET maintenance_work_mem = '512MB'")
        for table in QUIET:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    with made.timed("areas"):
        areas = _areas(made.households, began)
        boundaries_set(outlines=_outlines(areas), on=began)
    with made.timed("posts"):
        heads = _posts(areas, began)
    with made.timed("households"), _without_indexes():
        _households(made.households, areas, heads, began, on)
    with connection.cursor() as cursor:
        for table in QUIET:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        AreaDirty.objects.all().delete()
        cursor.execute("VACUUM ANALYZE")
    with made.timed("recount"):
        recount_all(on=on)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    made.users = _cast(areas, began)
    AreaDirty.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM grids_areadirty")
        cursor.execute("RESET ALL")
    print(f"{made.households} households in {made.database}: " + ", ".join(
        f"{step} {seconds:.1f} s" for step, seconds in made.seconds.items()
    ), file=sys.stderr)  # fmt: skip
    return made


@contextmanager
def _without_indexes() -> Iterator[None]:
    """Drop the search and spatial indexes of the households and make them again afterwards."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
            " WHERE indrelid = 'households_household'::regclass AND NOT indisprimary"
        )
        found = cursor.fetchall()
        for name, _definition in found:
            cursor.execute(f"DROP INDEX {name}")
        yield
        for _name, definition in found:
            cursor.execute(definition)


def _areas(households: int, began: date) -> Tree:
    """The tree, by level."""
    per_grid = math.ceil(households / (ACROSS * UP * GRIDS))
    tree: Tree = {level: [] for level in ("county", "township", "village", "grid", "unit")}
    codes: list[AreaCode] = []

    def add(
        level: str, name: str, word: str, code: str, parent: Area | None,
        corner: tuple[float, float], size: tuple[float, float],
    ) -> Area:  # fmt: skip
        number = int(code[-3:]) % 100 if level in ("township", "village") else len(tree[level])
        path = (parent.path if parent else "") + f"{number % 10_000:04d}"
        area = Area(level=level, name=name, type_label=word, parent=parent, path=path,
                    during=span(began))  # fmt: skip
        i, j = (round(part * FINE) for part in corner)
        width, height = (round(part * FINE) for part in size)
        tree[level].append(Drawn(area, (i, j), (width, height)))
        codes.append(AreaCode(area=area, code=code, during=span(began)))
        return area

    county = add("county", "虚构县", "虚县", "159902", None, (0, 0), (ACROSS, UP))
    for t in range(ACROSS // 5 * UP // 4):
        at = (t % 5 * 5, t // 5 * 4)
        code = f"159902{100 + t}"
        township = add("township", f"虚构{t}镇", "镇", code, county, at, (5, 4))
        for v in range(20):
            place, own = (at[0] + v % 5, at[1] + v // 5), f"{code}{200 + v}"
            village = add("village", f"虚构{t}-{v}村", "村", own, township, place, (1, 1))
            for g in range(GRIDS):
                strip, size = (place[0] + g / GRIDS, place[1]), (1 / GRIDS, 1)
                label = f"{own}{g + 1:03d}"
                grid = add("grid", f"第{g}网格", "", label, village, strip, size)
                for u in range(math.ceil(per_grid / UNIT)):
                    add("unit", f"第{u}单元", "", f"{label}{u:03d}", grid, strip, size)
    for drawn in tree.values():
        Area.objects.bulk_create([one.area for one in drawn], batch_size=2000)
    AreaCode.objects.bulk_create(codes, batch_size=2000)
    return tree


def place_of(i: float, j: float) -> tuple[float, float]:
    """Longitude and latitude of a place of the lattice, waved."""
    wave = 0.3 * STEP
    return (
        WEST + i * STEP + wave * math.sin(1.7 * i + 2.3 * j),
        SOUTH + j * STEP + wave * math.cos(2.9 * i - 1.3 * j),
    )


def _outlines(tree: Tree) -> Iterator[tuple[Area, MultiPolygon]]:
    for level in ("county", "township", "village", "grid"):
        for drawn in tree[level]:
            (i, j), (width, height) = drawn.corner, drawn.size
            ring = (
                [(i + n, j) for n in range(width)]
                + [(i + width, j + n) for n in range(height)]
                + [(i + width - n, j + height) for n in range(width)]
                + [(i, j + height - n) for n in range(height + 1)]
            )
            yield drawn.area, MultiPolygon(Polygon([place_of(*at) for at in ring]), srid=4326)


def _posts(tree: Tree, began: date) -> list[Post | None]:
    """A head for each unit but every tenth, a worker for each grid; the heads' posts by unit."""
    chance = random.Random(3)
    people: list[Person] = []
    posts: list[Post] = []
    heads: list[Post | None] = []
    for role, level in (("unit_head", "unit"), ("grid_worker", "grid")):
        for n, area in enumerate(drawn.area for drawn in tree[level]):
            if role == "unit_head" and n % 10 == 9:
                heads.append(None)
                continue
            name = invented(chance)
            person = Person(
                name=name, initials=initials(name), bigrams=bigrams(name), party_member=n % 3 == 0
            )
            post = Post(person=person, role_id=role, area=area, path=area.path, during=span(began))
            people.append(person)
            posts.append(post)
            if role == "unit_head":
                heads.append(post)
    Person.objects.bulk_create(people, batch_size=2000)
    Post.objects.bulk_create(posts, batch_size=2000)
    return heads


def invented(chance: random.Random) -> str:
    """A name of three characters."""
    return chance.choice(SURNAMES) + chance.choice(GIVEN) + chance.choice(GIVEN)


def _households(count: int, tree: Tree, heads: list[Post | None], began: date, on: date) -> None:
    """Households spread evenly over the units; 85 of 100 linked where their unit has a head, one
    in ten with a need, one in three reached once."""
    chance = random.Random(7)
    units = tree["unit"]
    places = [Place(u.area.pk, u.area.path, "unit", "", u.area.name, False) for u in units]
    kinds = list(NeedKind.objects.exclude(cadence="").values_list("pk", flat=True))
    maker = next(post for post in heads if post is not None).person_id
    for start in range(0, count, BATCH):
        numbers = range(start, min(count, start + BATCH))
        at = [n * len(units) // count for n in numbers]
        fresh = [_household(n, units[u], places[u], began, chance)
                 for n, u in zip(numbers, at, strict=True)]  # fmt: skip
        ids = uuids(len(fresh))
        with connection.cursor() as cursor:
            copy_rows(cursor, "households_household", HOUSEHOLD, household_lines(fresh, ids, on))
            copy_rows(
                cursor, "households_membership", "household_id, area_id, during",
                (f"{pk}\t{f.place.id}\t[{began},)\n" for pk, f in zip(ids, fresh, strict=True)),
            )  # fmt: skip
            linked = [(pk, head) for pk, u in zip(ids, at, strict=True)
                      if (head := heads[u]) is not None and chance.random() < 0.85]  # fmt: skip
            copy_rows(
                cursor, "households_link", "id, household_id, post_id, role_id, during, void,"
                " version",
                (f"{key}\t{pk}\t{post.pk}\tunit_head\t[{began},)\tf\t1\n"
                 for key, (pk, post) in zip(uuids(len(linked)), linked, strict=True)),
            )  # fmt: skip
            needy = [pk for pk in ids if chance.random() < 0.1]
            copy_rows(
                cursor, "households_need", "id, household_id, kind_id, persons, during, void,"
                " clock_from, confirmed_by, version",
                (f"{key}\t{pk}\t{chance.choice(kinds)}\t1\t[{began},)\tf\t{began}\t\t1\n"
                 for key, pk in zip(uuids(len(needy)), needy, strict=True)),
            )  # fmt: skip
            reached = [pk for pk in ids if chance.random() < 0.33]
            copy_rows(
                cursor, "casework_contact", "id, household_id, \"on\", mode, reached, purposes,"
                " note, made_by_id, made_by_party_member, recorded_at",
                (f"{key}\t{pk}\t{on - timedelta(days=chance.randrange(150))}\tvisit\tt\t{{}}"
                 f"\t\t{maker}\tt\t{on}\n"
                 for key, pk in zip(uuids(len(reached)), reached, strict=True)),
            )  # fmt: skip


def _household(number: int, unit: Drawn, place: Place, began: date, chance: random.Random) -> Fresh:
    (i, j), (width, height) = unit.corner, unit.size
    longitude, latitude = place_of(
        i + chance.uniform(1, width - 1), j + chance.uniform(1, height - 1)
    )
    return Fresh(
        serial=f"XG{number:08d}", head=invented(chance), phone=f"139{chance.randrange(10**8):08d}",
        address=f"虚构街{number % 700}巷{number % 97}号", place=place, registered_on=began,
        size=1 + number % 6, residence="present", lon=longitude, lat=latitude, emergency="",
        emergency_phone=None,
    )  # fmt: skip


def _cast(tree: Tree, began: date) -> dict[str, User]:
    """One login for each reach, and a leader."""
    cast = {}
    for login, role, area in (
        ("county", "grid_office", tree["county"][0].area),
        ("township", "grid_office", tree["township"][7].area),
        ("village", "party_secretary", tree["village"][150].area),
        ("grid", "grid_worker", tree["grid"][750].area),
        ("leader", "township_leader", tree["township"][7].area),
    ):
        cast[login] = User.objects.create(username=login)
        person = person_create(name="虚构人", user=cast[login])
        post_start(person=person, role=Role.objects.get(pk=role), on=began, area=area)
    head = Post.objects.filter(role="unit_head").order_by("path").first()
    assert head is not None
    cast["head"] = User.objects.create(username="head")
    Person.objects.filter(pk=head.person_id).update(user=cast["head"])
    return cast
