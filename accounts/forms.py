"""Forms of sign-in that are stricter than the library's."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import ChangePasswordForm
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


class NewPasswordForm(ChangePasswordForm):
    """A new password that is new: else a one-time password would stay in use."""

    def clean_password1(self) -> str:
        password: str = self.cleaned_data["password1"]
        if self.user.check_password(password):
            raise ValidationError(_("Choose a password that differs from the one so far."))
        return password
