"""Call-backs by sample (抽样回访): drawn at random, drawn again the same, asked by somebody else.

A sample is of matters closed in a period, or of households reached in it that agree to be called.
Each is put in the order of a hash of its key and the seed, and the first are taken: the same
area, period, kind, size and seed draw the same again while the records are the same. Results are
told by place, never by person.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Func, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext as _

from accounts.models import User
from casework.issues import issue_event, issue_step
from casework.models import Contact, Issue, IssueStep, Sample, SampleCall
from casework.querysets import touching
from grids.models import Area, Post
from grids.scope import scope_of
from grids.services import require_manage
from households.models import Household
from lib.errors import Outdated, Refusal
from lib.identity import no_id_number

MOST = 200
#: With fewer answers a share is told of nobody in particular, and is withheld.
LEAST_ANSWERS = 5
#: Places with fewer people who go and see households are not set beside each other.
LEAST_HOLDERS = 3
#: Characters of a path that one level takes.
STEP = 4
SEEDS = 2**31
Answer = Issue.Answer
ANSWERED = (Answer.SATISFIED, Answer.BASICALLY, Answer.DISSATISFIED)


class _Drawn(Func):
    """A number of a key and a seed that nobody chose."""

    function = "md5"
    output_field = TextField()


def population(kind: str, path: str, since: date, until: date) -> QuerySet[Any]:
    """What a sample is drawn from: matters closed in the period that somebody can be called
    about, or households still open, reached in the period, that agree to be called."""
    if kind == Sample.Kind.MATTERS:
        return Issue.objects.filter(
            ~Q(contact_way="") | Q(household__isnull=False),
            path__startswith=path, state=Issue.State.CLOSED, finished_on__range=(since, until),
        )  # fmt: skip
    reached = Contact.objects.filter(reached=True, on__range=(since, until))
    return Household.objects.filter(
        path__startswith=path, calls_agreed=True, during__contains=until,
        pk__in=reached.values("household"),
    )  # fmt: skip


def drawn(rows: QuerySet[Any], *, seed: int, size: int) -> list[Any]:
    """The first ``size`` rows in the order of the seed."""
    key = Concat(Cast("pk", TextField()), Value(f":{seed}", output_field=TextField()))
    return list(rows.annotate(drawn=_Drawn(key)).order_by("drawn", "pk")[:size])


@transaction.atomic
def sample_draw(
    *, area: Area, kind: str, since: date, until: date, size: int, on: date, by: User,
    seed: int | None = None,
) -> Sample:  # fmt: skip
    """Draw a sample. ``seed`` repeats an earlier draw; without one it is random.

    Raises Refusal for who does not manage the area, and for a period or size that cannot be meant.
    """
    require_manage(by, area.path)
    if kind not in Sample.Kind.values:
        raise Refusal(_("Choose whether matters or households are asked."), field="kind")
    if until > on:
        raise Refusal(_("Choose a period up to today."), field="until")
    if since > until:
        raise Refusal(_("The period ends before it begins."), field="until")
    if not 1 <= size <= MOST:
        raise Refusal(_("Choose from 1 to %s.") % MOST, field="size")
    if seed is not None and not 0 <= seed < SEEDS:
        raise Refusal(_("A seed is a whole number from 0 to %s.") % (SEEDS - 1), field="seed")
    rows = population(kind, area.path, since, until)
    total = rows.count()
    if not total:
        raise Refusal(
            _("There is nothing to draw from: no matter was closed in this period, or no household"
              " reached in it agrees to be called."),
            field="kind",
        )  # fmt: skip
    seed = secrets.randbelow(SEEDS) if seed is None else seed
    sample = Sample.objects.create(
        area=area, path=area.path, kind=kind, since=since, until=until, size=size, seed=seed,
        drawn_from=total, drawn_on=on, drawn_by=by,
    )  # fmt: skip
    name = "issue" if kind == Sample.Kind.MATTERS else "household"
    SampleCall.objects.bulk_create([
        SampleCall(sample=sample, position=position, path=row.path, **{name: row})
        for position, row in enumerate(drawn(rows, seed=seed, size=size), start=1)
    ])  # fmt: skip
    return sample


def why_not(calls: Sequence[SampleCall], user: User) -> dict[int, str]:
    """By key, why somebody is not the one to make a call of a sample; absent where they are.

    Never who resolved the matter, nor a contact of the household or who saw it in the period. A
    constant number of questions, however many calls; ``issue`` and ``sample`` are read with them.
    """
    scope = scope_of(user)
    homes = {call.pk: call.issue.household_id if call.issue else call.household_id
             for call in calls}  # fmt: skip
    households = {key for key in homes.values() if key}
    linked = set(
        Household.objects.linked_to(user).filter(pk__in=households).values_list("pk", flat=True)
    )
    seen: set[Any] = set()
    if households:
        period = [call.sample for call in calls]
        seen = set(
            Contact.objects.filter(
                household__in=households, made_by=scope.person,
                on__range=(min(s.since for s in period), max(s.until for s in period)),
            ).values_list("household", flat=True)
        )  # fmt: skip
    steps = IssueStep.objects.filter(
        issue__in=[call.issue_id for call in calls if call.issue_id],
        after=Issue.State.RESOLVED, by__isnull=False,
    )  # fmt: skip
    resolved: dict[Any, Any] = dict(steps.order_by("id").values_list("issue", "by"))
    found: dict[int, str] = {}
    for call in calls:
        if not any(call.path.startswith(path) for path in scope.households):
            found[call.pk] = _("Calls are made by the grid office and the staff of the place.")
        elif resolved.get(call.issue_id) == user.pk:
            found[call.pk] = _("You resolved this matter; somebody else asks.")
        elif homes[call.pk] in linked:
            found[call.pk] = _("You are this household's contact; somebody else asks.")
        elif homes[call.pk] in seen:
            found[call.pk] = _("You saw this household in the period; somebody else asks.")
    return found


@transaction.atomic
def sample_call(*, call: SampleCall, answer: str, on: date, by: User, note: str = "") -> SampleCall:
    """Write down what was said. A household that was not reached may be tried again.

    An on-the-spot matter is thereby confirmed, or, where somebody is dissatisfied, any is
    reopened. Outdated where somebody has written an answer meanwhile; Refusal else.
    """
    call = (
        SampleCall.objects.select_for_update(of=("self",))
        .select_related("sample", "issue", "household", "called_by")
        .get(pk=call.pk)
    )
    refused = why_not([call], by)
    if refused:
        raise Refusal(refused[call.pk])
    if answer not in Answer.values:
        raise Refusal(_("Choose what was said."), field="answer")
    if call.answer in ANSWERED:
        said = call.get_answer_display()  # type: ignore[attr-defined]
        raise Outdated(
            _("Somebody has written down an answer on %(day)s already: “%(answer)s”.")
            % {"day": call.called_on, "answer": said},
            row=call,
        )
    call.answer, call.note = answer, no_id_number(note, field="note")[:400]
    call.called_on, call.called_by = on, by
    call.save(update_fields=["answer", "note", "called_on", "called_by"])
    if call.issue is not None:
        _tell(call, call.issue, on=on, by=by)
    return call


def _tell(call: SampleCall, issue: Issue, *, on: date, by: User) -> None:
    """What the answer means to the matter."""
    if issue.state != Issue.State.CLOSED or call.answer == Answer.UNREACHED:
        return
    if call.answer == Answer.DISSATISFIED:
        words = _("Asked by sample: not satisfied.")
        issue_step(
            issue=issue, verb="reopen", by=None, in_name_of=by, on=on,
            note=f"{words} {call.note}".strip(),
        )  # fmt: skip
    elif issue.on_spot:
        issue_event(
            issue=issue, verb="confirm", by=by, on=on, note=call.get_answer_display()  # type: ignore[attr-defined]
        )  # fmt: skip


# Results


@dataclass(frozen=True)
class Result:
    """What was said at a place: ``share`` of those who answered that are satisfied, 0 to 1; None
    where nobody answered or it is ``withheld``."""

    path: str
    name: str
    calls: int
    answered: int
    unreached: int
    share: float | None
    withheld: bool

    @property
    def percent(self) -> str | None:
        """The share in per cent with one decimal."""
        return None if self.share is None else f"{100 * self.share:.1f}"


def results_of(samples: Iterable[Sample], area: Area, *, on: date) -> tuple[Result, list[Result]]:
    """The results of samples for an area and for each place one level beneath it.

    A share is withheld where fewer than 5 answered, and of a place where fewer than three people
    hold a post that goes and sees households; with a single one withheld, the smallest other is
    too, so that it does not come back by subtraction.
    """
    depth = len(area.path) + STEP
    rows = (
        SampleCall.objects.filter(sample__in=list(samples), path__startswith=area.path)
        .values("path")
        .annotate(
            calls=Count("pk"),
            satisfied=Count("pk", filter=Q(answer__in=(Answer.SATISFIED, Answer.BASICALLY))),
            answered=Count("pk", filter=Q(answer__in=ANSWERED)),
            unreached=Count("pk", filter=Q(answer=Answer.UNREACHED)),
        )
    )
    sums: dict[str, list[int]] = {}
    for row in rows:
        place = sums.setdefault(row["path"][:depth], [0, 0, 0, 0])
        counts = (row["calls"], row["satisfied"], row["answered"], row["unreached"])
        for n, count in enumerate(counts):
            place[n] += count
    whole = [sum(place[n] for place in sums.values()) for n in range(4)]
    held = _holders(area.path, depth, on=on)
    hidden = {
        path for path, place in sums.items()
        if place[2] < LEAST_ANSWERS or held.get(path, 0) < LEAST_HOLDERS
    }  # fmt: skip
    shown = sorted((path for path in sums if path not in hidden), key=lambda p: sums[p][2])
    if len(hidden) == 1 and shown and whole[2] >= LEAST_ANSWERS:
        hidden.add(shown[0])
    named = Area.objects.filter(path__in=sums).with_code(on).order_by("code", "path")
    places = [
        _result(path, name, sums[path], path in hidden)
        for path, name in named.values_list("path", "name")
    ]
    return _result(area.path, area.name, whole, whole[2] < LEAST_ANSWERS), places


def _result(path: str, name: str, sums: list[int], withheld: bool) -> Result:
    calls, satisfied, answered, unreached = sums
    share = satisfied / answered if answered and not withheld else None
    return Result(path, name, calls, answered, unreached, share, withheld and bool(answered))


def _holders(area: str, depth: int, *, on: date) -> dict[str, int]:
    """How many people hold a post that may be a household's contact at or beneath an area, and
    each place whose path has ``depth`` characters."""
    people: dict[str, set[Any]] = {}
    posts = Post.objects.in_force(on).filter(path__startswith=area, role__may_link=True)
    for path, person in posts.values_list("path", "person"):
        for place in {area, path[:depth]}:
            people.setdefault(place, set()).add(person)
    return {place: len(found) for place, found in people.items()}


def samples_seen(user: User) -> QuerySet[Sample]:
    """Samples whose area one reads households in, or that touch it, the latest first."""
    return Sample.objects.filter(touching(scope_of(user).households)).order_by(
        F("drawn_on").desc(), "-pk"
    )


def population_words(sample: Sample) -> str:
    """What a sample was drawn from, in words."""
    words = {"since": sample.since, "until": sample.until, "n": sample.drawn_from,
             "size": min(sample.size, sample.drawn_from)}  # fmt: skip
    if sample.kind == Sample.Kind.MATTERS:
        return (
            _("%(size)s of %(n)s matters closed from %(since)s to %(until)s that left a way to"
              " call") % words
        )  # fmt: skip
    return (
        _("%(size)s of %(n)s households reached from %(since)s to %(until)s that agree to be"
          " called") % words
    )  # fmt: skip
