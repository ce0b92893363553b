#!/usr/bin/env python3
"""Runs agents in the Runwire daemon: JSON-RPC over pipes, Python 3.8 and the standard library only.

    python3 client-sample/hosts/python/host.py

The daemon is dist/daemon/runwire.cjs of this repository (`npm run build` makes it) unless RUNWIRE names another one.
"""
import json
import os
import subprocess
import sys
from pathlib import Path

METHOD_NOT_FOUND = -32601
REQUEST_FAILED = -32000


class RunwireError(Exception):
    """The daemon refused a request, or is gone."""


class Runwire:
    """A daemon of our own. Who waits for an answer reads, and serves what comes before it; so nothing needs a thread."""

    def __init__(self, server, tools=None, on_event=None):
        self.tools = tools or {}
        self.on_event = on_event or (lambda event: None)
        self.last_id = 0
        self.answers = {}
        # stderr stays ours: a pipe that nobody reads would block the daemon once it is full.
        self.process = subprocess.Popen(
            [os.environ.get("NODE", "node"), str(server)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def __enter__(self):
        # `processId` lets the daemon end with this process even where a pipe stays open.
        self.request("initialize", {"processId": os.getpid(), "clientInfo": {"name": "python sample"}})
        self.notify("initialized", {})
        return self

    def __exit__(self, kind, error, trace):
        """Ends the daemon; after an error its input is simply closed, which ends it too."""
        try:
            if kind is None:
                self.request("shutdown")
                self.notify("exit")
            self.process.stdin.close()
            code = self.process.wait(timeout=10)
            if kind is None and code != 0:
                raise RunwireError("the daemon ended with exit code %d" % code)
        except (BrokenPipeError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()
            if kind is None:
                raise RunwireError("the daemon did not end by itself")
        finally:
            self.process.stdout.close()

    def request(self, method, params=None):
        """Sends a request and answers what the daemon asks for until the response is there."""
        self.last_id += 1
        request_id = self.last_id
        self.send({"id": request_id, "method": method, "params": params or {}})
        # A tool may make requests too: then the answer to the outer one can come first, and is kept.
        while request_id not in self.answers:
            message = self.read()
            if "method" in message:
                self.dispatch(message)
            else:
                self.answers[message.get("id")] = message
        answer = self.answers.pop(request_id)
        if "error" in answer:
            raise RunwireError("%s: %s" % (method, answer["error"]["message"]))
        return answer["result"]

    def notify(self, method, params=None):
        self.send({"method": method, "params": params or {}})

    def dispatch(self, message):
        """Serves a request of the daemon, or takes note of a notification; unknown notifications are no error."""
        method, params = message["method"], message.get("params") or {}
        if "id" not in message:
            if method == "run/event":
                self.on_event(params["event"])
            return
        answer = {"id": message["id"]}
        if method != "tool/call":
            answer["error"] = {"code": METHOD_NOT_FOUND, "message": "this host does not serve " + method}
        else:
            try:
                # An object of the tool's own could be taken for an envelope, so every value goes into one.
                answer["result"] = {"content": self.tools[params["name"]](params)}
            except Exception as error:  # whatever it was, the model is told that the call failed
                answer["error"] = {"code": REQUEST_FAILED, "message": "%s: %s" % (type(error).__name__, error)}
        self.send(answer)

    def send(self, message):
        body = json.dumps(dict(message, jsonrpc="2.0")).encode("utf-8")
        try:
            # The length counts bytes, not characters.
            self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
            self.process.stdin.flush()
        except BrokenPipeError:
            raise self.gone()

    def read(self):
        stream, length = self.process.stdout, None
        for line in iter(stream.readline, b""):
            name, _, value = line.partition(b":")
            if name.strip().lower() == b"content-length":
                length = int(value)
            elif line == b"\r\n":  # the header is complete
                body = stream.read(length)
                if len(body) == length:
                    return json.loads(body.decode("utf-8"))
        raise self.gone()

    def gone(self):
        return RunwireError("the daemon ended (exit code %s) while it was needed" % self.process.wait())


def word_count(call):
    text = call["args"]["text"]
    return {"words": len(text.split()), "characters": len(text)}


def tool(name, description, argument, example):
    """A tool with one text argument; the embedded model takes the `examples` of its schema."""
    properties = {argument: {"type": "string", "examples": [example]}}
    schema = {"type": "object", "properties": properties, "required": [argument], "additionalProperties": False}
    return {"name": name, "description": description, "inputSchema": schema}


WORD_COUNT = tool("word_count", "Counts the words and characters of a text.", "text", "the quick brown fox")
ASK_USER = tool("ask_user", "Asks the user a question.", "question", "Shall I go on?")


def parts(messages):
    return ", ".join(part["part_kind"] for message in messages for part in message["parts"])


def ask(runwire, prompt, **spec):
    """Runs an agent on the embedded model, which needs no network and no key, and shows what came of it."""
    run = {"runId": runwire.request("run/start", dict(spec, model="test", prompt=prompt))["runId"]}
    # Tool calls and events come while this waits for its response.
    result = runwire.request("run/wait", run)
    # As JSON: ASCII, and without control characters, whatever the model said.
    print("%s: %s" % (result["outcome"], json.dumps(result.get("output") or result["error"]["message"])))
    print("messages: " + parts(runwire.request("run/messages", run)["messages"]))
    print("new messages: " + parts(runwire.request("run/newMessages", run)["messages"]))
    usage = runwire.request("run/usage", run)["usage"]
    print("usage: requests %(requests)d, tool calls %(tool_calls)d, " % usage, end="")
    print("input tokens %(input_tokens)d, output tokens %(output_tokens)d" % usage)
    return run


def main(server):
    if not server.is_file():
        raise RunwireError("there is no daemon at %s; make it with `npm run build`" % server)

    def show(event):
        if event["event_kind"] == "function_tool_call":
            print("calls %s %s" % (event["part"]["tool_name"], json.dumps(event["part"]["args"])))

    def ask_user(call):
        """The user stops the run instead of answering; what the tool says after that changes nothing."""
        runwire.request("run/cancel", {"runId": call["runId"], "reason": "stopped by the user"})
        return "too late"

    with Runwire(server, tools={"word_count": word_count, "ask_user": ask_user}, on_event=show) as runwire:
        first = ask(runwire, "How many words are in 'the quick brown fox'?", tools=[WORD_COUNT])
        ask(runwire, "And in German?", messageHistory=first)
        ask(runwire, "Ask me.", tools=[ASK_USER])
    print("exit code %d" % runwire.process.returncode)


if __name__ == "__main__":
    default = Path(__file__).resolve().parents[3] / "dist" / "daemon" / "runwire.cjs"
    try:
        main(Path(os.environ.get("RUNWIRE", default)))
    except (RunwireError, OSError) as error:
        sys.exit("host: %s" % error)
