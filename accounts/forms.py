"""Forms of the second factor."""

from __future__ import annotations

from typing import Any

from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.locks import count_failure, may_try


class CodeForm(AuthenticateForm):
    """A code from the person's phone; wrong ones count towards the lock on sign-in."""

    def clean_code(self) -> str:
        if not may_try(context.request, self.user):
            raise ValidationError(_("Too many failed attempts. Wait 15 minutes and try again."))
        return super().clean_code()

    def _emit_authentication_failed(self, authenticator: Any) -> None:
        count_failure(context.request, self.user)
        super()._emit_authentication_failed(authenticator)
