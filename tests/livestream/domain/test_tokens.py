import base64
import subprocess
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livestream.domain import tokens
from livestream.domain.tokens import Front, Grant, Signer, TokenRefused

SECRET = b"a secret of thirty-two bytes, say"
NOON = 1_800_000_000.0
GRANT = Grant(
    asset="0a" * 16, generation=3, audience="00112233445566ff", expires=tokens.expiry(NOON)
)


def path(file="master.m3u8", at=NOON, grant=GRANT, secret=SECRET, **more):
    return Signer(secret, **more).path_for(grant, file, at=at)


def refused(asked, at=NOON, secret=SECRET, series=0):
    with pytest.raises(TokenRefused) as refusal:
        tokens.read(asked, at=at, secret=secret, series=series)
    return "expired" if refusal.value.expired else "refused"


@pytest.mark.parametrize("file", ["master.m3u8", "v720/00012.m4s", "audio/init.mp4", "poster.jpg"])
def test_a_path_we_made_is_understood(file):
    assert tokens.read(path(file), at=NOON, secret=SECRET) == (GRANT, file)


def test_every_file_beside_the_master_is_reached_by_the_same_signature():
    base = path().rsplit("/", 1)[0]
    assert tokens.read(f"{base}/v360/00001.m4s", at=NOON, secret=SECRET)[1] == "v360/00001.m4s"


def test_a_right_lives_four_hours_and_a_little():
    assert GRANT.expires - NOON >= 4 * 3600
    assert GRANT.expires - NOON < 4 * 3600 + 600
    asked = path()
    tokens.read(asked, at=GRANT.expires + 100, secret=SECRET)
    assert refused(asked, at=GRANT.expires + 121) == "expired"


def test_a_key_dies_after_its_second_day_whatever_the_path_says():
    forever = Grant(GRANT.asset, 1, GRANT.audience, int(NOON) + 10**8)
    asked = path(grant=forever)
    tokens.read(asked, at=NOON + 86_400, secret=SECRET)
    assert refused(asked, at=NOON + 2 * 86_400) == "expired"


def test_another_secret_ends_every_path():
    assert refused(path(), secret=b"another") == "refused"


@pytest.mark.parametrize("place", [2, 3, 4, 5, 6, 7])
@pytest.mark.parametrize("grows", [False, True])
def test_no_part_of_the_path_can_be_changed(place, grows):
    parts = path(grant=replace(GRANT, grows=grows)).split("/")
    digit = "1" if parts[place][-1] != "1" else "2"
    parts[place] = parts[place][:-1] + digit
    assert refused("/".join(parts)) == "refused"


def test_a_path_says_whether_its_lists_grow_and_nobody_else_can():
    growing = replace(GRANT, grows=True)
    assert tokens.read(path(grant=growing), at=NOON, secret=SECRET)[0] == growing
    closes = f"/{GRANT.expires + tokens.LEEWAY_SECONDS}"
    assert f"{closes}g/" in path(grant=growing)
    assert refused(path(grant=growing).replace(f"{closes}g/", f"{closes}/")) == "refused"
    assert refused(path().replace(f"{closes}/", f"{closes}g/")) == "refused"


def test_keys_given_up_end_every_path_and_their_successors_open():
    before, after = path(), path(series=1)
    assert refused(before, series=1) == "expired"
    assert tokens.read(after, at=NOON, secret=SECRET, series=1)[0] == GRANT
    assert refused(after, series=0) == "expired"  # one that has not heard of it yet


def test_each_front_understands_its_own_paths_alone():
    of_nginx = path(front=Front.NGINX)
    assert of_nginx.startswith("/v/n")
    assert refused(of_nginx) == "refused"
    assert refused(of_nginx.replace("/v/n", "/v/d")) == "refused"


def test_a_path_for_nginx_is_signed_as_its_module_does():
    # Worked out by hand with the module's own recipe: openssl md5 -binary | base64, = gone.
    said = path(front=Front.NGINX).split("/")
    (key,) = [
        key
        for kid, key in tokens.keys_for_nginx(NOON, secret=SECRET, series=0).items()
        if kid == said[2]
    ]
    claims = "/".join([*said[2:5], *said[6:8]])
    digest = subprocess.run(
        ["openssl", "md5", "-binary"],
        input=f"{claims} {key}".encode(),
        capture_output=True,
        check=True,
    ).stdout
    assert said[5] == base64.urlsafe_b64encode(digest).decode().rstrip("=")
    assert len(bytes.fromhex(key)) * 8 == 128


@given(st.floats(0, 1), st.floats(60, 4 * 3600 + 600))
def test_players_renew_spread_before_their_right_runs_out(chance, life):
    assert 0.72 * life - 1 <= tokens.renewal(NOON, NOON + life, chance) <= 0.8 * life + 1


def test_a_path_signed_before_midnight_is_good_after_it_and_new_keys_are_known_beforehand():
    midnight = (NOON // 86_400 + 1) * 86_400
    asked = path(at=midnight - 1, grant=replace(GRANT, expires=tokens.expiry(midnight - 1)))
    tokens.read(asked, at=midnight + 4 * 3600, secret=SECRET)
    yesterday, today, tomorrow = tokens.keys_for_nginx(midnight - 1, secret=SECRET, series=0)
    assert list(tokens.keys_for_nginx(midnight, secret=SECRET, series=0))[:2] == [today, tomorrow]
    assert len({yesterday, today, tomorrow}) == 3


@pytest.mark.parametrize(
    "file",
    [
        "../2/master.m3u8",
        "..",
        ".hidden",
        "v720/../../../secret.txt",
        "v720//00001.m4s",
        "%2e%2e/master.m3u8",
        "v720/00001.m4s\n",
        "v720/00001.m4s\0.jpg",
        "v720\\00001.m4s",
        "v720/deep/00001.m4s",
        "",
        "v720/",
        "māster.m3u8",
    ],
)
def test_only_names_that_we_make_are_understood(file):
    assert refused(path().removesuffix("master.m3u8") + file) == "refused"


@given(st.text(max_size=300))
def test_no_text_whatever_breaks_the_reader(text):
    assert refused("/v/" + text) == "refused"
