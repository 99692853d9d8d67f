"""Benchmarks: each prints its figure as a ratio to a floor measured in the same run."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()
