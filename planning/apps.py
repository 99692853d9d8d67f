from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlanningConfig(AppConfig):
    name = "planning"
    verbose_name = _("Planning")

    def ready(self) -> None:
        """Put redraws into force on their day, and tell of drafts that the worker lost."""
        from jobs.periodic import rota
        from planning.duties import put_redraws_into_force
        from planning.matching.making import drafts_tidy

        # More often than once a day: one that failed for another reason is tried again soon.
        rota.every(60, put_redraws_into_force)
        rota.every(600, drafts_tidy)
