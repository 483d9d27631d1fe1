"""How the product keeps, names and asks second factors where allauth's own pages do it: at sign-in and at confirming."""

import io
from typing import Any

import segno
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm, LoginWebAuthnForm
from django import forms
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from approvals import factors
from approvals.factors import CODES, TOTP, FactorRefused
from config.accounts import PROVEN_ELSEWHERE
from registry import vault
from registry.models import User
from wording.sentences import CATALOGUE, say

MALFORMED = factors.MALFORMED


class AnswerField(forms.JSONField):
    """What a passkey answered; text that no decoder would finish is an answer of no passkey."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except MALFORMED as error:
            raise ValidationError(say("factor.passkey")) from error

    def bound_data(self, data: Any, initial: Any) -> Any:
        """Nothing: the page asks anew, and an answer counts for one question."""
        return initial


class Adapter(DefaultMFAAdapter):
    """What allauth asks of us: secrets are locked by the vault, the picture to photograph is drawn here."""

    error_messages = DefaultMFAAdapter.error_messages | {"incorrect_code": CATALOGUE["factor.passkey"]}

    def generate_authenticator_name(self, user: AbstractBaseUser, type: str) -> str:
        there = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return gettext("Passkey %(number)s") % {"number": there + 1}

    def encrypt(self, text: str) -> str:
        return vault.lock(text)

    def decrypt(self, encrypted_text: str) -> str:
        return vault.unlock(encrypted_text)

    def get_totp_issuer(self) -> str:
        return "Jenjang"

    def get_totp_label(self, user: AbstractBaseUser) -> str:
        return str(user.get_username())

    def build_totp_svg(self, url: str) -> str:
        drawn = io.BytesIO()
        segno.make(url, error="m").save(drawn, kind="svg", xmldecl=False, scale=5, border=4)
        return drawn.getvalue().decode()


class Stage(AuthenticateStage):
    """After the password: the second factor, unless the identity provider said that it asked for one."""

    def _should_handle(self, request: HttpRequest) -> bool:
        proven = request.session.get(PROVEN_ELSEWHERE) == getattr(self.login.user, "pk", None)
        return not proven and bool(super()._should_handle(request))


class CodeForm(forms.Form):
    """Six digits of the app, or eight of the printed list."""

    reauthenticated = False
    code = forms.CharField(
        label=_("Code"),
        help_text=_("6 digits of your authenticator app, or one of your recovery codes."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "dir": "ltr"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)

    def clean_code(self) -> str:
        code = "".join(str(self.cleaned_data["code"]).split())
        kind = TOTP if len(code) <= 6 else CODES
        self.authenticator = accepted(lambda: factors.spend(self.user, kind, code))
        return code

    def save(self) -> None:
        self.authenticator.user = self.user
        post_authentication(context.request, self.authenticator, reauthenticated=self.reauthenticated)

    @property
    def demo_code(self) -> str:
        """What the app shows, in the demonstration only."""
        return factors.code_now(self.user) if settings.DEMO else ""


class ConfirmingCodeForm(CodeForm):
    """The same, where somebody who is signed in confirms that it is he."""

    reauthenticated = True


class PasskeyForm(forms.Form):
    """The answer of a passkey to the question that the page brought."""

    reauthenticated = False
    credential = forms.CharField(widget=forms.HiddenInput, max_length=20_000)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)

    def clean_credential(self) -> Authenticator:
        said = self.cleaned_data["credential"]
        return accepted(lambda: factors.answered(self.user, said))

    def save(self) -> None:
        post_authentication(
            context.request, self.cleaned_data["credential"], reauthenticated=self.reauthenticated
        )


class ConfirmingPasskeyForm(PasskeyForm):
    """The same, where somebody who is signed in confirms that it is he."""

    reauthenticated = True


class PasskeyLoginForm(LoginWebAuthnForm):
    """Signing in by a passkey alone: the device has asked for finger, face or PIN."""

    credential = AnswerField()

    def clean_credential(self) -> Authenticator:
        try:
            found: Authenticator = super().clean_credential()
        except MALFORMED as error:
            raise ValidationError(say("factor.passkey")) from error
        return found


class AddPasskeyForm(AddWebAuthnForm):
    """A new passkey; whatever a browser sends, it is an answer and no error of ours."""

    credential = AnswerField()
    name = forms.CharField(label=_("Name"), required=False, max_length=60)
    passwordless = forms.BooleanField(
        label=_("Sign in with it alone, without a password"),
        initial=True,
        required=False,
        help_text=_(
            "It then asks for finger, face or PIN each time. Leave it out for a simple security key."
        ),
    )

    def clean(self) -> dict[str, Any]:
        try:
            return dict(super().clean())
        except MALFORMED as error:
            raise ValidationError(say("factor.passkey")) from error


class RenamePasskeyForm(EditWebAuthnForm):
    """What its owner calls it."""

    name = forms.CharField(label=_("Name"), max_length=60)


class ActivateForm(forms.Form):
    """A new app proves that it has the secret; until then the session keeps that under the vault's lock."""

    code = forms.CharField(
        label=_("Code that the app shows now"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "dir": "ltr"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)
        session = context.request.session
        if not self.is_bound or totp.SECRET_SESSION_KEY not in session:
            session[totp.SECRET_SESSION_KEY] = vault.lock(totp.generate_totp_secret())
        self.secret = vault.unlock(session[totp.SECRET_SESSION_KEY])

    def clean_code(self) -> str:
        code = "".join(str(self.cleaned_data["code"]).split())
        if not totp.validate_totp_code(self.secret, code):
            raise ValidationError(say("factor.wrong"))
        return code


def accepted(try_it: Any) -> Authenticator:
    """What is accepted; a refusal becomes the error of the field."""
    try:
        found: Authenticator = try_it()
    except FactorRefused as refused:
        raise ValidationError(say(refused.code, refused.params)) from refused
    return found
