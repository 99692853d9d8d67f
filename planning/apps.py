from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlanningConfig(AppConfig):
    name = "planning"
    verbose_name = _("Planning")

    def ready(self) -> None:
        from jobs.periodic import rota
        from planning.duties import put_redraws_into_force

        # More often than once a day: one that failed for another reason is tried again soon.
        rota.every(60, put_redraws_into_force)
