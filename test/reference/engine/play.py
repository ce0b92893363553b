"""A scenario, played to its end."""

from __future__ import annotations

from copy import deepcopy
from importlib.metadata import version
from typing import Any

from .agent import scripted_agent
from .errors import error_of
from .log import Log
from .normalize import Normalizer
from .runs import Played, play_run
from .tables import rows_of


async def play(scenario: dict[str, Any]) -> dict[str, Any]:
    """Returns the scenario with what the installed Pydantic AI made of it as `expected.v2`."""
    # A copy: some of what is made of a scenario is written into it.
    given = deepcopy(scenario)
    played = {"rows": rows_of(given)} if "table" in given else await _play_runs(given)
    engines = {**scenario.get("engines", {}), "v2": f"pydantic-ai {version('pydantic-ai-slim')}"}
    return {**scenario, "engines": engines, "expected": {**scenario.get("expected", {}), "v2": played}}


async def _play_runs(scenario: dict[str, Any]) -> dict[str, Any]:
    normalizer = Normalizer()
    log = Log()
    try:
        agent = scripted_agent(scenario, log)
    except Exception as error:
        return {"construction_error": error_of(error)}
    runs: list[dict[str, Any]] = []
    before: Played | None = None
    for spec in scenario["runs"]:
        before = await play_run(agent, spec, before, log)
        runs.append(normalizer.normalize(before.recorded))
    return {"runs": runs}
