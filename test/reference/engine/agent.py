"""The agent of a scenario."""

from __future__ import annotations

from typing import Any

from pydantic_ai import Agent, FunctionToolset, RunContext
from pydantic_ai.capabilities import ProcessHistory, ReinjectSystemPrompt
from pydantic_ai.toolsets import ExternalToolset

from .behaviour import Steps, output_result
from .deferred import deferred_handler
from .log import Log
from .models import scripted_model
from .outputs import output_type
from .tools import external_tool, scripted_tool


def scripted_agent(scenario: dict[str, Any], log: Log) -> Agent[None, Any]:
    """Returns the agent of a scenario with its scripted model; raises what Pydantic AI raises while it is built."""
    spec = scenario["agent"]
    agent = Agent(
        scripted_model(scenario["model"], log, bool(scenario.get("record_requests"))),
        output_type=output_type(spec.get("output"), log),
        system_prompt=spec.get("system_prompt", ()),
        instructions=spec.get("instructions"),
        retries=_retries(spec),
        tools=[scripted_tool(tool, log) for tool in spec.get("tools", [])],
        toolsets=_toolsets(spec, log),
        capabilities=_capabilities(spec, log),
        **({"end_strategy": spec["end_strategy"]} if "end_strategy" in spec else {}),
    )
    for prompt in spec.get("system_prompt_functions", []):
        agent.system_prompt(dynamic=prompt.get("dynamic", False))(_prompt(prompt))
    for prompt in spec.get("instruction_functions", []):
        agent.instructions(_prompt(prompt))
    for index, validator in enumerate(spec.get("output_validators", [])):
        agent.output_validator(_validator(index, validator, log))
    return agent


def _retries(spec: dict[str, Any]) -> dict[str, int] | None:
    """Returns the budgets of tools and output; one for both unless the output has its own."""
    budgets = {}
    if "retries" in spec:
        budgets = {"tools": spec["retries"], "output": spec["retries"]}
    if "output_retries" in spec:
        budgets["output"] = spec["output_retries"]
    return budgets or None


def _toolsets(spec: dict[str, Any], log: Log) -> list[Any]:
    toolsets: list[Any] = [
        FunctionToolset([scripted_tool(tool, log) for tool in one["tools"]]) for one in spec.get("toolsets", [])
    ]
    if "external_tools" in spec:
        toolsets.append(ExternalToolset([external_tool(tool) for tool in spec["external_tools"]]))
    return toolsets


def _capabilities(spec: dict[str, Any], log: Log) -> list[Any]:
    capabilities: list[Any] = []
    if "keep_last" in spec:
        capabilities.append(ProcessHistory(lambda messages: messages[-spec["keep_last"] :]))
    if spec.get("reinject_system_prompt"):
        capabilities.append(ReinjectSystemPrompt())
    if "deferred_handler" in spec:
        capabilities.append(deferred_handler(spec["deferred_handler"], log))
    return capabilities


def _prompt(spec: dict[str, Any]) -> Any:
    steps = Steps(spec["values"])

    async def prompt() -> str | None:
        return steps.next()

    prompt.__name__ = prompt.__qualname__ = spec["name"]
    return prompt


def _validator(index: int, spec: dict[str, Any], log: Log) -> Any:
    steps = Steps(spec["behaviour"])

    async def validator(ctx: RunContext[None], output: Any) -> Any:
        log.call(
            "output_validator",
            index=index,
            data=output,
            tool_name=ctx.tool_name,
            retry=ctx.retry,
            run_step=ctx.run_step,
        )
        return output_result(steps.next(), output)

    return validator
