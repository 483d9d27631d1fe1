"""Settings: from the environment only, closed by default (design.md 8)."""

import os
import sys
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from config import embedded, environment

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = embedded.data_dir(os.environ.get("JENJANG_DATA"), BASE_DIR)
DEMO = environment.flag("JENJANG_DEMO")
DEBUG = environment.flag("DEBUG")

# A server of one's own is production; the private embedded one is for trying, developing and testing.
EMBEDDED = "DATABASE_URL" not in os.environ
PRODUCTION = not (EMBEDDED or DEMO or environment.flag("JENJANG_TEST"))

SECRET_KEY = environment.secret("SECRET_KEY") or ("" if PRODUCTION else embedded.secret_key(DATA_DIR))
if len(SECRET_KEY) < 50:
    raise ImproperlyConfigured(
        f"SECRET_KEY has {len(SECRET_KEY)} characters and needs at least 50. Set SECRET_KEY or SECRET_KEY_FILE "
        'to the output of: python3 -c "import secrets; print(secrets.token_urlsafe(60))"'
    )
# Earlier ones, after a change of the key: what they locked is still opened (registry/vault.py).
SECRET_KEY_FALLBACKS = environment.items("SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = environment.items("ALLOWED_HOSTS") or (
    [] if PRODUCTION else ["localhost", "127.0.0.1", "[::1]"]
)
CSRF_TRUSTED_ORIGINS = environment.items("CSRF_TRUSTED_ORIGINS")
PUBLIC_URL = os.environ.get(
    "JENJANG_PUBLIC_URL", f"http://localhost:{os.environ.get('PORT', '8000')}"
).rstrip("/")

INSTALLED_APPS = [
    "config",
    "portal",
    "audit",
    "indicators",
    "approvals",
    "submissions",
    "registry",
    "workflow",
    "ledger",
    "wording",
    # Only its tables: without the app `viewflow` beside it there are no screens, middlewares or static files of it.
    "viewflow.workflow",
    "guardian",
    "simple_history",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "axes",
    "csp",
    "config.administration.AdministrationConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
]

PROXIES = int(os.environ.get("JENJANG_PROXIES", "0"))  # of ours, one behind the other, before the web server
MIDDLEWARE = [
    "config.logs.AccessLog",
    "portal.api.problems.Problems",
    "config.middleware.CallerMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "portal.plain.Plain",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.doors.Doors",
    "config.sessions.EndedSessions",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "config.middleware.ReaderMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
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
                "config.context.shell",
            ]
        },
    }
]

# --- Database: the site has rows only; the owner migrates (design.md 8 and 10.2) -------------------------
if EMBEDDED:
    _urls = embedded.urls(DATA_DIR)
else:
    _app = os.environ["DATABASE_URL"]
    _urls = {"app": _app, "owner": os.environ.get("DATABASE_OWNER_URL", _app)}
