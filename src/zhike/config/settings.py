"""Settings of one Zhike deployment; whatever differs between machines comes from the environment."""

from datetime import timedelta

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from zhike.platform.db.config import databases
from zhike.platform.environment import environment

ENV = environment()

BASE_DIR = ENV.root
VAR_DIR = ENV.var
DEBUG = ENV.debug
SECRET_KEY = ENV.secrets["django_secret_key"]
ALLOWED_HOSTS = ENV.hosts
CSRF_TRUSTED_ORIGINS = ENV.trusted_origins

PLATFORM_ROOMS = [
    "zhike.platform.accounts",
    "zhike.platform.audit",
    "zhike.platform.outbox",
    "zhike.platform.jobs",
    "zhike.platform.calendars",
    "zhike.platform.numbering",
    "zhike.platform.parameters",
    "zhike.platform.messaging",
    "zhike.platform.search",
    "zhike.platform.files",
    "zhike.platform.live",
    "zhike.platform.ui",
    "zhike.platform.bulk",
    "zhike.platform.ops",
]
ROOMS = [
    "zhike.record.organization",
    "zhike.record.customers",
    "zhike.record.contacting",
    "zhike.record.agreements",
    "zhike.record.interactions",
    "zhike.record.shipments",
    "zhike.service.knowledge",
    "zhike.service.cases",
    "zhike.service.reception",
    "zhike.voice.surveys",
    "zhike.insight.lake",
    "zhike.insight.metrics",
    "zhike.insight.reports",
    "zhike.doors.desk",
    "zhike.doors.portal",
    "zhike.doors.api",
    "zhike.doors.connectors",
    "zhike.doors.connectors.mail",
    "zhike.demo",
]
INSTALLED_APPS = [
    *ROOMS,
    *PLATFORM_ROOMS,
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "django_htmx",
    "template_partials",
    "django_prometheus",
    "csp",
    "ninja",
    "procrastinate.contrib.django",
]

MIDDLEWARE = [
    # First, so that what any other refuses is told under the request's id.
    "zhike.platform.ops.middleware.operation_middleware",
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "zhike.platform.i18n.middleware.language_middleware",
    "zhike.doors.api.middleware.shape_middleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "zhike.doors.desk.middleware.actor_middleware",
    "zhike.platform.ui.middleware.error_middleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "zhike.config.urls"
WSGI_APPLICATION = "zhike.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "zhike.platform.ui.context.shell",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "template_partials.templatetags.partials",
                "zhike.platform.ui.templatetags.zk",
            ],
        },
    }
]

DATABASES = databases(ENV)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Counters of sign-in attempts and rate limits must be shared by every process; PostgreSQL is the only state.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "zhike_cache",
    }
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "zhike.platform.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/5m/key"}
EMAIL_BACKEND = "zhike.platform.messaging.backend.EmailBackend"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Zhike"
SOCIALACCOUNT_ONLY = False
SESSION_COOKIE_NAME = "zhike_desk"
SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = ENV.https
CSRF_COOKIE_NAME = "zhike_csrf"
CSRF_COOKIE_SECURE = ENV.https
SECURE_SSL_REDIRECT = False
SECURE_HSTS_SECONDS = 31_536_000 if ENV.https else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENV.https else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        # ECharts and HTMX write style attributes on elements; no style sheet may be written inline.
        "style-src-elem": [SELF],
        "style-src-attr": ["'unsafe-inline'"],
        "img-src": [SELF, "data:", "blob:"],
        "connect-src": [SELF, *ENV.live_origins],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

LANGUAGE_CODE = ENV.language
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("zh-hant", _("Traditional Chinese")), ("en", _("English"))]
LANGUAGE_COOKIE_NAME = "zhike_language"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
FORMAT_MODULE_PATH = ["zhike.platform.i18n.formats"]

STATIC_URL = "/static/"
STATIC_ROOT = ENV.var / "static"
STORAGES = {
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if ENV.debug
        else "zhike.platform.ui.storage.StaticStorage"
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000
FILE_UPLOAD_TEMP_DIR = None

LOGGING = ENV.logging()
PROMETHEUS_EXPORT_MIGRATIONS = False
# Usernames are unique without regard to case, by the constraint accounts_username_once.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]

NINJA_PAGINATION_PER_PAGE = 50
PROCRASTINATE_ON_APP_READY = None
