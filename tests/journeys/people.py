"""People at their screens: each with a browser profile, a size of text and a way to sign in."""

import base64
import hmac
import re
import time
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

from tests.journeys.stack import Stack

PHONE, DESKTOP = (360, 740), (1280, 800)
BORN_ON = ("1960", "3", "5")
TOTP_PERIOD = 30
SAID_OF_A_REFUSAL = re.compile(r"Failed to load resource: .* status of (4\d\d|50\d)")


def _six_digits(secret: str, counter: int) -> str:
    """The code of a counter, by RFC 4226, as any authenticator works it out."""
    digest = hmac.digest(base64.b32decode(secret), counter.to_bytes(8, "big"), "sha1")
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start : start + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"


class Person:
    """Somebody at a screen. Whatever the browser complains of is written down."""

    def __init__(
        self,
        stack: Stack,
        chromium: Browser,
        *,
        window: tuple[int, int],
        size: str,
        **options: Any,
    ) -> None:
        self.stack = stack
        self.complaints: list[str] = []
        self.runs_script: bool = options.get("java_script_enabled", True)
        width, height = window
        self.context: BrowserContext = chromium.new_context(
            base_url=stack.url,
            viewport={"width": width, "height": height},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            **options,
        )
        self.context.set_default_timeout(20_000)
        self.read_at(size)
        self.context.on("console", self._note)
        self.context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        self.context.on("request", self._see_where)
        self.page: Page = self.context.new_page()

    def read_at(self, size: str) -> None:
        """Choose a size of text, as the buttons in the head do."""
        self.context.add_cookies([{"name": "text_size", "value": size, "url": self.stack.url}])

    def goto(self, path: str) -> Page:
        """Open a page of ours."""
        self.page.goto(path, wait_until="load")
        return self.page

    def press(self, action: str) -> Page:
        """Press the one button of the form that leads to an address ending in ``action``."""
        self.page.locator(f'form[action$="{action}"] button').first.click()
        return self.page

    def follow(self, address: str) -> Page:
        """Follow the link of the main text that leads to ``address``, whatever it asks for."""
        self.page.locator(f'main a[href="{address}"], main a[href^="{address}?"]').first.click()
        return self.page

    def status_of(self, path: str) -> int:
        """Return what a file answers to this person's browser."""
        return self.context.request.get(path).status

    def at(self, pattern: str) -> int:
        """Wait for an address of this pattern; return the number in it, or 0."""
        self.page.wait_for_url(re.compile(pattern))
        number = re.search(pattern, self.page.url)
        return int(number[1]) if number and number.lastindex else 0

    def sign_in_by_phone(self, phone: str) -> None:
        """Ask for a code, read it in the SMS, write it in."""
        if "/accounts/login/code/" not in self.page.url:
            self.goto("/accounts/login/code/")
        self.stack.forget_tries()
        seen = len(self.stack.messages())
        self._write_and_send("phone", phone)
        self.page.wait_for_url("**/accounts/login/code/confirm/")
        code = re.search(r"\d{6}", self.stack.message(phone, "验证码", after=seen))
        assert code is not None
        self._write_and_send("code", code[0])
        self.page.wait_for_url(lambda url: "/accounts/login/" not in url)

    def say_who_one_is(self, name: str) -> None:
        """A number that nobody knows yet: name, sex, birthday and school, once."""
        self.at(r"/my/about-me/")
        self.page.fill("[name=name]", name)
        self.page.locator("[name=sex][value=m]").check()
        for part, value in zip(("year", "month", "day"), BORN_ON, strict=True):
            self.page.fill(f"[name$=_{part}]", value)
        self.page.locator("[name=unit]").first.check()
        self.press("/my/about-me/")

    def sign_in_as_staff(self, account: dict[str, str]) -> None:
        """User name and password, then the six digits of the authenticator."""
        if "/accounts/login/" not in self.page.url:
            self.goto("/accounts/login/")
        self.page.fill("[name=login]", account["username"])
        self._write_and_send("password", account["password"])
        self.page.wait_for_url("**/accounts/2fa/authenticate/**")
        self._write_and_send("code", self._code_of(account["totp_secret"]))
        self.page.wait_for_url(lambda url: "/accounts/" not in url)

    def _write_and_send(self, name: str, value: str) -> None:
        """Fill the last field of a form and press the button of that form."""
        field = self.page.locator(f"[name={name}]")
        field.fill(value)
        self.page.locator("form", has=field).locator("button").first.click()

    def seen(self) -> str:
        """What stands on this person's screen, for whoever reads why a journey failed."""
        if self.page.is_closed():
            return "(closed)"
        words = self.page.locator("body").inner_text(timeout=2_000)
        return f"{self.page.url}\n{' / '.join(words.split())[:1500]}"

    def _code_of(self, secret: str) -> str:
        """What the authenticator shows. A code counts once: the next one is taken then."""
        counter = max(int(time.time()) // TOTP_PERIOD, self.stack.codes_shown.get(secret, -1) + 1)
        self.stack.codes_shown[secret] = counter
        return _six_digits(secret, counter)

    def _note(self, line: ConsoleMessage) -> None:
        if line.type == "error" and not SAID_OF_A_REFUSAL.match(line.text):
            self.complaints.append(f"{self.page.url}: {line.text}")

    def _see_where(self, request: Request) -> None:
        parts = urlsplit(request.url)
        ours = {urlsplit(self.stack.url).netloc, urlsplit(self.stack.pays_at).netloc}
        if parts.scheme in {"http", "https"} and parts.netloc not in ours:
            self.complaints.append(f"asked another house: {request.url}")


class People:
    """Everybody in one test."""

    def __init__(self, stack: Stack, chromium: Browser) -> None:
        self.stack = stack
        self._chromium = chromium
        self._here: list[Person] = []

    def somebody(
        self, *, window: tuple[int, int] = PHONE, size: str = "standard", **options: Any
    ) -> Person:
        """Somebody whom the product does not know yet."""
        person = Person(self.stack, self._chromium, window=window, size=size, **options)
        self._here.append(person)
        return person

    def signed_in(self, name: str, **options: Any) -> Person:
        """Somebody of the demo; who was here before need not sign in again."""
        cookies = self.stack.signed_in.get(name)
        person = self.somebody(**options)
        if cookies is not None:
            person.context.add_cookies(cookies)
            return person
        account = self.stack.account(name)
        if "username" in account:
            person.goto("/accounts/login/")
            person.sign_in_as_staff(account)
        else:
            person.sign_in_by_phone(account["phone"])
        cookies = [one for one in person.context.cookies() if one["name"] != "text_size"]
        self.stack.signed_in[name] = cookies
        return person

    def complaints(self) -> list[str]:
        """What the browsers of all of them complained of."""
        return [said for person in self._here for said in person.complaints]

    def screens(self) -> list[str]:
        """What stands on the screens of all of them."""
        return [person.seen() for person in self._here]

    def go_home(self) -> None:
        """Close everybody's browser."""
        for person in self._here:
            person.context.close()
        self._here.clear()
