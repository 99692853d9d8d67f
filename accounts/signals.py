"""A new password ends the duty to choose one."""

from typing import Any

from allauth.account.signals import password_changed
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.models import User


@receiver(password_changed)
def clear_must_change(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Called by django-allauth after the person chose a password."""
    user.must_change_password = False
    user.save(update_fields=["must_change_password"])
