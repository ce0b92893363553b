"""Runs LLM agents in the Runwire daemon, with the names and the message JSON of Pydantic AI."""

from ._approvals import ApprovalRequest, DeferredToolResults, ToolApproved, ToolDenied
from ._conversation import Conversation
from ._elicitation import Elicitation
from ._errors import DaemonGone, RequestFailed, RunFailed, RunwireError
from ._options import RunOptions
from ._output import NativeOutput, PromptedOutput, ToolOutput
from ._run import AgentRun, Event
from ._runwire import Runwire
from ._tools import ApprovalRequired, CallDeferred, ModelRetry, RunContext, Tool, ToolFailed, ToolReturn, tool
from .protocol import (
    DeferredToolRequests,
    DeferredToolRequestsEvent,
    DeferredToolResultsEvent,
    EnqueuedMessagesEvent,
    FunctionToolCallEvent,
    FunctionToolResultEvent,
    ModelRequestStartedEvent,
    ModelResponseEvent,
    OutputToolCallEvent,
    OutputToolResultEvent,
    PendingAddedEvent,
    PendingResolvedEvent,
    RunFinishedEvent,
    RunResult,
    RunStartedEvent,
    RunUsage,
    WarningEvent,
)

__all__ = [
    'AgentRun',
    'ApprovalRequest',
    'ApprovalRequired',
    'CallDeferred',
    'Conversation',
    'DaemonGone',
    'DeferredToolRequests',
    'DeferredToolRequestsEvent',
    'DeferredToolResults',
    'DeferredToolResultsEvent',
    'Elicitation',
    'EnqueuedMessagesEvent',
    'Event',
    'FunctionToolCallEvent',
    'FunctionToolResultEvent',
    'ModelRequestStartedEvent',
    'ModelResponseEvent',
    'ModelRetry',
    'NativeOutput',
    'OutputToolCallEvent',
    'OutputToolResultEvent',
    'PendingAddedEvent',
    'PendingResolvedEvent',
    'PromptedOutput',
    'RequestFailed',
    'RunContext',
    'RunFailed',
    'RunFinishedEvent',
    'RunOptions',
    'RunResult',
    'RunStartedEvent',
    'RunUsage',
    'Runwire',
    'RunwireError',
    'Tool',
    'ToolApproved',
    'ToolDenied',
    'ToolFailed',
    'ToolOutput',
    'ToolReturn',
    'WarningEvent',
    'tool',
]
