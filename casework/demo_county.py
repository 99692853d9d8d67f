"""The county of the demo in 2024: what its sweep found was put right.

Published were 1,180 problems, all closed by the end of the year. They come in as matters with
every step, in bulk.
"""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction

from accounts.models import User
from casework.models import Campaign, Issue, IssueStep
from grids.models import Area

#: Of the campaign as its list calls it; everything was closed, so that its rate has no decimals.
CAMPAIGN = "排查问题"
FOUND = 1180
BEGAN, DAYS = date(2024, 7, 1), 120
BATCH = 2000
SUBJECTS = (
    (Issue.Subject.EDUCATION, "子女就学补助未到位"), (Issue.Subject.MEDICAL, "医保报销手续不清楚"),
    (Issue.Subject.HOUSING, "住房墙体开裂"), (Issue.Subject.EMPLOYMENT, "希望就近务工"),
    (Issue.Subject.ELDERLY, "养老金领取不便"), (Issue.Subject.UTILITIES, "人畜饮水不便"),
    (Issue.Subject.FARMING, "牲畜棚圈破损"), (Issue.Subject.TRAFFIC, "牧道雨后难行"),
)  # fmt: skip
#: Steps of a matter settled where it was found: the verb and the state it leads to.
STEPS = (
    ("register", Issue.State.REGISTERED, 0), ("accept", Issue.State.ACCEPTED, 1),
    ("settle", Issue.State.RESOLVED, 9), ("call", Issue.State.CLOSED, 12),
)  # fmt: skip


@transaction.atomic
def problems_found(manager: User) -> int:
    """The problems of the sweep at the villages, each with its path of events to the end."""
    Campaign.objects.get_or_create(name=CAMPAIGN, defaults={"decimals": 0})
    villages = list(Area.objects.in_force(BEGAN).filter(level="village").order_by("path"))
    issues, steps = [], []
    for number in range(FOUND):
        village = villages[number % len(villages)]
        subject, title = SUBJECTS[number % len(SUBJECTS)]
        on = BEGAN + timedelta(days=number % DAYS)
        issue = Issue(
            area=village, path=village.path, held_by=village, kind=Issue.Kind.HELP,
            subject=subject, source=Issue.Source.VISIT, campaign=CAMPAIGN, title=title,
            state=Issue.State.CLOSED, result=Issue.Result.SOLVED,
            answer=Issue.Answer.SATISFIED, registered_on=on, limit_on=on + timedelta(days=14),
            accepted_on=on + timedelta(days=1), finished_on=on + timedelta(days=12),
            on_spot=True,
        )  # fmt: skip
        issues.append(issue)
        before = ""
        for verb, after, later in STEPS:
            steps.append(
                IssueStep(issue=issue, on=on + timedelta(days=later), verb=verb, before=before,
                          after=after, by=manager)
            )  # fmt: skip
            before = after
    Issue.objects.bulk_create(issues, batch_size=BATCH)
    IssueStep.objects.bulk_create(steps, batch_size=BATCH)
    return len(issues)
