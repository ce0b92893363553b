"""The files that a case may name by their address; both sides serve them from the same table."""

from __future__ import annotations

import base64
import json
from pathlib import Path

ALL_VECTORS = Path(__file__).parents[2] / "vectors"
VECTORS = ALL_VECTORS / "provider-bodies"

_files: dict[str, dict[str, str]] = json.loads((VECTORS / "files.json").read_text())


def file_at(url: str) -> tuple[str, bytes]:
    """The media type and the bytes of the file at an address."""
    if url not in _files:
        raise LookupError(f"no file at '{url}' in files.json")
    return _files[url]["media_type"], base64.b64decode(_files[url]["data"])
