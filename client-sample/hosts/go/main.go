// Command go runs agents in the Runwire daemon with github.com/sourcegraph/jsonrpc2.
//
//	cd client-sample/hosts/go && go run .
//
// RUNWIRE names the daemon's file, NODE the Node.js to run it with.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/sourcegraph/jsonrpc2"
)

type object = map[string]any

type toolCall struct {
	RunID string            `json:"runId"`
	Name  string            `json:"name"`
	Args  map[string]string `json:"args"`
}

// serve answers what the daemon asks for and takes note of its notifications.
func serve(ctx context.Context, daemon *jsonrpc2.Conn, request *jsonrpc2.Request) (any, error) {
	switch request.Method {
	case "tool/call":
		var call toolCall
		if err := json.Unmarshal(*request.Params, &call); err != nil {
			return nil, err
		}
		content, err := callTool(ctx, daemon, call)
		return object{"content": content}, err
	case "run/event":
		var params struct {
			Event struct {
				Kind string `json:"event_kind"`
				Part struct {
					Name string          `json:"tool_name"`
					Args json.RawMessage `json:"args"`
				} `json:"part"`
			} `json:"event"`
		}
		err := json.Unmarshal(*request.Params, &params)
		if params.Event.Kind == "function_tool_call" {
			fmt.Printf("calls %s %s\n", params.Event.Part.Name, params.Event.Part.Args)
		}
		return nil, err
	}
	if request.Notif {
		return nil, nil // other notifications are no error
	}
	return nil, &jsonrpc2.Error{Code: jsonrpc2.CodeMethodNotFound, Message: request.Method + " is not served"}
}

func callTool(ctx context.Context, daemon *jsonrpc2.Conn, call toolCall) (any, error) {
	switch call.Name {
	case "word_count":
		text := call.Args["text"]
		return object{"words": len(strings.Fields(text)), "characters": len([]rune(text))}, nil
	case "ask_user":
		// The user stops the run instead of answering; what the tool says after that changes nothing.
		err := daemon.Call(ctx, "run/cancel", object{"runId": call.RunID, "reason": "stopped by the user"}, nil)
		return "too late", err
	}
	return nil, fmt.Errorf("there is no tool %q", call.Name)
}

// request sends a request and gives its result.
func request[T any](daemon *jsonrpc2.Conn, method string, params object) (result T) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := daemon.Call(ctx, method, params, &result); err != nil {
		log.Fatalf("%s: %v", method, err)
	}
	return result
}

type messages struct {
	Messages []struct {
		Parts []struct {
			Kind string `json:"part_kind"`
		} `json:"parts"`
	} `json:"messages"`
}

func (answer messages) String() string {
	var kinds []string
	for _, message := range answer.Messages {
		for _, part := range message.Parts {
			kinds = append(kinds, part.Kind)
		}
	}
	return strings.Join(kinds, ", ")
}

type result struct {
	Outcome string          `json:"outcome"`
	Output  json.RawMessage `json:"output"`
	Error   struct {
		Message string `json:"message"`
	} `json:"error"`
}

type usage struct {
	Usage struct {
		Requests     int `json:"requests"`
		ToolCalls    int `json:"tool_calls"`
		InputTokens  int `json:"input_tokens"`
		OutputTokens int `json:"output_tokens"`
	} `json:"usage"`
}

// ask runs an agent on the embedded model, which needs no network and no key, and shows what came of it.
func ask(daemon *jsonrpc2.Conn, spec object) (run object) {
	spec["model"] = "test"
	started := request[struct {
		RunID string `json:"runId"`
	}](daemon, "run/start", spec)
	run = object{"runId": started.RunID}
	// Tool calls and events come while this waits for its response.
	ended := request[result](daemon, "run/wait", run)
	fmt.Printf("%s: %s%s\n", ended.Outcome, ended.Output, ended.Error.Message)
	fmt.Println("messages:", request[messages](daemon, "run/messages", run))
	fmt.Println("new messages:", request[messages](daemon, "run/newMessages", run))
	used := request[usage](daemon, "run/usage", run).Usage
	fmt.Printf("usage: requests %d, tool calls %d, input tokens %d, output tokens %d\n",
		used.Requests, used.ToolCalls, used.InputTokens, used.OutputTokens)
	return run
}

// tool is a tool with one text argument; the embedded model takes the examples of its schema.
func tool(name, argument, example string) []object {
	properties := object{argument: object{"type": "string", "examples": []string{example}}}
	schema := object{"type": "object", "properties": properties, "required": []string{argument}}
	return []object{{"name": name, "inputSchema": schema}}
}

func main() {
	node, server := os.Getenv("NODE"), os.Getenv("RUNWIRE")
	if node == "" {
		node = "node"
	}
	if server == "" {
		server = "../../../dist/daemon/runwire.cjs"
	}
	command := exec.Command(node, server)
	to, _ := command.StdinPipe()
	from, _ := command.StdoutPipe()
	if err := command.Start(); err != nil {
		log.Fatal(err)
	}
	stream := jsonrpc2.NewBufferedStream(pipes{from, to}, jsonrpc2.VSCodeObjectCodec{})
	handler := &readingOn{jsonrpc2.HandlerWithError(serve)}
	daemon := jsonrpc2.NewConn(context.Background(), stream, handler)

	// processId lets the daemon end with this process even where a pipe stays open.
	client := object{"processId": os.Getpid(), "clientInfo": object{"name": "go sample"}}
	request[object](daemon, "initialize", client)
	daemon.Notify(context.Background(), "initialized", object{})
	wordCount, askUser := tool("word_count", "text", "the quick brown fox"), tool("ask_user", "question", "Shall I go on?")
	first := ask(daemon, object{"prompt": "How many words are in it?", "tools": wordCount})
	ask(daemon, object{"prompt": "And in German?", "messageHistory": first})
	ask(daemon, object{"prompt": "Ask me.", "tools": askUser})
	request[any](daemon, "shutdown", nil)
	daemon.Notify(context.Background(), "exit", nil)
	<-daemon.DisconnectNotify()
	err := command.Wait()
	fmt.Println("exit code", command.ProcessState.ExitCode())
	if err != nil {
		log.Fatal(err)
	}
}

// readingOn serves requests in goroutines of their own, so that a tool may take its time, and notifications in order.
type readingOn struct{ handler jsonrpc2.Handler }

func (h *readingOn) Handle(ctx context.Context, daemon *jsonrpc2.Conn, request *jsonrpc2.Request) {
	if request.Notif {
		h.handler.Handle(ctx, daemon, request)
	} else {
		go h.handler.Handle(ctx, daemon, request)
	}
}

// pipes are stdout and stdin of the daemon as one stream.
type pipes struct {
	io.Reader
	io.WriteCloser
}
