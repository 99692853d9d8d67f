"""A new password ends the duty to choose one."""

from allauth.account.signals import password_changed
from django.dispatch import receiver


@receiver(password_changed)
def clear_must_change(sender, request, user, **kwargs) -> None:
    """Called by django-allauth after the person chose a password."""
    user.must_change_password = False
    user.save(update_fields=["must_change_password"])
