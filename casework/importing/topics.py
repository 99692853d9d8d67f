"""A county's standard of topics from a sheet: subject, topic, code, department to suggest.

A topic is found by its code, else by subject and label; the same sheet again changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from casework.importing.forms import TOPICS, subject_of
from casework.models import DispatchRule, Issue, Topic
from grids.models import Area, Organisation
from lib.errors import Refusal
from lib.rows import parse_table
from lib.tabular import Problem, read_table

LENGTHS = {"label": 40, "code": 40}


@dataclass
class TopicsPlan:
    """What a sheet would do: rows (subject, label, code, department or None), and its problems."""

    rows: list[tuple[str, str, str, Organisation | None]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def errors(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.severity == "error"]


def topics_read(file: Path) -> TopicsPlan:
    """Read a sheet and say what is wrong with it. Refusal where it cannot be read at all."""
    try:
        table = read_table(file, TOPICS)
    except ValueError as error:  # UnreadableFile is one
        raise Refusal(str(error), field="file") from None
    read = parse_table(table)
    plan = TopicsPlan(problems=list(read.problems))
    subjects = {str(label): value for value, label in Issue.Subject.choices}
    departments = {
        unit.name: unit for unit in Organisation.objects.filter(kind=Organisation.Kind.DEPARTMENT)
    }
    kept = list(Topic.objects.all())
    by_code = {topic.code: topic for topic in kept if topic.code}
    by_label = {(topic.subject, topic.label): topic for topic in kept}
    seen: dict[tuple[str, str], int] = {}
    codes: dict[str, int] = {}

    def cell(i: int, name: str) -> str:
        value = read.columns.get(name, [None] * len(table))[i]
        return value if isinstance(value, str) else ""

    for i in range(len(table)):
        if i in read.faulty:
            continue
        label, code, word = cell(i, "label"), cell(i, "code"), cell(i, "subject")
        if any(len(cell(i, name)) > most for name, most in LENGTHS.items()):
            long = next(name for name, most in LENGTHS.items() if len(cell(i, name)) > most)
            message = _("This text is longer than %s characters.") % LENGTHS[long]
            plan.problems.append(table.problem(i, long, message))
            continue
        subject = subjects.get(word) or str(subject_of(word))
        if subject == Issue.Subject.OTHER and word not in subjects:
            message = _("“%s” is none of the subjects here; filed under other matters.")
            plan.problems.append(table.problem(i, "subject", message % word, "warning"))
        if (subject, label) in seen:
            message = _("Row %s names this topic already.") % seen[subject, label]
            plan.problems.append(table.problem(i, "label", message))
            continue
        seen[subject, label] = table.row[i]
        if code and code in codes:
            message = _("Row %s has this code already; each topic has its own.") % codes[code]
            plan.problems.append(table.problem(i, "code", message))
            continue
        codes[code] = table.row[i]
        named = by_label.get((subject, label))
        if named is not None and code in by_code and by_code[code] != named:
            message = _("Another topic here has this name with the code %s.") % (named.code or "—")
            plan.problems.append(table.problem(i, "label", message))
            continue
        name = cell(i, "department")
        if name and name not in departments:
            message = _("No department here is called “%s”; none will be suggested.") % name
            plan.problems.append(table.problem(i, "department", message, "warning"))
        plan.rows.append((subject, label, code, departments.get(name)))
    return plan


@transaction.atomic
def topics_import(plan: TopicsPlan) -> dict[str, int]:
    """Write a plan without errors; how many topics are new, changed, unchanged."""
    if plan.errors:
        raise Refusal(_("Mend the rows with errors first; nothing was loaded."), field="file")
    by_code: Mapping[str, Topic] = {t.code: t for t in Topic.objects.exclude(code="")}
    by_label: Mapping[Any, Topic] = {(t.subject, t.label): t for t in Topic.objects.all()}
    counties = list(Area.objects.filter(level=Area.Level.COUNTY))
    counts = {"new": 0, "changed": 0, "unchanged": 0}
    for position, (subject, label, code, department) in enumerate(plan.rows, start=1):
        topic = by_code.get(code) if code else None
        topic = topic or by_label.get((subject, label))
        if topic is None:
            topic = Topic.objects.create(subject=subject, label=label, code=code, position=position)
            counts["new"] += 1
        else:
            wanted = {"subject": subject, "label": label, "code": code or topic.code}
            differs = {n: v for n, v in wanted.items() if getattr(topic, n) != v}
            for name, value in differs.items():
                setattr(topic, name, value)
            if differs:
                topic.save(update_fields=list(differs))
            counts["changed" if differs else "unchanged"] += 1
        if department is not None and len(counties) == 1:
            _suggest(counties[0], topic, department)
    return counts


def _suggest(county: Area, topic: Topic, department: Organisation) -> None:
    rule = DispatchRule.objects.filter(area=county, topic=topic).first()
    if rule is None:
        DispatchRule.objects.create(
            area=county, subject=topic.subject, topic=topic, organisation=department
        )
    elif (rule.organisation_id, rule.subject) != (department.pk, topic.subject):
        rule.organisation, rule.subject = department, topic.subject
        rule.save(update_fields=["organisation", "subject"])
