"""Load staff: people, the posts they hold, their organisations and what these are paired with.

The same person is the same name and phone. An empty cell leaves what is on record, a dash clears
it. 止 is the first day the post is no longer held; a post that ends takes its links with it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from grids.forms import STAFF
from grids.importing.people import HeldPost, Known, People, PlaceKey
from grids.importing.staff_rows import Grounds, StaffReader, StaffRow
from grids.importing.staff_writing import staff_write
from grids.models import Area, Organisation, Post, Role
from grids.scope import scope_of
from grids.services import require_manage
from jobs.imports import Candidate, Doubt, Importer, Plan, Written
from lib.errors import Refusal
from lib.values import CLEAR


@dataclass
class PostDraft:
    """A post to be made (``held.post`` None) or changed; ``cut`` ends it that day."""

    row: StaffRow
    known: Known
    held: HeldPost
    changes: dict[str, Any] = field(default_factory=dict)
    cut: date | None = None


@dataclass
class StaffPlan:
    """What execute needs of a plan. ``undecided`` are doubtful rows with their candidates."""

    reader: StaffReader
    people: People
    organisations: Organisations
    on: date
    drafts: list[PostDraft] = field(default_factory=list)
    undecided: list[tuple[Doubt, StaffRow, list[Known]]] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    claimed: set[Any] = field(default_factory=set)
    paired: list[StaffRow] = field(default_factory=list)
    named: list[HeldPost] = field(default_factory=list)


class Organisations:
    """Organisations by name within the scope; missing ones are made in ``home``."""

    def __init__(self, path: str, home: Area | None) -> None:
        self.home = home
        found = Organisation.objects.select_related("area").order_by("area__path")
        near = [
            o for o in found
            if o.area.path.startswith(path) or path.startswith(o.area.path)
        ]  # fmt: skip
        self.by_name = {o.name: o for o in near}
        self.kinds: dict[str, str] = {}

    def missing(self, rows: list[StaffRow]) -> list[str]:
        """Names in the rows that are not on record, in order."""
        for row in rows:
            if row.organisation and row.organisation not in self.by_name:
                department = row.role.kind == Role.Kind.DEPARTMENT
                kind = Organisation.Kind.DEPARTMENT if department else Organisation.Kind.UNIT
                self.kinds.setdefault(row.organisation, kind)
        return list(self.kinds)


def place_key(row: StaffRow) -> PlaceKey:
    """Area decides over organisation: then the latter is only where the person works."""
    return ("area", row.ground.id) if row.ground else ("organisation", row.organisation)


def staff_scope(options: Mapping[str, Any], *, by: Any, on: date) -> str:
    """The path a staff file is loaded in: the area named, else the one the person manages."""
    code = str(options.get("area") or "")
    area = Area.objects.by_code(code, on).first() if code else None
    if code and area is None:
        raise Refusal(_("No area here has the code %s.") % code[:20], field="area")
    if area is not None:
        require_manage(by, area.path)
        return area.path
    if by is None:
        return ""
    roots = scope_of(by).manage
    if len(roots) > 1:
        raise Refusal(_("Choose the area the file is for."), field="area")
    require_manage(by, roots[0] if roots else "")
    return roots[0]


def home_of(path: str, on: date) -> Area | None:
    """Where organisations belong: the township of the path, or its only township, or the county.

    None where several counties are possible.
    """
    areas = Area.objects.in_force(on)
    if len(path) >= 8:
        return areas.filter(path=path[:8]).first()
    towns = list(areas.filter(level="township", path__startswith=path)[:2])
    if len(towns) == 1:
        return towns[0]
    counties = list(areas.filter(level="county", path__startswith=path)[:2])
    return counties[0] if len(counties) == 1 else None


class StaffImporter(Importer):
    """People and posts."""

    kind = "staff"
    form = STAFF

    def scope(self, options: Mapping[str, Any], *, by: Any, on: date) -> str:
        return staff_scope(options, by=by, on=on)

    def require(self, by: Any, path: str) -> None:
        require_manage(by, path)

    def plan(
        self, parsed: Any, options: Mapping[str, Any], *, path: str, by: Any, on: date
    ) -> Plan:
        reader = StaffReader(parsed, Grounds(path, on=on), by=by)
        rows = reader.rows()
        organisations = Organisations(path, home_of(path, on))
        fresh = organisations.missing(rows)
        for row in rows if by is not None else ():
            on_record = None if row.ground else organisations.by_name.get(row.organisation)
            if on_record is not None and not scope_of(by).manages(on_record.area.path):
                message = _("This unit belongs to an area that is not yours to manage.")
                reader.wrong(row.i, "organisation", message)
        if fresh and organisations.home is None:
            for row in rows:
                if row.organisation in organisations.kinds:
                    message = _("The unit is not on record; name its township with --area.")
                    reader.wrong(row.i, "organisation", message)
        data = StaffPlan(reader, People({row.name for row in rows}, on=on), organisations, on)
        for row in rows:
            if row.i not in reader.faulty:
                self._take(data, row)
        order = {sheet.name: n for n, sheet in enumerate(parsed.sheets)}
        reader.problems.sort(key=lambda p: (order.get(p.sheet, 0), p.row))
        plan = Plan(
            table=parsed, problems=reader.problems, skipped=parsed.skipped,
            left_out=parsed.left_out, data=data,
        )  # fmt: skip
        plan.doubtful = [doubt for doubt, _row, _candidates in data.undecided]
        plan.vanished = vanished(data, rows, path)
        if fresh and organisations.home is not None:
            plan.notices.append(
                _("New units in %(area)s: %(names)s")
                % {"area": organisations.home.name, "names": "、".join(fresh)}
            )
        plan.counts = {
            "rows": len(parsed), "new": data.outcomes["new"], "changed": data.outcomes["changed"],
            "unchanged": data.outcomes["unchanged"], "doubtful": len(plan.doubtful),
            "vanished": len(plan.vanished),
        }  # fmt: skip
        plan.sample = [
            {"name": row.name, "role": row.role.label,
             "area": row.ground.name if row.ground else row.organisation} for row in rows[:8]
        ]  # fmt: skip
        return plan

    def execute(self, plan: Plan, *, decisions: Mapping[str, str], by: Any, on: date) -> Written:
        data: StaffPlan = plan.data
        before = Counter(data.outcomes)
        for doubt, row, candidates in data.undecided:
            answer = decisions.get(doubt.key) or decisions.get("*") or "skip"
            if answer == "skip":
                continue
            known = _decided(answer, candidates)
            settle(data, row, known or data.people.add(row.name, row.phone))
        written = staff_write(data, on=on)
        for name in ("new", "changed", "unchanged"):
            if data.outcomes[name] != before[name]:
                written.counts[name] = data.outcomes[name]
        return written

    def _take(self, data: StaffPlan, row: StaffRow) -> None:
        known, candidates = data.people.match(row.name, row.phone, row.role.pk, place_key(row))
        if known is None and candidates:
            table = data.reader.table
            where = row.ground.name if row.ground else row.organisation
            choices = tuple(
                Candidate(str(c.person.pk), _person_label(data, c)) for c in candidates if c.person
            )
            doubt = Doubt(
                table.sheet[row.i], table.row[row.i], f"{row.name} {row.role.label} {where}",
                choices,
            )  # fmt: skip
            data.undecided.append((doubt, row, candidates))
            for candidate in candidates:
                for held in candidate.posts.get((row.role.pk, place_key(row)), []):
                    data.claimed.add(held.post.pk if held.post else None)
            return
        if known is None:
            known = data.people.add(row.name, row.phone)
            if row.phone is None:
                message = _("Without a phone this person cannot be told from a namesake.")
                data.reader.doubt(row.i, "phone", message)
        settle(data, row, known)


def _decided(answer: str, candidates: list[Known]) -> Known | None:
    """The candidate somebody chose; None for a new person."""
    if answer == "same":
        return candidates[0]
    return next((c for c in candidates if c.person and str(c.person.pk) == answer), None)


def _person_label(data: StaffPlan, known: Known) -> str:
    phone = data.people.phone_of(known)
    return f"{known.name} …{phone[-4:]}" if phone else known.name


# One row


def settle(data: StaffPlan, row: StaffRow, known: Known) -> None:
    """File a row under its person: what changes of the person, and the post."""
    if not _person(data, row, known):
        return
    held, fault = _post_of(data, row, known)
    if fault:
        data.reader.wrong(row.i, "since", fault)
        return
    if held is None:
        held = HeldPost(row.since or data.on, row.until if isinstance(row.until, date) else None,
                        row=row.i)  # fmt: skip
        if held.upper is not None and held.upper <= held.lower:
            data.reader.wrong(row.i, "until", _("The last day must be after the first."))
            return
        known.posts.setdefault((row.role.pk, place_key(row)), []).append(held)
        data.paired.append(row)
        data.named.append(held)
        data.drafts.append(PostDraft(row, known, held))
        data.outcomes["new"] += 1
        return
    assert held.post is not None
    held.row = row.i
    data.named.append(held)
    data.claimed.add(held.post.pk)
    data.paired.append(row)
    draft = PostDraft(row, known, held, changes=_attributes(row, held.post))
    _dates(data, draft)
    if row.i in data.reader.faulty:
        return
    if draft.changes or draft.cut or known.said.get("changed") == row.i:
        data.drafts.append(draft)
        data.outcomes["changed"] += 1
    else:
        data.outcomes["unchanged"] += 1


def _person(data: StaffPlan, row: StaffRow, known: Known) -> bool:
    """Note what the row says of the person; False (and an error) where an earlier one differs."""
    said = {"party_member": row.party, "skills": row.skills}
    for name, value in said.items():
        if value is None:
            continue
        other = known.said.get(name)
        earlier = known.changes.get(name, getattr(known.person, name, None))
        if other is not None and earlier != value:
            column = "party" if name == "party_member" else name
            message = _("Row %d says otherwise of the same person.")
            data.reader.wrong(row.i, column, message % data.reader.table.row[other])
            return False
        known.said[name] = row.i
        if known.person is None or getattr(known.person, name) != value:
            known.changes[name] = value
            known.said["changed"] = row.i
    if row.phone and known.person is not None and data.people.phone_of(known) != row.phone:
        known.changes["phone"] = row.phone
        known.said["changed"] = row.i
    if row.organisation and "organisation" not in known.said and not _on_record(row, known):
        known.said["organisation"] = row.i
        on_record = data.organisations.by_name.get(row.organisation)
        current = known.person.organisation_id if known.person else None
        if on_record is None or on_record.pk != current:
            known.changes["organisation"] = row.organisation
            known.said["changed"] = row.i
    return True


def _on_record(row: StaffRow, known: Known) -> bool:
    """Whether a unit is named for a post held there already: no word of where the person works."""
    posts = known.posts.get((row.role.pk, place_key(row)), [])
    return row.ground is None and any(held.post for held in posts)


def _post_of(data: StaffPlan, row: StaffRow, known: Known) -> tuple[HeldPost | None, str]:
    """The post on record a row speaks of, None for a new one; or why it does not fit."""
    posts = known.posts.get((row.role.pk, place_key(row)), [])
    lower = row.since or data.on
    upper = row.until if isinstance(row.until, date) else None
    if row.since is not None:
        found = [held for held in posts if held.lower == row.since]
    else:
        found = [held for held in posts if held.upper is None or data.on < held.upper]
        if not found and posts and posts[-1].post is not None:
            if row.until != posts[-1].upper:
                message = _("This post ended on %s; write 起 to appoint the person anew.")
                data.reader.doubt(row.i, "since", message % posts[-1].upper)
            found = posts[-1:]
    found = found or [held for held in posts if held.overlaps(lower, upper)]
    if not found:
        return None, ""
    held = found[0]
    if held.row is not None:
        return None, _("Row %d names the same post.") % data.reader.table.row[held.row]
    return held, ""


def _attributes(row: StaffRow, post: Post) -> dict[str, Any]:
    given: dict[str, Any] = {}
    if row.max_links is not None:
        given["max_links"] = None if row.max_links is CLEAR else row.max_links
    for name in ("background", "selected_by"):
        if getattr(row, name):
            given[name] = getattr(row, name)
    return {name: value for name, value in given.items() if getattr(post, name) != value}


def _dates(data: StaffPlan, draft: PostDraft) -> None:
    """What the row changes of the days of a post on record."""
    row, held = draft.row, draft.held
    others = [
        other for other in draft.known.posts[row.role.pk, place_key(row)] if other is not held
    ]
    if row.since is not None and row.since != held.lower:
        if row.since < held.lower and not any(o.overlaps(row.since, held.lower) for o in others):
            draft.changes["lower"] = row.since
        else:
            message = _("The post is on record since %s; that day is kept.")
            data.reader.doubt(row.i, "since", message % held.lower)
    if row.until is None:
        return
    until = None if row.until is CLEAR else row.until
    if until == held.upper:
        return
    if isinstance(until, date) and until <= draft.changes.get("lower", held.lower):
        data.reader.wrong(row.i, "until", _("The last day must be after the first."))
    elif isinstance(until, date) and (held.upper is None or until < held.upper):
        draft.cut = until
    elif held.upper is not None and any(o.overlaps(held.upper, until) for o in others):
        data.reader.wrong(row.i, "until", _("A later time in this post is on record."))
    else:
        draft.changes["upper"] = until


def vanished(data: StaffPlan, rows: list[StaffRow], path: str) -> list[Candidate]:
    """Posts in force in the townships and roles of the file that no row names."""
    towns = {row.ground.path[:8] for row in rows if row.ground and len(row.ground.path) >= 8}
    roles = {row.role.pk for row in rows}
    posts = Post.objects.in_force(data.on).filter(role__in=roles, path__startswith=path)
    posts = posts.exclude(pk__in=[pk for pk in data.claimed if pk])
    faulty: dict[str, bool] = defaultdict(bool)
    for i in data.reader.faulty:
        name = data.reader.cell(i, "name")
        faulty[name if isinstance(name, str) else ""] = True
    found = posts.select_related("person", "role", "area", "organisation").order_by("path")
    return [
        Candidate(str(post.pk), f"{post.person} {post.role} {post.area or post.organisation}")
        for post in found
        if post.path[:8] in towns and not faulty[post.person.name]
    ]
