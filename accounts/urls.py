"""The doors of this floor. allauth's views stand here one by one: what is not listed is shut.

Not listed, on purpose: sign-up (an account begins with the first right code), e-mail, password
reset (staff go to the office), allauth's own code and phone pages (their counters race).
"""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.usersessions import views as usersessions
from django.urls import include, path

from accounts.views import demo, factors, inbound, passwords, people, sign_in
from accounts.views.sign_in import door

_own = [
    path("my/", people.show_me, name="me"),
    path("my/about-me/", people.describe_me, name="about-me"),
    path("my/who/", people.choose_learner, name="choose-learner"),
    path("my/card/", people.show_card, name="show-card"),
    path("my/phone/", sign_in.change_phone, name="change-phone"),
    path("my/phone/prove/", sign_in.prove_phone, name="prove-phone"),
    path("my/helpers/", people.list_helpers, name="list-helpers"),
    path("my/helpers/add/", people.add_helper, name="add-helper"),
    path("my/helpers/<int:grant_id>/end/", people.end_helper, name="end-helper"),
    path("my/helping/stop/", people.stop_helping, name="stop-helping"),
    path("accounts/login/code/again/", sign_in.send_again, name="send-code-again"),
]

_factor = [
    path("", mfa.index, name="mfa_index"),
    path("authenticate/", door(mfa.authenticate), name="mfa_authenticate"),
    path("reauthenticate/", door(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("totp/activate/", door(factors.activate_totp), name="mfa_activate_totp"),
    path("totp/deactivate/", door(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path(
        "recovery-codes/", door(recovery_codes.view_recovery_codes), name="mfa_view_recovery_codes"
    ),
    path(
        "recovery-codes/generate/",
        door(recovery_codes.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "recovery-codes/download/",
        door(recovery_codes.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
    path("passkeys/", webauthn.list_webauthn, name="mfa_list_webauthn"),
    path("passkeys/add/", door(factors.add_passkey), name="mfa_add_webauthn"),
    path("passkeys/login/", door(webauthn.login_webauthn), name="mfa_login_webauthn"),
    path(
        "passkeys/reauthenticate/",
        door(webauthn.reauthenticate_webauthn),
        name="mfa_reauthenticate_webauthn",
    ),
    path("passkeys/<int:pk>/", door(webauthn.edit_webauthn), name="mfa_edit_webauthn"),
    path("passkeys/<int:pk>/remove/", door(webauthn.remove_webauthn), name="mfa_remove_webauthn"),
]

urlpatterns = [
    path("", include((_own, "accounts"))),
    path("demo/sms/", demo.show_messages, name="demo-sms"),
    path("sms/inbound/", inbound.receive_sms, name="sms-inbound"),
    path("accounts/login/", door(account.login), name="account_login"),
    path("accounts/login/code/", sign_in.ask_for_code, name="account_request_login_code"),
    path("accounts/login/code/confirm/", sign_in.confirm_code, name="account_confirm_login_code"),
    path("accounts/logout/", account.logout, name="account_logout"),
    path("accounts/inactive/", account.account_inactive, name="account_inactive"),
    path("accounts/reauthenticate/", door(account.reauthenticate), name="account_reauthenticate"),
    path("accounts/password/", passwords.change_password, name="account_change_password"),
    path("accounts/sessions/", door(usersessions.list_usersessions), name="usersessions_list"),
    path("accounts/2fa/", include(_factor)),
]
