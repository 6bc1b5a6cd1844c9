"""The stand-in for Stripe as a process: what it keeps, whom it tells, and its page of payment."""

import json
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import psycopg
import pytest
import requests
import stripe
from playwright.sync_api import sync_playwright

from config import env
from config.embedded import programs
from config.embedded.standin import StandInRefused, ThrowawayStripe, throwaway_stripe
from config.standins.stripe.clock import Clock, ProductClock
from config.standins.stripe.switches import Switches

WHAT = "青澜老年大学 <b>学费</b>"
REQUEST = {
    "mode": "payment",
    "line_items": [
        {
            "price_data": {
                "currency": "cny", "unit_amount": 36000, "product_data": {"name": WHAT},
            },
            "quantity": 1,
        }
    ],
    "payment_method_options": {"wechat_pay": {"client": "web"}},
    "client_reference_id": "an order",
}  # fmt: skip


@pytest.fixture(scope="module")
def process():
    with throwaway_stripe() as standin:
        yield standin


@pytest.fixture
def standin(process):
    process.reset()
    return process


def client(standin):
    return stripe.StripeClient(standin.key, base_addresses={"api": standin.url})


def open_page(standin, **more):
    back = f"{standin.url}/_standin/alive"
    request = REQUEST | {"success_url": f"{back}?paid", "cancel_url": f"{back}?not"} | more
    return client(standin).v1.checkout.sessions.create(request)


def get(url):
    answer = requests.get(url, timeout=10)
    return answer.text, answer.headers


# What it keeps.


def test_it_knows_after_a_restart_what_it_knew_before(standin):
    page = open_page(standin)
    standin.pay(page.id)
    key = {"idempotency_key": "refund:1"}
    payment = client(standin).v1.checkout.sessions.retrieve(page.id).payment_intent
    refund = client(standin).v1.refunds.create({"payment_intent": payment}, key)

    standin.stop()
    standin.start()

    again = client(standin).v1.checkout.sessions.retrieve(page.id)
    assert (again.status, again.payment_status) == ("complete", "paid")
    assert client(standin).v1.refunds.create({"payment_intent": payment}, key).id == refund.id


def test_a_kill_in_the_middle_of_a_line_loses_that_line_only(standin):
    kept = open_page(standin)
    standin.stop()
    with (standin._folder / "state.jsonl").open("a") as file:
        file.write('{"object": "checkout.session", "id": "cs_te')
    standin.start()
    assert client(standin).v1.checkout.sessions.retrieve(kept.id).status == "open"


def test_it_moves_with_the_clock_of_the_product():
    url = env.text("DATABASE_OWNER_URL")
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute("CREATE SCHEMA another_clock")
        try:
            owner.execute("CREATE TABLE another_clock.accounts_clockoffset (seconds bigint)")
            owner.execute("INSERT INTO another_clock.accounts_clockoffset VALUES (86400)")
            product = ProductClock(f"{url}?options=-c%20search_path%3Danother_clock")
            assert abs(Clock(product).now() - time.time() - 86400) < 2
            product.close()
        finally:
            owner.execute("DROP SCHEMA another_clock CASCADE")


def test_a_product_whose_database_is_away_leaves_the_clock_as_it_was():
    assert ProductClock("postgresql://nobody@127.0.0.1:1/none")() == 0


# Who may ask, and where it runs.


def test_its_switches_are_not_for_strangers(standin):
    stranger = ThrowawayStripe(standin._folder)
    stranger.port, stranger.key = standin.port, "sk_test_guessed"
    with pytest.raises(StandInRefused, match="Invalid API Key"):
        stranger.switch(away=True)


def test_a_switch_that_does_not_exist_is_refused(standin):
    with pytest.raises(StandInRefused, match="no switch sloow"):
        standin.switch(sloow=3)
    with pytest.raises(StandInRefused, match="no action"):
        standin.control("dance")


def test_a_reset_switches_everything_off():
    switches = Switches()
    switches.turn(away=True, lose=3, on="refunds")
    switches.reset()
    assert switches == Switches()


