"""Settings. What a deployer sets comes from the environment or ``.env`` (see README)."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from config.basemap import base_map
from config.env import PLACE_MONTHS as USUAL_MONTHS
from config.env import Env, database_from_url
from config.gdal import locate

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"
env = Env(BASE_DIR / ".env")

GDAL_LIBRARY_PATH, GEOS_LIBRARY_PATH = locate()

DEBUG = env.flag("DEBUG", False)
SECRET_KEY = env.secret("SECRET_KEY", VAR_DIR / "secret-key")
# Sealed phone numbers: one key a line, newest first; `manage.py rotate_keys` re-seals with it.
SEALING_KEY_FILE = Path(env.text("SEALING_KEY_FILE", str(VAR_DIR / "sealing-keys")))
ALLOWED_HOSTS = env.text("ALLOWED_HOSTS", "*").split(",")
CSRF_TRUSTED_ORIGINS = [o for o in env.text("CSRF_TRUSTED_ORIGINS").split(",") if o]

DATABASE_URL = env.text("DATABASE_URL")
if not DATABASE_URL:
    url_file = VAR_DIR / "database-url"
    if not url_file.exists():
        raise ImproperlyConfigured(
            "DATABASE_URL is not set and no private database has been made: run ./lianhu db"
        )
    DATABASE_URL = url_file.read_text("utf-8").strip()
DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        **database_from_url(DATABASE_URL),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    },
}
# Parallel workers make small tiles eight times slower, generic plans miss the partial indexes.
# No health check of its own: the default connection was checked in the same request, and a second
# round trip is a sixth of what a tile asks of the database.
DATABASES["tiles"] = {
    **DATABASES["default"],
    "CONN_HEALTH_CHECKS": False,
    "OPTIONS": {
        **DATABASES["default"].get("OPTIONS", {}),
        "options": "-c max_parallel_workers_per_gather=0"
        " -c plan_cache_mode=force_custom_plan -c jit=off",
    },
    "TEST": {"MIRROR": "default"},
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.admin.apps.SimpleAdminConfig",  # our own site: config/admin.py
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.gis",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "csp",
    "django_tasks",
    "django_tasks_db",
    "leaflet",
    "pgtrigger",
    "pghistory",
    "accounts",
    "jobs",
    "grids",
    "households",
    "casework",
    "planning",
    "reports",
    "mapview",
    "desk",
    "residents",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "accounts.size.SizeMiddleware",  # before the first that reads what was sent
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "pghistory.middleware.HistoryMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.NoStoreMiddleware",
    "accounts.middleware.AccessMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.context.site",
                "desk.context.nav",
                "desk.context.done",
            ],
        },
    },
]

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "accounts.adapter.ClosedAdapter"
ACCOUNT_RATE_LIMITS = False  # django-axes limits failed sign-ins, without a shared cache
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_USERNAME_FORM_FIELD = "login"
AXES_USERNAME_CALLABLE = "accounts.locks.username_of"
AXES_LOCKOUT_TEMPLATE = "account/locked.html"
ACCOUNT_FORMS = {"change_password": "accounts.forms.NewPasswordForm"}
MFA_FORMS = {"authenticate": "accounts.forms.CodeForm"}
# Only these change rows: reads carry no context to the database.
PGHISTORY_MIDDLEWARE_METHODS = ("POST", "PUT", "PATCH", "DELETE")
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
# Layers stay apart: accounts may not import grids, so wiring names the function here.
ACCESS_KINDS_OF = "grids.scope.kinds_of"
ACCESS_REQUIRE_TAKE_BACK = "grids.appointing.require_take_back"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
# Import maps are inline scripts: allowed by the hash of exactly this text.
IMPORT_MAP = json.dumps(
    {
        "imports": {
            "leaflet": f"{STATIC_URL}js/map/leaflet.js",
            "leaflet/global": f"{STATIC_URL}vendor/leaflet/leaflet.js",
            # Fetched only by the editor of boundaries, through map/geoman.js.
            "geoman/global": f"{STATIC_URL}vendor/geoman/leaflet-geoman.min.js",
            "pbf": f"{STATIC_URL}vendor/pbf/index.js",
            "@mapbox/vector-tile": f"{STATIC_URL}vendor/vector-tile/index.js",
            "@mapbox/point-geometry": f"{STATIC_URL}vendor/point-geometry/index.js",
            # Fetched only where the base map is a PMTiles file.
            "pmtiles": f"{STATIC_URL}vendor/pmtiles/index.js",
            "protomaps-leaflet": f"{STATIC_URL}vendor/protomaps-leaflet/index.js",
            "@protomaps/basemaps": f"{STATIC_URL}vendor/protomaps-basemaps/index.js",
            "color2k": f"{STATIC_URL}vendor/color2k/index.module.es.js",
            "potpack": f"{STATIC_URL}vendor/potpack/index.mjs",
            "rbush": f"{STATIC_URL}vendor/rbush/index.js",
            "quickselect": f"{STATIC_URL}vendor/quickselect/index.js",
            "echarts": f"{STATIC_URL}vendor/echarts/echarts.esm.min.js",
            "lianhu/": f"{STATIC_URL}js/",
        }
    }
)
IMPORT_MAP_HASH = base64.b64encode(hashlib.sha256(IMPORT_MAP.encode()).digest()).decode()
STATIC_ROOT = VAR_DIR / "static"
NODE = BASE_DIR / "node_modules"
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("vendor/leaflet", NODE / "leaflet" / "dist"),
    ("vendor/pbf", NODE / "pbf"),
    ("vendor/vector-tile", NODE / "@mapbox" / "vector-tile"),
    ("vendor/point-geometry", NODE / "@mapbox" / "point-geometry"),
    ("vendor/pmtiles", NODE / "pmtiles" / "dist"),
    ("vendor/protomaps-leaflet", NODE / "protomaps-leaflet" / "dist" / "esm"),
    ("vendor/protomaps-basemaps", NODE / "@protomaps" / "basemaps" / "dist" / "esm"),
    ("vendor/color2k", NODE / "color2k" / "dist"),
    ("vendor/potpack", NODE / "potpack"),
    ("vendor/rbush", NODE / "rbush"),
    ("vendor/quickselect", NODE / "quickselect"),
]
# One build of a package that comes with many.
PACKAGE_FILES = {
    "vendor/geoman/leaflet-geoman.min.js": NODE
    / "@geoman-io/leaflet-geoman-free/dist/leaflet-geoman.min.js",
    "vendor/geoman/leaflet-geoman.css": NODE
    / "@geoman-io/leaflet-geoman-free/dist/leaflet-geoman.css",
    "vendor/echarts/echarts.esm.min.js": NODE / "echarts" / "dist" / "echarts.esm.min.js",
}
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "config.finders.PackageFileFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = DEBUG
# The daily digest (casework/digest.py): where its link leads, and the robots it may be sent to.
SITE_ADDRESS = env.text("SITE_ADDRESS", "http://localhost:8000").rstrip("/")
DIGEST_HOSTS = frozenset(
    env.text("DIGEST_HOSTS", "qyapi.weixin.qq.com,oapi.dingtalk.com").lower().split(",")
)
DIGEST_LOOPBACK = False  # tests alone post to themselves
DIGEST_SECONDS = 10.0
if env.text("EMAIL_HOST"):
    EMAIL_HOST = env.text("EMAIL_HOST")
    EMAIL_PORT = env.port("EMAIL_PORT", 465)
    EMAIL_HOST_USER = env.text("EMAIL_USER")
    EMAIL_HOST_PASSWORD = env.text("EMAIL_PASSWORD")
    EMAIL_USE_SSL = env.flag("EMAIL_SSL", True)
    EMAIL_USE_TLS = not EMAIL_USE_SSL and env.flag("EMAIL_STARTTLS", False)
    DEFAULT_FROM_EMAIL = env.text("EMAIL_FROM", EMAIL_HOST_USER)
EMAIL_TIMEOUT = 10
# Where herders usually are in which months (冬营地, 夏牧场, 春秋营地); another home has none.
PLACE_MONTHS = {
    name.removeprefix("PLACE_MONTHS_").lower(): env.months(name, usual)
    for name, usual in USUAL_MONTHS.items()
}
# Households of a grid, and of a unit of mutual help, where a redraw is proposed by size.
GRID_HOUSEHOLDS = env.count("GRID_HOUSEHOLDS", 300)
UNIT_HOUSEHOLDS = env.count("UNIT_HOUSEHOLDS", 30)
# Uploaded workbooks are kept outside any served folder and deleted after their import.
UPLOAD_DIR = VAR_DIR / "uploads"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
X_FRAME_OPTIONS = "DENY"
HTTPS = env.flag("HTTPS", False)
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "accounts.views.csrf_failed"
# Scheme and host that the codes on contact cards lead to, where residents use another than staff.
PUBLIC_ADDRESS = env.text("PUBLIC_ADDRESS").rstrip("/")
BEHIND_PROXY = env.flag("BEHIND_PROXY", False)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Base map of the deployer; without one, boundaries, graticule and scale make the map.
BASEMAP = base_map(env)

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, f"'sha256-{IMPORT_MAP_HASH}'"],
        "style-src": [SELF],
        "img-src": [SELF, "data:", *BASEMAP.hosts],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}

LEAFLET_CONFIG = {"DEFAULT_CENTER": (46.72, 122.9), "DEFAULT_ZOOM": 11, "TILES": []}

# Addresses never carry search text, and logs drop query strings all the same.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
