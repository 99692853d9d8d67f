from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeskConfig(AppConfig):
    name = "desk"
    verbose_name = _("Desk")

    def ready(self) -> None:
        """Remove files that were made for somebody after their day."""
        from desk.tables.written import exports_forget
        from jobs.periodic import rota

        rota.every(600, exports_forget)
