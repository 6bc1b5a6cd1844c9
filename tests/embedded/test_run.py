"""./run as a whole: it starts, it ends, it survives, and it never leaves anything behind."""

import os
import re
import signal
import stat
import time
from urllib.request import urlopen

import psycopg

from config.embedded import keys
from config.embedded.services import throwaway_postgres, throwaway_valkey
from config.embedded.shim import descendants

SOON = 6.0


def _named(run, *words: str) -> list[int]:
    """Processes below ``run`` whose command line holds all the words."""
    found = []
    for pid in descendants(run.pid):
        line = _line(pid)  # empty for one that has just ended
        if all(word in line for word in words) and "shim.py" not in line:
            found.append(pid)
    return found


def _page(house) -> str:
    with urlopen(f"http://127.0.0.1:{house.port}/") as answer:
        return answer.read().decode()


def test_run_ends_in_ready_and_ctrl_c_leaves_nothing(small_house):
    run, said = small_house.start_until_ready()

    assert said.splitlines()[-1] == f"ready: http://127.0.0.1:{small_house.port}/"
    assert _page(small_house).startswith("postgresql://app:")
    run.send_signal(signal.SIGINT)
    assert run.wait(15) == 0
    assert small_house.processes() == set()


def test_killed_supervisor_leaves_nothing_and_the_next_start_finds_its_data(small_house):
    run, first = small_house.start_until_ready()
    owner = keys.read(small_house.var / "environment")["DATABASE_OWNER_URL"]
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (line text)")
        connection.execute("INSERT INTO kept VALUES ('committed')")
    run.kill()
    run.wait()

    assert small_house.is_empty_within(SOON)

    began = time.monotonic()
    _, second = small_house.start_until_ready()
    assert time.monotonic() - began < 15
    assert ("demo city" in first, "demo city" in second) == (True, False)
    assert re.search(r"^  tables .* unchanged$", second, re.MULTILINE)
    again = keys.read(small_house.var / "environment")["DATABASE_OWNER_URL"]
    assert again == owner
    with psycopg.connect(again) as connection:
        assert connection.execute("SELECT line FROM kept").fetchall() == [("committed",)]


def test_start_right_after_a_kill_waits_for_the_leftovers(small_house):
    run, _ = small_house.start_until_ready()
    run.kill()
    run.wait()

    small_house.start_until_ready()


def test_killed_child_is_started_again_and_its_own_children_go_with_it(small_house):
    run, _ = small_house.start_until_ready()
    before = set(_named(run, "granian"))
    shims = [pid for pid in descendants(run.pid) if "granian" in _line(pid)]
    os.kill(shims[0], signal.SIGKILL)  # the hardest case: the shim itself

    until = time.monotonic() + 15
    while time.monotonic() < until:
        now = set(_named(run, "granian"))
        if now and not now & before and _answers(small_house):
            break
        time.sleep(0.1)
    assert _answers(small_house)
    assert not set(_named(run, "granian")) & before


def _line(pid: int) -> str:
    try:
        with open(f"/proc/{pid}/cmdline") as file:
            return file.read()
    except OSError:
        return ""


def _answers(house) -> bool:
    try:
        return bool(_page(house))
    except OSError:
        return False


def test_second_run_on_the_same_folder_says_so(small_house):
    first, _ = small_house.start_until_ready()
    second = small_house.start(PORT="31999")

    said, _ = second.communicate(timeout=15)
    assert second.returncode == 1
    assert f"./run already works on {small_house.var} (process {first.pid})" in said
    assert _answers(small_house)


def test_taken_port_is_named_with_the_way_out(small_house, tcp_listener):
    run = small_house.start(PORT=str(tcp_listener))

    said, _ = run.communicate(timeout=15)
    assert run.returncode == 1
    assert said.strip() == (
        f"Port {tcp_listener} is taken by another program. Choose a free one: PORT=8001 ./run"
    )


def test_secrets_are_readable_by_their_owner_alone(small_house):
    small_house.start_until_ready()

    modes = {
        name: stat.S_IMODE((small_house.var / name).stat().st_mode)
        for name in ("secrets", "environment", "valkey/valkey.conf")
    }
    assert modes == dict.fromkeys(modes, 0o600)
    assert stat.S_IMODE((small_house.var / "postgres").stat().st_mode) == 0o700
    known = keys.read(small_house.var / "secrets")
    assert len(set(known.values())) == len(known) == len(keys.SECRETS)
    assert all(len(secret) >= 32 for secret in known.values())


def test_other_major_version_is_refused_with_the_way_out(small_house):
    run, _ = small_house.start_until_ready()
    run.send_signal(signal.SIGTERM)
    run.wait(15)
    data = small_house.var / "postgres"
    (data / "PG_VERSION").write_text("17\n")

    said, _ = small_house.start().communicate(timeout=15)

    assert f"The database in {data} was made by PostgreSQL 17, but " in said
    assert "Start with PG_BIN=<the bin folder of PostgreSQL 17>" in said


def test_one_database_address_without_the_other_is_refused(small_house):
    run = small_house.start(DATABASE_URL="postgresql://app@127.0.0.1/x")

    said, _ = run.communicate(timeout=15)
    assert run.returncode == 1
    assert "DATABASE_URL (role app) and DATABASE_OWNER_URL (role owner) belong together" in said


def test_given_servers_are_used_and_none_is_started(small_house):
    with throwaway_postgres() as database, throwaway_valkey() as valkey:
        given = {
            "DATABASE_URL": database.url("app"),
            "DATABASE_OWNER_URL": database.url("owner"),
            "REDIS_URL": valkey.url(),
        }
        _, said = small_house.start_until_ready(**given)

        assert _page(small_house) == given["DATABASE_URL"]
        assert ("PostgreSQL" in said, "Valkey" in said) == (False, False)
        assert given.items() <= keys.read(small_house.var / "environment").items()
        small_house.tear_down_runs()


def test_demo_that_was_killed_half_way_is_made_anew(small_house):
    (small_house.folder / "hold-the-demo").touch()
    run = small_house.start()
    assert any("city:" in line for line in run.stdout)
    run.kill()
    run.wait()
    (small_house.folder / "hold-the-demo").unlink()

    _, said = small_house.start_until_ready()
    assert "city: --replace" in said


def test_universities_of_somebody_else_stay(small_house):
    (small_house.folder / "somebody-is-in").touch()

    _, said = small_house.start_until_ready()
    assert "none: this database has its universities already" in said


def test_failing_step_says_what_was_printed_and_leaves_nothing(small_house):
    (small_house.folder / "manage.py").write_text("raise SystemExit('the tables are on strike')")

    run = small_house.start()
    said, _ = run.communicate(timeout=20)

    assert run.returncode == 1
    assert said.rstrip().endswith("the tables are on strike")
    assert small_house.processes() == set()
