"""The JSON API. Every operation declares who may call it and starts at ``visible_to``."""

from ninja import Router

from mapview.api import activities, areas, coverage, households, issues, links

router = Router()
for part in (coverage, areas, households, issues, links, activities):
    router.add_router("", part.router)
