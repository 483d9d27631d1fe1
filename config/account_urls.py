"""Addresses of accounts that are ours; they come before allauth's, and some stand in place of them."""

from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.urls import path

from config import account_people, account_views, single_sign_on
from config.account_views import on_record

urlpatterns = [
    path("security/", account_views.security, name="account_security"),
    path("set-up/", account_views.set_up, name="account_set_up"),
    path("passkey/", account_views.passkey_question, name="passkey_question"),
    path("sessions/<int:pk>/end/", account_views.end_session, name="account_end_session"),
    path("sessions/end/", account_views.end_all_sessions, name="account_end_sessions"),
    path("people/<int:pk>/", account_people.person, name="account_of_person"),
    # In place of allauth's
    path("password/change/", account_views.ChangePassword.as_view(), name="account_change_password"),
    path("password/set/", account_views.SetPassword.as_view(), name="account_set_password"),
    path("2fa/", account_views.to_security, name="mfa_index"),
    path("2fa/totp/activate/", on_record(account_views.ActivateApp.as_view()), name="mfa_activate_totp"),
    path("2fa/totp/deactivate/", on_record(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path(
        "2fa/recovery-codes/generate/",
        on_record(recovery_codes.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path("2fa/webauthn/add/", on_record(webauthn.add_webauthn), name="mfa_add_webauthn"),
    path(
        "2fa/webauthn/keys/<int:pk>/remove/", on_record(webauthn.remove_webauthn), name="mfa_remove_webauthn"
    ),
    path("2fa/webauthn/keys/<int:pk>/edit/", on_record(webauthn.edit_webauthn), name="mfa_edit_webauthn"),
    path("2fa/webauthn/", account_views.to_security, name="mfa_list_webauthn"),
    path("sessions/", account_views.to_security, name="usersessions_list"),
    path("email/", account_views.to_security, name="account_email"),
    path("3rdparty/", account_views.to_security, name="socialaccount_connections"),
    path("oidc/sso/login/", single_sign_on.go, name="single_sign_on"),
    path("oidc/sso/login/callback/", single_sign_on.come_back, name="single_sign_on_callback"),
    path("3rdparty/signup/", account_views.to_login, name="socialaccount_signup"),
]
