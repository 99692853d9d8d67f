from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = _("Reports")

    def ready(self) -> None:
        """Keep the summaries that dashboards read."""
        from jobs.periodic import rota
        from reports.duties import keep_today, keep_yesterday

        rota.every(600, keep_today)
        rota.every(None, keep_yesterday)
