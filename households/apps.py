from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class HouseholdsConfig(AppConfig):
    name = "households"
    verbose_name = _("Households")

    def ready(self) -> None:
        from households import links, refiling, restoring  # noqa: F401  (they register receivers)
        from households.defaults import ensure_need_kinds
        from jobs.imports import IMPORTERS

        IMPORTERS["households"] = "households.importing.households.HouseholdsImporter"
        IMPORTERS["links"] = "households.importing.links.LinksImporter"
        IMPORTERS["needs"] = "households.importing.needs.NeedsImporter"
        post_migrate.connect(ensure_need_kinds, sender=self)
