"""Accounts come from posts; nobody signs up by themselves."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedAdapter(DefaultAccountAdapter):
    """django-allauth with sign-up shut."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
