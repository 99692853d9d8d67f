from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JobsConfig(AppConfig):
    name = "jobs"
    verbose_name = _("Jobs")

    def ready(self) -> None:
        from jobs.kept import old_previews_drop
        from jobs.periodic import rota

        rota.every(None, old_previews_drop)
