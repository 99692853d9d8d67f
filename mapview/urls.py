"""Addresses of the map and its tiles."""

from django.urls import path

from mapview import basemap, print, tiles, views

urlpatterns = [
    path("", views.home, name="home"),
    path("print/", print.print_page, name="print"),
    path("healthz", views.health, name="health"),
    path("tiles/areas/<int:z>/<int:x>/<int:y>.mvt", tiles.areas, name="tiles-areas"),
    path("tiles/households/<int:z>/<int:x>/<int:y>.mvt", tiles.households, name="tiles-households"),
    path("tiles/basemap.pmtiles", basemap.basemap_file, name="basemap-file"),
    path("tiles/density/<int:z>/<int:x>/<int:y>.mvt", tiles.density, name="tiles-density"),
    path("tiles/issues/<int:z>/<int:x>/<int:y>.mvt", tiles.issues, name="tiles-issues"),
]
