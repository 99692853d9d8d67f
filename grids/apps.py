from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class GridsConfig(AppConfig):
    name = "grids"
    verbose_name = _("Areas and posts")

    def ready(self) -> None:
        from grids.accounts import accounts_follow_posts  # and registers its receivers
        from grids.defaults import ensure_roles
        from jobs.imports import IMPORTERS
        from jobs.periodic import rota

        IMPORTERS["areas"] = "grids.importing.areas_importer.AreasImporter"
        IMPORTERS["staff"] = "grids.importing.staff.StaffImporter"
        rota.every(None, accounts_follow_posts)
        post_migrate.connect(ensure_roles, sender=self)
