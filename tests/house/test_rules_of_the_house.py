"""The rules of docs/CONTRIBUTING.md that a machine can check."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APPS = ("accounts", "campus", "courses", "enrolment", "livestream")
DOORS = {
    *("views", "management", "delivery", "templatetags", "tasks.py", "errands.py"),
    *("middleware.py", "http.py", "backends.py"),
}


def python_files(*folders: str) -> Iterator[Path]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def short(path: Path) -> str:
    return str(path.relative_to(ROOT))


def lines_with(pattern: str, paths: Iterator[Path]) -> list[str]:
    return [
        f"{short(path)}:{number}"
        for path in paths
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if re.search(pattern, line)
    ]


def test_the_machine_clock_is_read_in_one_place():
    paths = (path for path in python_files(*APPS) if short(path) != "accounts/clock.py")
    assert lines_with(r"timezone\.now\(|datetime\.now\(|date\.today\(|utcnow", paths) == []


def test_the_one_clock_is_read_at_the_doors():
    paths = (path for path in python_files(*APPS) if not DOORS & set(path.relative_to(ROOT).parts))
    assert lines_with(r"clock\.now\(\)", paths) == []


def test_sql_is_told_the_time():
    paths = iter(sorted(ROOT.glob("*/sql/*.sql")))
    assert lines_with(r"\bnow\(\)|clock_timestamp|current_timestamp|CURRENT_DATE", paths) == []


def test_nothing_happens_by_signal():
    pattern = r"@receiver|\.connect\(.*sender|post_save|pre_save|post_delete|m2m_changed"
    assert lines_with(pattern, python_files(*APPS, "config")) == []


def test_a_status_is_filtered_in_models_only():
    paths = (
        path
        for path in python_files(*APPS)
        if "models" not in path.parts and path.name != "models.py"
    )
    assert lines_with(r"\.(filter|exclude)\(.*\b(status|state|phase)(__in)?=", paths) == []


def test_only_the_machine_rooms_start_processes():
    allowed = (
        "config/embedded/",
        "livestream/ffmpeg.py",
        "livestream/speech.py",
        "config/demo/films.py",
    )
    paths = (path for path in python_files(*APPS, "config") if not short(path).startswith(allowed))
    assert (
        lines_with(r"^\s*(import subprocess|from subprocess)|os\.system\(|os\.popen", paths) == []
    )


def test_only_env_reads_the_environment():
    paths = (
        path
        for path in python_files(*APPS, "config")
        if short(path) != "config/env.py" and "embedded" not in path.parts
    )
    assert lines_with(r"os\.environ|getenv", paths) == []


def test_no_room_is_called_utils():
    names = {"utils", "helpers", "common", "core", "misc"}
    rooms = [
        path for path in python_files(*APPS, "config") if {path.stem, path.parent.name} & names
    ]
    assert rooms == []


@pytest.mark.parametrize("folder", [*APPS, "config"])
def test_modules_stay_readable(folder):
    long = [
        short(path)
        for path in python_files(folder)
        if path.read_text(encoding="utf-8").count("\n") > 430
    ]
    assert long == []


@pytest.mark.parametrize("folder", [*APPS, "config"])
def test_functions_stay_readable(folder):
    long = [
        f"{short(path)}:{node.name} {node.end_lineno - node.lineno}"
        for path in python_files(folder)
        if "wording" not in str(path)  # a list of sentences, one for each reason, side by side
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno > 55
    ]
    assert long == []


def test_migrations_have_names():
    paths = [path for app in (*APPS, "config") for path in (ROOT / app).glob("migrations/0*.py")]
    assert [short(path) for path in paths if re.search(r"_auto_|_initial\.py$", path.name)] == []


def test_migrations_import_no_code_of_ours_that_changes():
    allowed = {
        "accounts.policies",
        "enrolment.sql",  # puts in what its files say today, whichever migration asks
        "courses.models.fields",
        "enrolment.models.fields",
        "livestream.models.fields",
    }
    strange = []
    for app in (*APPS, "config"):
        for path in (ROOT / app).glob("migrations/0*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                names = (
                    [node.module or ""]
                    if isinstance(node, ast.ImportFrom)
                    else [alias.name for alias in node.names]
                    if isinstance(node, ast.Import)
                    else []
                )
                strange += [
                    f"{short(path)}: {name}"
                    for name in names
                    if name.split(".")[0] in APPS and name not in allowed and ".models" not in name
                ]
    assert strange == []


def test_every_variable_of_the_environment_is_in_the_runbook():
    runbook = (ROOT / "docs/runbook.md").read_text(encoding="utf-8")
    read = set()
    for path in python_files("config"):
        text = path.read_text(encoding="utf-8")
        read |= set(re.findall(r"env\.(?:text|flag|number|names)\(\s*\"([A-Z_]+)\"", text))
        if path.name == "env.py":
            read |= set(re.findall(r"\"((?:DATABASE|VAR)_[A-Z_]+)\"", text))
    assert sorted(name for name in read if f"`{name}`" not in runbook) == []


def test_every_template_is_used():
    templates = ROOT / "templates"
    code = "".join(path.read_text(encoding="utf-8") for path in python_files(*APPS, "config"))
    pages = {path: path.read_text(encoding="utf-8") for path in templates.rglob("*.*")}
    everywhere = "".join((code, *pages.values()))
    page_model = _page_template_names(code)
    unused = []
    # Found by name: Django's error pages and forms, Wagtail's and allauth's own templates.
    by_name = ("account/", "mfa/", "usersessions/", "django/forms/", "wagtail", "allauth/")
    for path, text in pages.items():
        name = path.relative_to(templates).as_posix()
        if name.startswith(by_name) or re.fullmatch(r"\d{3}(_csrf)?\.html", name):
            continue
        if "/letters/" in name and re.search(rf"[\"/]{path.stem}\"", code):
            continue  # a letter is called by its event: "accounts/sign_in_code", "lapsed"
        stem = name.rsplit(".", 1)[0]
        is_named = everywhere.count(name) > text.count(name) or stem in code
        if not is_named and name not in page_model:
            unused.append(name)
    assert unused == []


def _page_template_names(code: str) -> set[str]:
    """Wagtail looks a page's template up by app and class name."""
    models = re.findall(r"^class (\w+Page)\(", code, flags=re.MULTILINE)
    snake = [re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower() for name in models]
    return {f"{app}/{name}.html" for app in APPS for name in snake}
