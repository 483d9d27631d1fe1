"""Sessions, authenticators, tokens and passwords are for the site alone to read; a cache that all processes share.

Whoever audits reads every table that reports rest on, and none with which he could act as another person.
"""

from django.db import migrations

from ledger.sql import audit, unaudit

SECRET = (
    "mfa_authenticator",
    "django_session",
    "usersessions_usersession",
    "socialaccount_socialapp",
    "socialaccount_socialtoken",
    "socialaccount_socialaccount",
    "axes_accessattempt",
)
AUTHENTICATOR = "mfa_authenticator"
PERSON = "id, last_login, is_superuser, username, name, nip, rank, email, language, is_staff, is_active"
CLOSED = f"""
REVOKE SELECT ON {", ".join(SECRET)} FROM jenjang_auditor;
REVOKE SELECT ON registry_user FROM jenjang_auditor;
GRANT SELECT ({PERSON}) ON registry_user TO jenjang_auditor;
"""  # noqa: S608 - names of this file
OPEN = f"GRANT SELECT ON registry_user, {', '.join(SECRET)} TO jenjang_auditor;"
# The layout is Django's (createcachetable); the site may not make it itself.
CACHE = """
CREATE UNLOGGED TABLE jenjang_cache (
  cache_key varchar(255) PRIMARY KEY, value text NOT NULL, expires timestamptz NOT NULL);
CREATE INDEX jenjang_cache_expires ON jenjang_cache (expires);
REVOKE SELECT ON jenjang_cache FROM jenjang_auditor;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0008_decrees_in_the_ledger"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("sessions", "0001_initial"),
        ("usersessions", "0001_initial"),
        ("socialaccount", "0006_alter_socialaccount_extra_data"),
        ("axes", "0001_initial"),
    ]
    operations = [
        migrations.RunSQL(CACHE, "DROP TABLE jenjang_cache;"),
        # That somebody got or lost an authenticator is on the record; its secret and its use are not.
        migrations.RunSQL(
            audit(AUTHENTICATOR, ["id", "user_id", "type", "created_at"]), unaudit(AUTHENTICATOR)
        ),
        migrations.RunSQL(CLOSED, OPEN),
    ]
