"""The stock administration as an app, with our site in place of its own."""

from django.contrib.admin.apps import AdminConfig


class AdministrationConfig(AdminConfig):
    default_site = "config.admin.Administration"