def test_a_city_in_service_does_not_start_it():
    done = subprocess.run(
        [sys.executable, "-m", "config.standins.stripe", "--port", "1"],
        cwd=env.ROOT,
        env={"DJANGO_SETTINGS_MODULE": "config.settings.production", "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "does without it" in done.stderr


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"STRIPE_SECRET_KEY": "sk_live_1", "STRIPE_API_BASE": "http://127.0.0.1:1"}, "elsewhere"),
        ({"STRIPE_SECRET_KEY": "sk_live_1"}, "STRIPE_WEBHOOK_SECRETS is not set"),
        ({"STRIPE_SECRET_KEY": "sk_test_1", "STRIPE_WEBHOOK_SECRETS": "whsec_1"}, "for tests"),
        ({"STRIPE_SECRET_KEY": "sk_live_1", "STRIPE_WEBHOOK_SECRETS": "whsec_1"}, ""),
        ({}, ""),
    ],
)
def test_a_city_in_service_pays_at_stripe_or_not_at_all(settings, said):
    needed = ("SECRET_KEY", "DATABASE_URL", "REDIS_URL", "VAR_DIR")
    production = {
        "ALLOWED_HOSTS": "university.example", "SITE_URL": "https://university.example",
        "SMS_BACKEND": "accounts.gateways.outbox.OutboxGateway", "PATH": "",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", "import config.settings.production"],
        cwd=env.ROOT,
        env={name: env.text(name) for name in needed} | production | settings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, said in done.stderr) == (1 if said else 0, True)


# Whom it tells.


