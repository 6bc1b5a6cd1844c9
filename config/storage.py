"""Files that are replaced while people read them."""

import os
from typing import Any
from uuid import uuid4

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage


class WholeFilesStorage(FileSystemStorage):
    """A folder whose files change all at once: a reader has the old one or the new one.

    Django's own storage gives a file that is there already another name, or writes into it
    piece by piece. A bucket replaces whole objects by itself and needs nothing of this.
    """

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        """Keep the name: what stood there is replaced."""
        return name

    def _save(self, name: str, content: File[Any]) -> str:
        """Write beside it, then move it into place in one step."""
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        beside = f"{path}.{uuid4().hex}"
        try:
            with open(beside, "xb") as file:
                for chunk in content.chunks():
                    file.write(chunk)
            os.chmod(beside, self.file_permissions_mode or 0o644)
            os.replace(beside, path)
        except BaseException:
            if os.path.exists(beside):
                os.remove(beside)
            raise
        return name
