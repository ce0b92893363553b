#!/usr/bin/env python3
"""Runs agents in the Runwire daemon with `pylsp_jsonrpc`, the JSON-RPC library of the Python language server.

    apt-get install python3-pylsp-jsonrpc        (or: pip install python-lsp-jsonrpc)
    python3 client-sample/hosts/pylsp-jsonrpc/host.py

RUNWIRE names the daemon's file, NODE the Node.js to run it with.
"""
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

from pylsp_jsonrpc.endpoint import Endpoint
from pylsp_jsonrpc.streams import JsonRpcStreamReader, JsonRpcStreamWriter

PATIENCE_SECONDS = 30
SERVER = os.environ.get("RUNWIRE", Path(__file__).resolve().parents[3] / "dist" / "daemon" / "runwire.cjs")


def word_count(call):
    return {"words": len(call["args"]["text"].split()), "characters": len(call["args"]["text"])}


def ask_user(call):
    """The user stops the run instead of answering; what the tool says after that changes nothing."""
    request("run/cancel", runId=call["runId"], reason="stopped by the user")
    return "too late"


TOOLS = {"word_count": word_count, "ask_user": ask_user}


def call_tool(call):
    # What is returned as a function runs on a thread of the library: here it would hold up the reader.
    return lambda: {"content": TOOLS[call["name"]](call)}


def show_event(params):
    event = params["event"]
    if event["event_kind"] == "function_tool_call":
        print("calls %s %s" % (event["part"]["tool_name"], json.dumps(event["part"]["args"])))


def take_no_note(params):
    pass


HANDLERS = {
    "tool/call": call_tool,
    "run/event": show_event,
    # Without a handler the library logs a warning for each of them.
    "run/delta": take_no_note,
    "window/logMessage": take_no_note,
}

daemon = subprocess.Popen(
    [os.environ.get("NODE", "node"), str(SERVER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
)
endpoint = Endpoint(HANDLERS, JsonRpcStreamWriter(daemon.stdin).write)
threading.Thread(target=JsonRpcStreamReader(daemon.stdout).listen, args=(endpoint.consume,), daemon=True).start()


def request(method, **params):
    return endpoint.request(method, params).result(timeout=PATIENCE_SECONDS)


def parts(messages):
    return ", ".join(part["part_kind"] for message in messages for part in message["parts"])


def ask(prompt, **spec):
    """Runs an agent on the embedded model, which needs no network and no key, and shows what came of it."""
    result = request("run/start", model="test", prompt=prompt, wait=True, **spec)
    run = {"runId": result["runId"]}
    print("%s: %s" % (result["outcome"], json.dumps(result.get("output") or result["error"]["message"])))
    print("messages: " + parts(request("run/messages", **run)["messages"]))
    print("new messages: " + parts(request("run/newMessages", **run)["messages"]))
    usage = request("run/usage", **run)["usage"]
    print("usage: requests %(requests)d, tool calls %(tool_calls)d, " % usage, end="")
    print("input tokens %(input_tokens)d, output tokens %(output_tokens)d" % usage)
    return run


def tool(name, argument, example):
    """A tool with one text argument; the embedded model takes the `examples` of its schema."""
    properties = {argument: {"type": "string", "examples": [example]}}
    return {"name": name, "inputSchema": {"type": "object", "properties": properties, "required": [argument]}}


# `processId` lets the daemon end with this process even where a pipe stays open.
request("initialize", processId=os.getpid(), clientInfo={"name": "pylsp_jsonrpc sample"})
endpoint.notify("initialized", {})
first = ask("How many words are in it?", tools=[tool("word_count", "text", "the quick brown fox")])
ask("And in German?", messageHistory=first)
ask("Ask me.", tools=[tool("ask_user", "question", "Shall I go on?")])
request("shutdown")
endpoint.notify("exit")
code = daemon.wait(timeout=PATIENCE_SECONDS)
endpoint.shutdown()
print("exit code %d" % code)
sys.exit(code)
