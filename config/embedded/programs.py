"""What the tests need of the machine: Chromium, a library of its driver, a Chinese font, nginx."""

import ctypes.util
import os
import shutil
import subprocess
from pathlib import Path

from config.embedded import StartRefused
from config.embedded.places import installed

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")

FONTCONFIG = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>{fonts}</dir>
  <cachedir>{cache}</cachedir>
</fontconfig>
"""


def chromium() -> str | None:
    """Where the browser is, if there is one."""
    return next((found for name in CHROMIUM if (found := shutil.which(name))), None)


def nginx() -> str | None:
    """Where the web server that stands before production is, if there is one."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")


def font_settings(folder: Path) -> Path | None:
    """Settings that show Chromium the Chinese fonts of the requirements where they lie.

    A file for FONTCONFIG_FILE; nothing is put into anybody's home.
    """
    package = installed("pylopdf_fonts_zh_cn")
    if package is None:
        return None
    settings = folder / "fonts.conf"
    settings.write_text(FONTCONFIG.format(fonts=package, cache=folder / "fonts"))
    return settings


def missing_packages() -> list[str]:
    """Debian packages that the tests need and that are not there."""
    needed = []
    if chromium() is None:
        needed.append("chromium")
    if ctypes.util.find_library("atomic") is None:
        needed.append("libatomic1")
    if nginx() is None:
        needed.append("nginx")
    return needed


def ensure() -> tuple[str, str]:
    """Have browser and web server: install them when we may, else refuse with the line to type."""
    if packages := missing_packages():
        line = f"apt-get install -y --no-install-recommends {' '.join(packages)}"
        if os.geteuid() != 0 or shutil.which("apt-get") is None:
            raise StartRefused(f"The tests need {' and '.join(packages)}. Type: sudo {line}")
        # A runlevel of 1: the packaged nginx shall not be started on port 80 for our sake.
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
        for command in (["apt-get", "update", "-qq"], line.split()):
            done = subprocess.run(
                command, env=environment, check=False, capture_output=True, text=True
            )
            if done.returncode != 0:
                raise StartRefused(f"{' '.join(command)} failed: {done.stderr.strip()[-500:]}")
    found = chromium(), nginx()
    if found[0] is None or found[1] is None:
        raise StartRefused("Chromium or nginx was installed but is not on the PATH.")
    return found[0], found[1]
