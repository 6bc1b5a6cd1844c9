import pytest
from hypothesis import given
from hypothesis import strategies as st

from livestream.domain import tokens
from livestream.domain.tokens import Grant, TokenRefused

SECRET = b"a secret of thirty-two bytes, say"
NOON = 1_800_000_000.0
GRANT = Grant(
    asset="0a" * 16, generation=3, audience="00112233445566ff", expires=tokens.expiry(NOON)
)


def path(file="master.m3u8", at=NOON, grant=GRANT, secret=SECRET):
    return tokens.path_for(grant, file, at=at, secret=secret)


def refused(asked, at=NOON, secret=SECRET):
    with pytest.raises(TokenRefused) as refusal:
        tokens.read(asked, at=at, secret=secret)
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
def test_no_part_of_the_path_can_be_changed(place):
    parts = path().split("/")
    digit = "1" if parts[place][-1] != "1" else "2"
    parts[place] = parts[place][:-1] + digit
    assert refused("/".join(parts)) == "refused"


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
