from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CaseworkConfig(AppConfig):
    name = "casework"
    verbose_name = _("Casework")

    def ready(self) -> None:
        from accounts.reads import seal_log
        from casework.activities import ensure_activity_kinds
        from casework.defaults import ensure_matter_settings
        from casework.duties import (
            close_emergency_lists,
            count_marked,
            forget_life_events,
            forget_removed_photos,
            send_digests,
            turn_of_day,
        )
        from casework.sending import tallies_forget
        from casework.suggestions import ensure_visit_rules
        from jobs.imports import IMPORTERS
        from jobs.periodic import rota

        post_migrate.connect(ensure_visit_rules, sender=self)

        IMPORTERS["answers"] = "casework.importing.answers.AnswersImporter"
        IMPORTERS["tickets"] = "casework.importing.tickets.TicketsImporter"
        rota.every(10, seal_log)
        rota.every(15, count_marked)
        rota.every(60, close_emergency_lists)
        rota.every(300, send_digests)
        rota.every(None, turn_of_day)
        rota.every(None, forget_removed_photos)
        rota.every(None, forget_life_events)
        rota.every(None, tallies_forget)
        post_migrate.connect(ensure_activity_kinds, sender=self)
        post_migrate.connect(ensure_matter_settings, sender=self)