DATABASES = {
    "default": environment.database(_urls["app"]),
    "owner": environment.database(_urls["owner"]) | {"TEST": {"MIRROR": "default"}},
}
DATABASE_ROUTERS = ["config.routers.OwnerMigrates"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": environment.cache()}

# --- Work in the background ------------------------------------------------------------------------------
CELERY_BROKER_URL, CELERY_BROKER_TRANSPORT_OPTIONS = environment.broker(_urls.get("queue"))
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 300
CELERY_WORKER_PREFETCH_MULTIPLIER = 4
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE = {
    # The nudge after each commit is the fast way; this sweep is what makes a lost nudge cost only time.
    "drain the outbox": {"task": "approvals.tasks.drain", "schedule": 15.0},
    # A minute that no worker took is over: the next one finds all that is due.
    "the calendar's minute": {"task": "approvals.tasks.tick", "schedule": 60.0, "options": {"expires": 55}},
    "give up signings that were cut off": {"task": "approvals.tasks.void_abandoned", "schedule": 60.0},
    "letters that gather": {"task": "approvals.tasks.gather_letters", "schedule": 300.0},
    "the leaders' week": {"task": "portal.tasks.weekly_letters", "schedule": 300.0},
    "timers of requests": {"task": "approvals.tasks.sweep_requests", "schedule": 60.0},
    "certificates before the deadline": {"task": "approvals.tasks.check_certificates", "schedule": 3600.0},
    "forget uploads that were given up": {"task": "submissions.tasks.sweep_uploads", "schedule": 3600.0},
    # Hourly, so that an hour without beat costs no day; each is written to once a day.
    "the day's checkpoint": {"task": "audit.tasks.mail_checkpoint", "schedule": 3600.0},
    "citizens' messages: clocks and retention": {"task": "portal.tasks.tend_voices", "schedule": 3600.0},
    "files the scanner has not answered": {"task": "submissions.tasks.rescan", "schedule": 300.0},
}

VIEWFLOW = {"AUTOREGISTER": False}

# --- People ----------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "registry.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "guardian.backends.ObjectPermissionBackend",
]
ANONYMOUS_USER_NAME = None  # guardian's anonymous user is off (design.md 10.11)
GUARDIAN_USER_OBJ_PERMS_MODEL = "guardian.UserObjectPermission"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
if environment.flag("JENJANG_TEST"):
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 15}},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name", "nip", "email")},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "config.passwords.Guessable"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "portal:home"
ACCOUNT_ADAPTER = "config.accounts.Adapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
# Wrong passwords are counted in one place, and in the database, where every web process sees them: axes.
# A whole office knocks from one address on the last day; who guesses is stopped by axes and by the second factor.
ACCOUNT_RATE_LIMITS = {"login_failed": None, "login": "300/m/ip"}
MFA_RATE_LIMITS = {"webauthn_login": "100/m/ip"}
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # no letters to strangers
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105
PASSWORD_RESET_TIMEOUT = 4 * 3600
MFA_ADAPTER = "config.second_factor.Adapter"
MFA_FORMS = {
    "authenticate": "config.second_factor.CodeForm",
    "reauthenticate": "config.second_factor.ConfirmingCodeForm",
    "authenticate_webauthn": "config.second_factor.PasskeyForm",
    "reauthenticate_webauthn": "config.second_factor.ConfirmingPasskeyForm",
    "login_webauthn": "config.second_factor.PasskeyLoginForm",
    "add_webauthn": "config.second_factor.AddPasskeyForm",
    "edit_webauthn": "config.second_factor.RenamePasskeyForm",
    "activate_totp": "config.second_factor.ActivateForm",
}
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
# A browser asks for finger, face or PIN where the device has them.
MFA_WEBAUTHN_USER_VERIFICATION = "preferred"
USERSESSIONS_TRACK_ACTIVITY = False  # config.doors notes it, at most every five minutes
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1  # one step of 30 seconds before and after: a watch that is wrong, a slow hand
MFA_ALLOW_UNVERIFIED_EMAIL = True  # addresses come from the imports; nobody types in his own
ACCOUNT_FORMS = {"login": "config.single_sign_on.SignInForm"}
SOCIALACCOUNT_ADAPTER = "config.single_sign_on.Adapter"
# A plain link leads there: the policy of our pages sends forms to this site only. Who follows it signs in as himself.
SOCIALACCOUNT_LOGIN_ON_GET = True
SOCIALACCOUNT_PROVIDERS = environment.single_sign_on()
OIDC_ISSUER = os.environ.get("OIDC_ISSUER", "")
OIDC_NAME = os.environ.get("OIDC_NAME", "SSO")  # what people call it
OIDC_CLAIM = os.environ.get("OIDC_CLAIM", "preferred_username")
OIDC_FIELD = "nip" if os.environ.get("OIDC_MATCHES") == "nip" else "username"  # what of ours the claim is
OIDC_ACR = environment.items("OIDC_ACR")  # values of `acr` that mean a second factor there
# Programs that come with a key of the identity provider instead of one of ours: for whom such a key must be made out.
OIDC_API_AUDIENCE = os.environ.get("OIDC_API_AUDIENCE", "")  # empty: keys of ours only
OIDC_API_ACT = os.environ.get("OIDC_API_ACT", "jenjang.act")  # the scope of one that may enter and act
API_REQUESTS_A_MINUTE = int(
    os.environ.get("JENJANG_API_REQUESTS", "600")
)  # of one key, or one visitor; each process
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "account/locked.html"
# What axes writes down of a failed attempt must not be what was typed.
AXES_SENSITIVE_PARAMETERS = [
    "username", "ip_address", "password", "oldpassword", "password1", "password2", "passphrase", "code", "assertion",
    "credential", "csrfmiddlewaretoken",
]  # fmt: skip
AXES_ENABLE_ACCESS_FAILURE_LOG = False
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False
SESSION_COOKIE_AGE = 8 * 3600  # from the sign-in on, whatever is done (config.doors)
SESSION_IDLE_SECONDS = 30 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "config.sessions.csrf_failure"

