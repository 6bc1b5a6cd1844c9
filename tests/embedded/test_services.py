"""Throwaway servers: real ones, quick to start, gone afterwards, however that comes."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
import redis

from config.embedded import processes
from config.embedded.places import ROOT
from config.embedded.services import throwaway_postgres, throwaway_valkey
from config.embedded.shim import descendants


@pytest.fixture(scope="module")
def database():
    with throwaway_postgres() as server:
        yield server


def test_database_starts_quickly():
    began = time.process_time()
    with throwaway_postgres() as server:
        assert server.url("app").startswith("postgresql://app:")
        # Of our own processor time: a busy machine must not fail the test.
        assert time.process_time() - began < 1.5


def test_committed_rows_outlive_kill_9(database):
    with psycopg.connect(database.url(), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS number")
        connection.execute("INSERT INTO kept VALUES (1001)")
        database.kill9()

    database.restart()

    with psycopg.connect(database.url()) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (1001,)


def test_roles_have_the_rights_of_the_product_and_no_more(database):
    with psycopg.connect(database.url("postgres"), autocommit=True) as connection:
        roles = connection.execute(
            "SELECT rolname, rolcanlogin, rolcreatedb, rolsuper, rolbypassrls, rolcreaterole"
            " FROM pg_roles WHERE rolname IN ('owner', 'app', 'seat_writer') ORDER BY rolname"
        ).fetchall()
        extensions = connection.execute("SELECT extname FROM pg_extension ORDER BY 1").fetchall()
    assert roles == [
        ("app", True, False, False, False, False),
        ("owner", True, True, False, False, False),
        ("seat_writer", False, False, False, False, False),
    ]
    assert [name for (name,) in extensions] == ["btree_gist", "pg_trgm", "plpgsql"]


def test_owner_gives_functions_to_seat_writer_and_steps_down_to_app(database):
    make = "CREATE OR REPLACE FUNCTION claim() RETURNS int LANGUAGE sql AS 'SELECT 1'"
    with psycopg.connect(database.url("owner"), autocommit=True) as connection:
        connection.execute(make)
        connection.execute("ALTER FUNCTION claim() OWNER TO seat_writer")
        connection.execute(make)  # a later migration replaces it
        connection.execute("SET ROLE app")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE TABLE mine ()")


@pytest.mark.parametrize("statement", ["SET ROLE owner", "SET ROLE seat_writer"])
def test_app_cannot_become_more_than_it_is(database, statement):
    with (
        psycopg.connect(database.url("app")) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement)


def test_test_databases_know_chinese_trigrams(database):
    with psycopg.connect(database.url("owner"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE test_copy")
    with psycopg.connect(database.url("owner", database="test_copy")) as connection:
        found = connection.execute("SELECT similarity('太极拳剑', '太极拳') > 0.4").fetchone()
    assert found == (True,)


def test_database_wants_a_password(database):
    bare = f"postgresql://owner@127.0.0.1:{database.cluster.port}/campus"
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(bare)


def test_valkey_wants_its_password_and_forgets_nothing_when_full():
    with throwaway_valkey() as server:
        client = redis.Redis.from_url(server.url())
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        with (
            redis.Redis(port=server.valkey.port) as stranger,
            pytest.raises(redis.AuthenticationError),
        ):
            stranger.ping()
        server.kill9()
        with pytest.raises(redis.ConnectionError):
            client.ping()
        server.restart()
        assert client.ping()
        client.close()


HOLDER = """
import sys, time
from config.embedded.services import throwaway_postgres
with throwaway_postgres() as server:
    print(server.folder, flush=True)
    time.sleep(3600)
"""


def test_killed_owner_of_a_throwaway_leaves_neither_process_nor_folder():
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    folder = Path(holder.stdout.readline().strip())
    below = descendants(holder.pid)
    assert len(below) > 3  # shim, postmaster and its helpers

    holder.kill()
    holder.wait()
    holder.stdout.close()

    until = time.monotonic() + 6
    while time.monotonic() < until and (folder.exists() or _alive(below)):
        time.sleep(0.05)
    assert (_alive(below), folder.exists()) == ([], False)


DAEMON = """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        print(os.getpid(), flush=True)
        time.sleep(3600)
    os._exit(0)
os.wait()
time.sleep(3600)
"""


def test_stop_reaches_a_grandchild_that_hid_itself(tmp_path):
    log = tmp_path / "log"
    process = processes.start(processes.Program("daemon", [sys.executable, "-c", DAEMON]), log)
    until = time.monotonic() + 10
    while not log.read_text() and time.monotonic() < until:
        time.sleep(0.02)
    hidden = int(log.read_text())

    processes.stop(process, patience=5)

    assert _alive([hidden]) == []


def test_stubborn_program_is_killed_after_its_grace(tmp_path):
    stubborn = "import signal, time; signal.signal(15, signal.SIG_IGN); print(1, flush=True); "
    program = processes.Program(
        "stubborn", [sys.executable, "-c", stubborn + "time.sleep(60)"], grace=0.2
    )
    process = processes.start(program, tmp_path / "log")
    while not (tmp_path / "log").read_text():
        time.sleep(0.02)

    processes.stop(process, patience=5)

    assert process.returncode == 128 + signal.SIGKILL


def test_failed_program_says_what_it_printed(tmp_path):
    with pytest.raises(processes.ProgramFailed, match=r"(?s)failed \(code 3\).*no such thing"):
        processes.run_to_end(
            [sys.executable, "-c", "print('no such thing'); raise SystemExit(3)"], tmp_path / "log"
        )


def _alive(pids: list[int]) -> list[int]:
    return [pid for pid in pids if os.path.exists(f"/proc/{pid}")]
