"""Check that no row of the access log was changed or removed since it was sealed."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from accounts.models import AccessSeal
from accounts.reads import verify_log


class Command(BaseCommand):
    help = "Verify the chain of seals over the access log; ends with 1 when something was changed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--head",
            help="a digest noted earlier: it must still be in the chain, else its end was cut off",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        faults, tail = verify_log()
        head = options["head"]
        if head and not AccessSeal.objects.filter(digest=head).exists():
            faults.append(_("The noted digest is not in the chain: seals were removed."))
        for fault in faults:
            self.stderr.write(self.style.ERROR(fault))
        last = AccessSeal.objects.order_by("-last").first()
        self.stdout.write(
            _("%(seals)d seals up to row %(last)d; %(tail)d newer rows are not sealed yet.")
            % {
                "seals": AccessSeal.objects.count(),
                "last": last.last if last else 0,
                "tail": tail,
            }
        )
        if last:
            self.stdout.write(_("Digest to note down: %(digest)s") % {"digest": last.digest})
        if faults:
            raise CommandError(_("The access log was changed."), returncode=1)