# --- Languages and time ----------------------------------------------------------------------------------
LANGUAGE_CODE = "id"
LANGUAGES = [("id", _("Indonesian")), ("en", _("English")), ("ur", _("Urdu"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
USE_THOUSAND_SEPARATOR = False

# --- Files -----------------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
EVIDENCE_MAX_BYTES = 10 * 1024 * 1024  # domain.md 2.2
EVIDENCE_MAX_FILES = 20
UPLOADS = DATA_DIR / "uploads"  # files that are still on their way; one folder for all web servers
# Files for the public: made anew when something is published; may be emptied at any time.
OPEN_DATA = DATA_DIR / "opendata"
OPEN_DATA_LICENCE = os.environ.get("JENJANG_LICENCE", "CC-BY-4.0")  # its short name (SPDX)
OPEN_DATA_LICENCE_URL = os.environ.get("JENJANG_LICENCE_URL", "https://creativecommons.org/licenses/by/4.0/")
# Years that lengthen what the law asks to be kept, never shorten it (approvals/keeping/rules.py): "evidence=15,papers=7".
KEEPING_YEARS = {
    kind: int(years)
    for kind, _is, years in (one.partition("=") for one in environment.items("JENJANG_KEEPING"))
}
CLAMD_URL = os.environ.get(
    "CLAMD_URL", ""
)  # a virus scanner, tcp://host:port or a socket's path; empty: none
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000  # 300 rows x about 12 fields of one month's table
DATA_UPLOAD_MAX_NUMBER_FILES = 400
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600
STORAGES = {
    "default": environment.storage(DATA_DIR / "files"),
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if not (DEBUG or "test" in sys.argv or environment.flag("JENJANG_TEST"))
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG or environment.flag("JENJANG_TEST")
# Networks that webhooks may go to although they are not public, over plain http as well: none, but for the tests' own server.
WEBHOOK_NETWORKS: tuple[str, ...] = ()
SIGNING_KEYS = Path(os.environ.get("JENJANG_KEYS", DATA_DIR / "keys"))
# docs/signing.md says what each of these means.
TSA_URL = os.environ.get("TSA_URL", "")  # RFC 3161
TSA_TIMEOUT = float(os.environ.get("TSA_TIMEOUT", "10"))  # seconds
TSA_REQUIRED = os.environ.get("TSA_REQUIRED", "on").lower() in {"1", "true", "yes", "on"}
REVOCATION_FETCH = environment.flag("REVOCATION_FETCH")  # ask the addresses that stand in certificates
PKCS11_MODULE = os.environ.get("JENJANG_PKCS11_MODULE", "")
PKCS11_TOKEN = os.environ.get("JENJANG_PKCS11_TOKEN", "")
BSRE_URL = os.environ.get("BSRE_URL", "").rstrip("/")
BSRE_USER = os.environ.get("BSRE_USER", "")
BSRE_PASSWORD = environment.secret("BSRE_PASSWORD")
BSRE_TIMEOUT = float(os.environ.get("BSRE_TIMEOUT", "60"))  # seconds for one signature

# --- The ledger's sealer: a role and a key of its own (trust.md 2.2) ---------------------------------------
LEDGER_KEYS = Path(os.environ.get("JENJANG_LEDGER_KEYS", DATA_DIR / "ledger"))
LEDGER_SEALER_URL = os.environ.get("DATABASE_SEALER_URL") or _urls.get("sealer", "")
LEDGER_READER_URL = _urls["app"]
LEDGER_ANCHOR_MAIL = environment.items("LEDGER_ANCHOR_MAIL")  # of offices outside: the day's checkpoint
METRICS_TOKEN = environment.secret("METRICS_TOKEN")  # who shows it reads /metrics; without it nobody does

# --- Mail ------------------------------------------------------------------------------------------------
for _name, _value in environment.mail(DATA_DIR).items():
    globals()[_name] = _value
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL", "jenjang@contoh.test")

# --- A closed house --------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "object-src": ["'none'"],
        "worker-src": ["'self'"],
        "manifest-src": ["'self'"],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]  # asked on the machine itself, without TLS
if PRODUCTION:
    SECURE_SSL_REDIRECT = not environment.flag("JENJANG_PLAIN_HTTP")
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = not environment.flag("JENJANG_PLAIN_HTTP")
    CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE

# What a machine gathers is JSON; a person at a terminal reads lines.
LOG_FORMAT = os.environ.get("JENJANG_LOGS") or ("json" if PRODUCTION else "line")
if LOG_FORMAT not in ("json", "line"):
    raise ImproperlyConfigured(f"JENJANG_LOGS is {LOG_FORMAT!r}; it can be json or line.")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
        "json": {"()": "config.logs.Lines"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "jenjang": {"level": "INFO"},
        # The lines of answers are for machines; a terminal has gunicorn's own.
        "jenjang.request": {"level": "INFO" if LOG_FORMAT == "json" else "WARNING"},
        "celery.task": {"level": "WARNING"},
        "django.security": {"level": "WARNING"},
    },
}
