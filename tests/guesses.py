"""A code that is certainly wrong."""

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.utils import decrypt

from approvals.factors import TOTP
from registry.models import User


def wrong_code(person: User) -> str:
    """Six figures that are no code of the person's app at this moment, which "000000" is one time in 300,000."""
    secret = decrypt(Authenticator.objects.get(user=person, type=TOTP).data["secret"])
    right = {format_hotp_value(hotp_value(secret, counter)) for counter in yield_hotp_counters_from_time()}
    return next(code for code in map("{:06}".format, range(len(right) + 1)) if code not in right)
