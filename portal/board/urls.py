"""Addresses below /board/."""

from django.urls import path

from portal.board import views

app_name = "board"
urlpatterns = [
    path("", views.board, name="board"),
    path("rows/", views.rows, name="rows"),
    path("public/", views.public, name="public"),
    path("remind/", views.remind, name="remind"),
    path("extend/", views.extend, name="extend"),
    path("letters/", views.letters, name="letters"),
    path("letters/new/", views.new_letters, name="new_letters"),
    path("letters/<str:token>/", views.letter, name="letter"),
    path("<str:code>/", views.board, name="unit"),
    path("<str:code>/rows/", views.rows, name="unit_rows"),
]
