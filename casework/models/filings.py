"""Where a record was filed before its area was replaced."""

from __future__ import annotations

from django.contrib.gis.db import models
from django.db.models import Q

from casework.models.deeds import Activity, Deed
from casework.models.issues import Issue
from grids.paths import PathField


class PastFiling(models.Model):
    """Up to ``until``, and not on that day any more, a record counted at ``path``.

    Written when a redraw files it under another area, so that earlier days go on answering as
    they did: without it the old grid would lose its matters of last month.
    """

    issue = models.ForeignKey(Issue, models.CASCADE, null=True, related_name="past_filings")
    deed = models.ForeignKey(Deed, models.CASCADE, null=True, related_name="past_filings")
    activity = models.ForeignKey(Activity, models.CASCADE, null=True, related_name="past_filings")
    path = PathField(editable=False)
    until = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="pastfiling_of_one",
                condition=Q(issue__isnull=False, deed__isnull=True, activity__isnull=True)
                | Q(issue__isnull=True, deed__isnull=False, activity__isnull=True)
                | Q(issue__isnull=True, deed__isnull=True, activity__isnull=False),
            ),
            *(
                models.UniqueConstraint(fields=[kind, "until"], name=f"pastfiling_{kind}_once")
                for kind in ("issue", "deed", "activity")
            ),
        ]
        indexes = [models.Index(fields=["path", "until"], name="pastfiling_path")]
