"""Addresses of what everybody may search and download; programs and feed readers keep them, so they stay."""

from django.urls import path, register_converter

from portal.opendata import views
from portal.opendata.files import KINDS, NAME


class KindConverter:
    """The kinds of files."""

    regex = "|".join(KINDS)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(KindConverter, "kind")
app_name = "opendata"
urlpatterns = [
    path("search/", views.search, name="search"),
    path("data/", views.data, name="data"),
    path("data/<str:year>/", views.data, name="year"),
    path("data/<str:year>/datapackage.json", views.package, name="package"),
    path(f"data/<str:year>/{NAME}.<kind:kind>", views.file, name="file"),
    path("data/<str:year>/<str:unit>/datapackage.json", views.package, name="unit_package"),
    path(f"data/<str:year>/<str:unit>/{NAME}.<kind:kind>", views.file, name="unit_file"),
    path("feeds/published.atom", views.published, name="published"),
    path("feeds/corrections.atom", views.corrections, name="corrections"),
    path("feeds/<str:unit>/published.atom", views.published, name="unit_published"),
    path("feeds/<str:unit>/corrections.atom", views.corrections, name="unit_corrections"),
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", views.sitemap_index, name="sitemap"),
    path("sitemap-<str:year>-<int:number>.xml", views.sitemap_part, name="sitemap_part"),
]
