"""Reads histories, one a line, and writes each again, or says why it is refused; any version can run it."""

from __future__ import annotations

import json
import sys

from pydantic import ValidationError
from pydantic_ai.messages import ModelMessagesTypeAdapter


def main() -> None:
    for line in sys.stdin:
        try:
            written = {
                "text": ModelMessagesTypeAdapter.dump_json(ModelMessagesTypeAdapter.validate_json(line)).decode()
            }
        except ValidationError as error:
            written = {"refused": [one["type"] for one in error.errors()], "message": str(error)[:500]}
        print(json.dumps(written))


if __name__ == "__main__":
    main()
