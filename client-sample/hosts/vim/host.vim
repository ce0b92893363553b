vim9script
# Runs agents in the Runwire daemon over a channel of Vim's mode `lsp`; Vim 9.0 or later with +channel and +job.
#
#     vim -Nu NONE -i NONE -n -es -S client-sample/hosts/vim/host.vim </dev/null
#
# RUNWIRE names the daemon's file, NODE the Node.js to run it with. In a plugin leave out `WaitFor`: answers come to
# callbacks, and the editor stays free meanwhile.
const server = exists('$RUNWIRE') ? $RUNWIRE : expand('<script>:p:h') .. '/../../../dist/daemon/runwire.cjs'
var daemon: job
var transcript: list<string>

def Say(text: string)
  add(transcript, text)
enddef

# Without a terminal Vim prints lines of a buffer only.
def Print()
  enew!
  setline(1, transcript)
  :%print
enddef

def WaitFor(what: string, Ready: func(): bool)
  for _ in range(6000)
    if Ready()
      return
    endif
    sleep 5m
  endfor
  throw 'no sign of ' .. what
enddef

# Sends a request and gives its result; what the daemon asks for meanwhile goes to OnMessage.
def Request(method: string, params: dict<any> = {}): any
  var answers: list<dict<any>>
  ch_sendexpr(daemon, {method: method, params: params}, {callback: (_, answer) => add(answers, answer)})
  WaitFor('an answer to ' .. method, () => !empty(answers) || job_status(daemon) != 'run')
  if empty(answers) || has_key(answers[0], 'error')
    throw method .. ': ' .. (empty(answers) ? 'the daemon ended' : answers[0].error.message)
  endif
  return answers[0].result
enddef

# Tools of the editor: what it sees in the current buffer.
const tools = {
  word_count: (_) => wordcount(),
  line_count: (_) => line('$'),
  current_line: (_) => getline('.'),
  file_name: (_) => expand('%:t'),
  # The user stops the run instead of answering; what the tool says after that changes nothing.
  ask_user: (call) => {
    const params = {runId: call.runId, reason: 'stopped by the user'}
    ch_sendexpr(daemon, {method: 'run/cancel', params: params}, {callback: (_, _) => 0})
    return 'too late'
  },
}

# Serves what the daemon asks for and takes note of notifications.
def OnMessage(_: channel, message: dict<any>)
  if message.method == 'run/event' && message.params.event.event_kind == 'function_tool_call'
    const part = message.params.event.part
    Say('calls ' .. part.tool_name .. ' ' .. json_encode(part.args))
  elseif !has_key(message, 'id')
    return
  elseif message.method != 'tool/call'
    ch_sendexpr(daemon, {id: message.id, error: {code: -32601, message: message.method .. ' is not served'}})
  else
    var answer: dict<any> = {id: message.id}
    try
      answer.result = {content: tools[message.params.name](message.params)}
    catch
      answer.error = {code: -32000, message: v:exception}
    endtry
    ch_sendexpr(daemon, answer)
  endif
enddef

def Parts(messages: list<any>): string
  const parts = mapnew(messages, (_, message) => message.parts)->flattennew(1)
  return parts->mapnew((_, part) => part.part_kind)->join(', ')
enddef

# Runs an agent on the embedded model, which needs no network and no key, and shows what came of it.
def Ask(prompt: string, spec: dict<any>): dict<any>
  const result = Request('run/start', extend({model: 'test', prompt: prompt, wait: true}, spec))
  const run = {runId: result.runId}
  Say(result.outcome .. ': ' .. json_encode(get(result, 'output', get(get(result, 'error', {}), 'message'))))
  Say('messages: ' .. Parts(Request('run/messages', run).messages))
  Say('new messages: ' .. Parts(Request('run/newMessages', run).messages))
  const usage = Request('run/usage', run).usage
  Say(printf('usage: requests %d, tool calls %d, input tokens %d, output tokens %d',
    usage.requests, usage.tool_calls, usage.input_tokens, usage.output_tokens))
  return run
enddef

def Tool(name: string): dict<any>
  return {name: name, inputSchema: {type: 'object', properties: {}}}
enddef

def Main(): number
  const node = exists('$NODE') ? $NODE : 'node'
  # stderr goes nowhere: Vim would show it, or block the daemon when nobody reads it.
  daemon = job_start([node, server], {mode: 'lsp', callback: OnMessage, err_io: 'null'})
  Request('initialize', {processId: getpid(), clientInfo: {name: 'vim sample'}})
  ch_sendexpr(daemon, {method: 'initialized', params: {}})
  silent file fox.txt
  setline(1, 'the quick brown fox')
  const names = ['word_count', 'line_count', 'current_line', 'file_name']
  const first = Ask('What is in this buffer?', {tools: mapnew(names, (_, name) => Tool(name))})
  Ask('And in German?', {messageHistory: first})
  Ask('Ask me.', {tools: [Tool('ask_user')]})
  Request('shutdown')
  ch_sendexpr(daemon, {method: 'exit'})
  WaitFor('the end of the daemon', () => job_status(daemon) == 'dead')
  Say('exit code ' .. job_info(daemon).exitval)
  return job_info(daemon).exitval
enddef

var failed = true
try
  failed = Main() != 0
catch
  Say('host: ' .. v:exception)
endtry
Print()
execute failed ? 'cquit!' : 'qall!'
