import asyncio

from runwire import (
    AgentRun,
    ApprovalRequest,
    DeferredToolRequests,
    DeferredToolResults,
    Runwire,
    ToolDenied,
    tool,
)


# region tool
@tool(requires_approval=True)
def delete_file(path: str) -> str:
    """Deletes a file."""
    return f'deleted {path}'


# endregion tool


# region ask
async def ask(request: ApprovalRequest) -> bool | ToolDenied:
    print(f'May {request.tool_name} run with {request.args}?')
    return ToolDenied('The user wants to keep that file.')


# endregion ask


async def main() -> None:
    async with Runwire() as rw:
        # region handle
        print(await rw.run('Clean up, please.', model='test', tools=[delete_file], on_approval=ask))
        # endregion handle

        # region end
        run: AgentRun[str | DeferredToolRequests] = await rw.start(
            'Clean up, please.', model='test', tools=[delete_file], output_type=[str, DeferredToolRequests]
        )
        requests = await run.output()
        assert isinstance(requests, DeferredToolRequests)

        # Hours later, perhaps: the decisions go into a run that continues from those messages.
        results = DeferredToolResults(approvals={call.tool_call_id: True for call in requests.approvals})
        output = await rw.run(
            model='test',
            tools=[delete_file],
            output_type=[str, DeferredToolRequests],
            message_history=await run.all_messages(),
            deferred_tool_results=results,
        )
        print(output)
        # endregion end


asyncio.run(main())
