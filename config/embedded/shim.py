"""Start one program so that nothing of it outlives whoever started it.

Run as a script of its own between the supervisor and every child::

    python -I -S shim.py --parent PID [options] -- program arguments...

Linux tells a process when its parent dies (PDEATHSIG), but not its
grandchildren: the workers of a web server, the pool of Celery, an ffmpeg. So
the shim makes itself the parent of all orphans below it (subreaper) and, when
its program ends, when it is told to stop or when its own parent is gone, it
leaves only after the whole tree has. If the shim itself is killed, the kernel
takes the program with it and the supervisor, a subreaper too, takes the rest.
"""

import argparse
import contextlib
import ctypes
import os
import shutil
import signal
import sys
import time

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
STOPPING = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}


def _prctl(option: int, value: int) -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def become_subreaper() -> None:
    """Make this process the parent of every orphan below it."""
    _prctl(PR_SET_CHILD_SUBREAPER, 1)


def die_with(parent: int, signum: int) -> None:
    """Ask the kernel for ``signum`` when ``parent`` ends; leave at once if it already has."""
    _prctl(PR_SET_PDEATHSIG, signum)
    if os.getppid() != parent:
        os._exit(1)


def _parents() -> dict[int, int]:
    """The parent of every process we can see, zombies left out."""
    parents = {}
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/stat", "rb") as stat:
                # The command's name may hold spaces and brackets: read behind its last bracket.
                state, parent = stat.read().rpartition(b")")[2].split()[:2]
        except OSError:
            continue
        if state != b"Z":
            parents[int(name)] = int(parent)
    return parents


def descendants(pid: int) -> list[int]:
    """Every living process below ``pid``, the nearest first."""
    parents = _parents()
    found, ring = [], [pid]
    while ring:
        ring = [child for child, parent in parents.items() if parent in ring]
        found += ring
    return found


def end_tree(*, patience: float = 5.0) -> None:
    """Kill everything below us, also what is born meanwhile, and leave no zombie to others.

    In a container nobody may be there to collect what we would leave.
    """
    until = time.monotonic() + patience
    while time.monotonic() < until:
        for pid in descendants(os.getpid()):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
        time.sleep(0.01)


def _reap(child: int) -> int | None:
    """Collect the dead; the exit code of ``child`` if it is among them."""
    code = None
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return code
        if pid == 0:
            return code
        if pid == child:
            code = os.waitstatus_to_exitcode(status)


def _become(options: argparse.Namespace, shim: int) -> None:
    """In the new process: take the account, tie our life to the shim's, turn into the program."""
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {*STOPPING, signal.SIGCHLD})
        if options.uid is not None:
            os.setgroups([])
            os.setgid(options.gid)
            os.setuid(options.uid)
        # After the change of account, which would wipe it.
        die_with(shim, signal.SIGKILL)
        if options.cwd:
            os.chdir(options.cwd)
        os.execvp(options.program[0], options.program)  # noqa: S606 - no shell wanted
    except OSError as error:
        print(f"{options.program[0]}: {error}", file=sys.stderr, flush=True)
    finally:
        os._exit(127)


def _watch(child: int, options: argparse.Namespace) -> int:
    """Wait for the program; pass a stop on to it and lose patience after the grace."""
    kill_at = None
    while True:
        pause = 1.0 if kill_at is None else max(kill_at - time.monotonic(), 0.0)
        got = signal.sigtimedwait({*STOPPING, signal.SIGCHLD}, min(pause, 1.0))
        code = _reap(child)
        if code is not None:
            return code
        if kill_at is None and got is not None and got.si_signo in STOPPING:
            orphan = os.getppid() != options.parent
            grace = options.orphan_grace if orphan else options.grace
            kill_at = time.monotonic() + grace
            os.kill(child, options.stop_signal)
        elif kill_at is not None and time.monotonic() >= kill_at:
            os.kill(child, signal.SIGKILL)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--uid", type=int)
    parser.add_argument("--gid", type=int)
    parser.add_argument("--cwd")
    parser.add_argument("--stop-signal", type=int, default=signal.SIGTERM)
    parser.add_argument("--grace", type=float, default=3.0)
    parser.add_argument("--orphan-grace", type=float, default=1.0, help="when nobody waits for us")
    parser.add_argument("--remove", help="folder to remove if our parent dies before us")
    parser.add_argument("program", nargs="+")
    options = parser.parse_args()

    signal.pthread_sigmask(signal.SIG_BLOCK, {*STOPPING, signal.SIGCHLD})
    die_with(options.parent, signal.SIGTERM)
    become_subreaper()
    shim = os.getpid()
    child = os.fork()
    if child == 0:
        _become(options, shim)
    code = _watch(child, options)
    end_tree()
    if options.remove and os.getppid() != options.parent:
        shutil.rmtree(options.remove, ignore_errors=True)
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main())
