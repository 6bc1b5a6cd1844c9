"""Holds a stream against the rules that every player relies on."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.files.storage import storages
from django.core.management.base import BaseCommand, CommandError

from accounts import scope
from livestream import checking
from livestream.models import Generation, Recording


class Command(BaseCommand):
    help = (
        "Read and decode every piece of a stream and say which rules it does not keep."
        " Ends with 1 when there are such."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", help="number of a recording, a folder, or its master list")
        parser.add_argument(
            "--generation", type=int, help="of a recording: not the one that is watched now"
        )
        parser.add_argument(
            "--copied",
            action="store_true",
            help="of a folder: the picture is as the camera made it (key frames up to 4 s apart)",
        )

    @scope.as_system("check_stream")
    def handle(self, *, what: str, generation: int | None, copied: bool, **options: Any) -> None:
        master = checking.MASTER
        if what.isascii() and what.isdigit():
            read, copied = _of_recording(int(what), generation)
        else:
            path = Path(what)
            if not path.exists():
                raise CommandError(f"There is neither a recording nor a file of this name: {what}")
            folder, master = (path, master) if path.is_dir() else (path.parent, path.name)
            read = _of_folder(folder)
        findings = checking.check(read, master=master, is_copied=copied)
        for finding in findings:
            self.stdout.write(str(finding))
        if findings:
            raise CommandError(f"{len(findings)} findings", returncode=1)
        self.stdout.write("The stream keeps every rule.")


def _of_recording(number: int, generation: int | None) -> tuple[checking.Read, bool]:
    recording = Recording.objects.filter(pk=number).first()
    if recording is None:
        raise CommandError(f"There is no recording {number}.")
    wanted = recording.generation if generation is None else generation
    if not wanted:
        raise CommandError(f"Recording {number} has nothing to watch yet.")
    kinds = recording.generations.filter(number=wanted).values_list("kind", flat=True)
    folder, storage = recording.folder(wanted), storages["recordings"]

    def read(name: str) -> bytes:
        with storage.open(f"{folder}/{name}", "rb") as file:
            return bytes(file.read())

    return read, bool({Generation.Kind.COPY, Generation.Kind.LIVE}.intersection(kinds))


def _of_folder(folder: Path) -> checking.Read:
    return lambda name: (folder / name).read_bytes()
