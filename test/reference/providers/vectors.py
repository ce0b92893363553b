"""The captured requests as the vectors hold them.

A file for each kind of case lists, case by case, who sends what: senders of one body share an entry, and `model` is
left out where it is the name of the sender's model. Addresses and headers are in `endpoints.json` but where a request
has others. Keys are sorted: their order says nothing to a provider.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from importlib.metadata import version
from typing import Any
from urllib.parse import quote

from .cases import Case

# What was captured for a case, by the row and the model that it was sent for.
Captured = list[tuple[Case, dict[str, Any]]]


def documents(captured: Captured) -> dict[str, str]:
    """The texts of all files, by their names below `provider-bodies`."""
    endpoints = _endpoints(captured)
    kinds: dict[str, dict[str, dict[str, list[str]]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    for case, request in captured:
        entry = compact(_entry(case, request, endpoints))
        kinds[case.kind][case.name][entry].append(case.sender)
    return {
        "endpoints.json": _lines({row: compact(endpoint) for row, endpoint in endpoints.items()}, "rows"),
        **{
            f"bodies/{kind}.json": _lines({name: _entries(entries) for name, entries in cases.items()}, "cases")
            for kind, cases in kinds.items()
        },
    }


def _endpoints(captured: Captured) -> dict[str, dict[str, Any]]:
    """Where most requests of each row go, the name of the model left open."""
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    for case, request in captured:
        if "url" in request:
            seen[case.row][compact(_endpoint(case, request))] += 1
    return {row: json.loads(counts.most_common(1)[0][0]) for row, counts in seen.items()}


def _endpoint(case: Case, request: dict[str, Any]) -> dict[str, Any]:
    url = request["url"].replace(f"/{quote(case.model, safe='')}", "/{model}")
    return {"url": url, "headers": request["headers"]}


def _entry(case: Case, request: dict[str, Any], endpoints: dict[str, dict[str, Any]]) -> dict[str, Any]:
    if "refused" in request:
        return request
    usual = endpoints[case.row]
    other = {name: value for name, value in _endpoint(case, request).items() if value != usual[name]}
    body = {name: value for name, value in request["body"].items() if (name, value) != ("model", case.model)}
    return {**other, "body": body}


def _entries(entries: dict[str, list[str]]) -> str:
    """The entries of a case, an entry on each line."""
    shown = (f'{{"to":{compact(senders)},{entry[1:]}' for entry, senders in entries.items())
    return "[\n " + ",\n ".join(shown) + "\n]"


def _lines(items: dict[str, str], what: str) -> str:
    source = f"pydantic-ai-slim {version('pydantic-ai-slim')}"
    lines = ",\n".join(f"{compact(name)}: {text}" for name, text in items.items())
    return f'{{"source": {compact(source)}, "{what}": {{\n{lines}\n}}}}\n'


def compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
