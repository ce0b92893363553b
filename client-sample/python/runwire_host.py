#!/usr/bin/env python3
"""Runs an agent with a tool in the Runwire daemon: JSON-RPC over pipes, Python 3.8 and the standard library only.

    python3 client-sample/python/runwire_host.py [PATH_OF_THE_DAEMON]

The daemon is dist/runwire.cjs of this repository unless a path is given; `npm run build` makes it.
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
    """A daemon of our own. There is one loop that reads, in `request`; so nothing needs a thread."""

    def __init__(self, server, tools=None, on_event=None):
        self.tools = tools or {}
        self.on_event = on_event or (lambda event: None)
        self.last_id = 0
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
        while True:
            message = self.read()
            if "method" in message:
                self.dispatch(message)
            elif message.get("id") == request_id:
                if "error" in message:
                    raise RunwireError("%s: %s" % (method, message["error"]["message"]))
                return message["result"]

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
                answer["result"] = {"content": self.tools[params["name"]](**params["args"])}
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


def word_count(text):
    return {"words": len(text.split()), "characters": len(text)}


AGENT = {
    # The embedded model: no network, no key. It calls every tool once, with the `examples` of its schema.
    "model": "test",
    "instructions": "Answer with the help of the tools.",
    "tools": [
        {
            "name": "word_count",
            "description": "Counts the words and characters of a text.",
            "inputSchema": {
                "type": "object",
                "properties": {"text": {"type": "string", "examples": ["the quick brown fox"]}},
                "required": ["text"],
                "additionalProperties": False,
            },
        }
    ],
}


def print_messages(title, messages, first=0):
    print("\n%s (%d)" % (title, len(messages)))
    for index, message in enumerate(messages, first):
        for part in message["parts"]:
            what = part.get("args") if part["part_kind"] == "tool-call" else part.get("content")
            # As JSON: ASCII, and without control characters, whatever the model said.
            print("%3d  %-8s  %-11s  %.76s" % (index, message["kind"], part["part_kind"], json.dumps(what)))


def main(server):
    if not server.is_file():
        raise RunwireError("there is no daemon at %s; make it with `npm run build`" % server)

    def show(event):
        if event["event_kind"] == "function_tool_call":
            print("calls %s %s" % (event["part"]["tool_name"], json.dumps(event["part"]["args"])))

    with Runwire(server, tools={"word_count": word_count}, on_event=show) as runwire:
        run = runwire.request("run/start", dict(AGENT, prompt="How many words are in 'the quick brown fox'?"))
        run_id = {"runId": run["runId"]}
        # Tool calls and events come while this waits for its response.
        result = runwire.request("run/wait", run_id)
        everything = runwire.request("run/messages", run_id)
        fresh = runwire.request("run/newMessages", run_id)
        usage = runwire.request("run/usage", run_id)["usage"]

    print_messages("All messages", everything["messages"])
    print_messages("New messages", fresh["messages"], fresh["newMessageIndex"])
    print("\nUsage\n%(requests)d requests, %(tool_calls)d tool call(s), " % usage, end="")
    print("%(input_tokens)d input and %(output_tokens)d output tokens" % usage)
    if result["outcome"] != "success":
        raise RunwireError("the run ended as %s: %s" % (result["outcome"], result["error"]["message"]))
    print("\nOutput\n%s" % json.dumps(result["output"]))


if __name__ == "__main__":
    default = Path(__file__).resolve().parents[2] / "dist" / "runwire.cjs"
    try:
        main(Path(sys.argv[1]) if len(sys.argv) > 1 else default)
    except (RunwireError, OSError) as error:
        sys.exit("runwire_host: %s" % error)
