"""A passkey, set up and used in a real browser with a virtual authenticator."""

import pytest
from playwright.sync_api import sync_playwright

from accounts import clock, services
from accounts.models import StaffPost
from config.embedded import programs
from tests.factories.accounts import StaffFactory
from tests.factories.times import TODAY

PASSWORD = "correct horse battery staple"


@pytest.fixture
def page(live_server):
    """A page of a browser that has a fingerprint reader, at http://localhost (a secure origin)."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=programs.chromium(), args=["--no-sandbox", "--disable-gpu"]
        )
        address = live_server.url.replace("127.0.0.1", "localhost")
        page = chromium.new_context(base_url=address, locale="zh-CN").new_page()
        devtools = page.context.new_cdp_session(page)
        devtools.send("WebAuthn.enable")
        devtools.send(
            "WebAuthn.addVirtualAuthenticator",
            {
                "options": {
                    "protocol": "ctap2",
                    "transport": "internal",
                    "hasResidentKey": True,
                    "hasUserVerification": True,
                    "isUserVerified": True,
                    "automaticPresenceSimulation": True,
                }
            },
        )
        yield page
        chromium.close()


@pytest.fixture
def editor(transactional_db):
    clock.set_to(TODAY)
    user = StaffFactory(post__role=StaffPost.Role.EDITOR)
    services.grant_post(
        user=user, unit=user.posts.get().unit, role=StaffPost.Role.EDITOR, at=TODAY
    )
    return user


@pytest.mark.browser
@pytest.mark.threads
def test_staff_set_up_a_passkey_and_sign_in_with_it_alone(editor, page):
    complaints = []
    page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))

    page.goto("/accounts/login/")
    page.fill("[name=login]", editor.username)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url("/accounts/2fa/")
    page.goto("/accounts/2fa/passkeys/add/")
    page.click("#mfa_webauthn_add")
    page.wait_for_url("/accounts/2fa/recovery-codes/")
    page.goto("/admin/")
    assert page.url.endswith("/admin/")

    page.context.clear_cookies()
    page.goto("/admin/")
    assert "/accounts/login/" in page.url
    page.click("#passkey_login")
    page.wait_for_url("/admin/")
    assert complaints == []

    page.context.clear_cookies()
    page.goto("/accounts/login/")
    page.fill("[name=login]", editor.username)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url("/accounts/2fa/authenticate/")
    page.click("#mfa_webauthn_authenticate")
    page.wait_for_url("/admin/")