class Listener:
    """The product's door for notifications: writes down what comes, answers as it is told."""

    def __init__(self):
        self.heard = []
        self.answers = []
        listener = self

        class Door(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                listener.heard.append((body, self.headers["Stripe-Signature"]))
                self.send_response(listener.answers.pop(0) if listener.answers else 200)
                self.end_headers()

            def log_message(self, *args):
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/pay/events/"

    def types(self, count, patience=10.0):
        """The kinds of the first notifications, once that many have come."""
        until = time.monotonic() + patience
        while len(self.heard) < count and time.monotonic() < until:
            time.sleep(0.02)
        return [json.loads(body)["type"] for body, _signature in self.heard[:count]]


@contextmanager
def _listening():
    listener = Listener()
    thread = threading.Thread(target=listener.server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield listener
    finally:
        listener.server.shutdown()
        listener.server.server_close()
        thread.join()


@pytest.fixture
def listener(standin):
    with _listening() as listener:
        standin.notify(listener.url)
        yield listener
        standin.notify("")


PAID = ["charge.succeeded", "payment_intent.succeeded", "checkout.session.completed"]


def is_theirs(standin, body, signature):
    try:
        stripe.Webhook.construct_event(body, signature, standin.secret)
    except stripe.SignatureVerificationError:
        return False
    return True


def test_what_happens_is_told_signed_and_in_order(standin, listener):
    standin.pay(open_page(standin).id)
    assert listener.types(3) == PAID
    assert all(is_theirs(standin, *heard) for heard in listener.heard)


def test_it_tells_again_until_somebody_says_that_he_has_it(standin, listener):
    listener.answers = [500]
    page = open_page(standin)
    client(standin).v1.checkout.sessions.expire(page.id)
    assert listener.types(2) == ["checkout.session.expired"] * 2
    assert listener.heard[0][0] == listener.heard[1][0]


def test_what_was_not_told_before_a_restart_is_told_after_it(standin, listener):
    standin.switch(hold=True)
    standin.pay(open_page(standin).id)
    standin.stop()
    assert listener.heard == []
    standin.start()
    assert listener.types(3) == PAID


def test_it_may_tell_late_and_the_last_first(standin, listener):
    standin.switch(hold=True, backwards=True)
    standin.pay(open_page(standin).id)
    standin.switch(hold=False)
    assert listener.types(3) == PAID[::-1]


def test_it_may_tell_everything_three_times(standin, listener):
    standin.switch(repeat=2)
    standin.pay(open_page(standin).id)
    assert listener.types(9) == [kind for kind in PAID for _time in range(3)]


def test_forged_and_stale_notifications_are_just_that(standin, listener):
    standin.switch(forged=True)
    client(standin).v1.checkout.sessions.expire(open_page(standin).id)
    listener.types(2)
    assert [is_theirs(standin, *heard) for heard in listener.heard] == [False, True]

    standin.switch(forged=False, stale=True)
    client(standin).v1.checkout.sessions.expire(open_page(standin).id)
    listener.types(3)
    assert not is_theirs(standin, *listener.heard[2])


def test_its_log_names_nobody(standin):
    page = open_page(standin, metadata={"who": "王秀英"})
    get(page.url)
    standin.pay(page.id)
    assert "王秀英" not in standin.said()
    assert "学费" not in standin.said()


# Its page of payment.


def test_the_page_brings_nothing_from_elsewhere_and_runs_nothing(standin):
    page = open_page(standin)
    html, headers = get(page.url)
    assert "<script" not in html
    assert "<b>学费" not in html
    assert "360.00 元" in html
    assert headers["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action 'self' {standin.url}"
    )


def test_a_page_that_is_over_says_so_and_takes_nothing(standin):
    page = open_page(standin)
    client(standin).v1.checkout.sessions.expire(page.id)
    assert "已经过期，没有扣钱" in get(page.url)[0]
    pressed = requests.post(page.url, data={"do": "pay", "way": "card"}, timeout=10)
    assert "已经过期" in pressed.text
    assert client(standin).v1.checkout.sessions.retrieve(page.id).status == "expired"


@pytest.mark.browser
def test_somebody_pays_with_a_telephone(standin):
    """Declined, then another way; then one who does not want to; then one whose money is slow."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=programs.chromium(), args=["--no-sandbox"]
        )
        phone = browser.new_page(viewport={"width": 360, "height": 780})
        complaints = []
        phone.on("console", lambda line: complaints.append(line.text))

        page = open_page(standin)
        phone.goto(page.url)
        assert phone.evaluate("document.documentElement.scrollWidth") == 360
        phone.get_by_text("试一试别的情形").click()
        phone.get_by_role("button", name="银行不同意").click()
        assert "没有扣钱" in phone.get_by_role("alert").inner_text()
        phone.get_by_label("支付宝").check()
        phone.get_by_role("button", name="付款", exact=True).click()
        phone.wait_for_url("**?paid")
        phone.goto(page.url)
        assert "已经付过" in phone.inner_text("main")

        unwilling = open_page(standin)
        phone.goto(unwilling.url)
        phone.get_by_role("button", name="不付了").click()
        phone.wait_for_url("**?not")
        assert client(standin).v1.checkout.sessions.retrieve(unwilling.id).status == "open"

        slow = open_page(standin)
        phone.goto(slow.url)
        phone.get_by_text("试一试别的情形").click()
        phone.get_by_role("button", name="钱过一会儿才到").click()
        phone.wait_for_url("**?paid")
        seen = client(standin).v1.checkout.sessions.retrieve(slow.id)
        assert (seen.status, seen.payment_status) == ("complete", "unpaid")
        assert complaints == []
        browser.close()


# Many at once.


def at_once(*acts):
    """What each of the acts returned or raised, all of them begun in one moment."""
    together = threading.Barrier(len(acts))

    def act(one):
        together.wait()
        try:
            return one()
        except (stripe.StripeError, StandInRefused) as refused:
            return refused

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(act, acts))


def test_sixteen_at_once_with_one_key_open_one_page(standin):
    request = REQUEST | {"success_url": f"{standin.url}/_standin/alive"}
    key = {"idempotency_key": "order:1:1"}
    ours = client(standin)
    pages = at_once(*[lambda: ours.v1.checkout.sessions.create(request, key)] * 16)
    assert len({page.id for page in pages}) == 1
    assert len(ours.v1.checkout.sessions.list().data) == 1


def test_a_page_is_closed_or_paid_but_never_both(standin):
    for _time in range(10):
        page = open_page(standin)
        close = client(standin).v1.checkout.sessions.expire
        outcomes = at_once(lambda: close(page.id), lambda: standin.pay(page.id))  # noqa: B023
        refused = [one for one in outcomes if isinstance(one, Exception)]
        seen = client(standin).v1.checkout.sessions.retrieve(page.id)
        assert len(refused) == 1
        assert (seen.status, seen.payment_status) in {("complete", "paid"), ("expired", "unpaid")}
