-- Runs agents in the Runwire daemon with Neovim's own LSP client; Neovim 0.7 or later.
--
--     nvim --headless -u NONE -i NONE -c 'luafile client-sample/hosts/neovim/host.lua'
--
-- RUNWIRE names the daemon's file, NODE the Node.js to run it with. In a plugin the same calls do without `wait_for`:
-- answers come to callbacks, and the editor stays free meanwhile.
local here = vim.fn.fnamemodify(debug.getinfo(1, 'S').source:sub(2), ':p:h')
local server = vim.env.RUNWIRE or here .. '/../../../dist/daemon/runwire.cjs'
local client, exit_code

local function say(...)
  io.stdout:write(table.concat({ ... }), '\n')
end

local function wait_for(what, ready)
  if not vim.wait(30000, ready, 5) then
    error('no sign of ' .. what)
  end
end

local tools = {
  -- A tool of the editor: what it sees in the current buffer.
  buffer_text = function()
    return { content = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, true), '\n') }
  end,
  -- The user stops the run instead of answering; what the tool says after that changes nothing.
  ask_user = function(call)
    client.rpc.request('run/cancel', { runId = call.runId, reason = 'stopped by the user' }, function() end)
    return { content = 'too late' }
  end,
}

local handlers = {
  ['tool/call'] = function(_, call)
    -- A handler that returns nothing answers nothing: every path of a tool returns.
    return tools[call.name](call)
  end,
  ['run/event'] = function(_, params)
    local event = params.event
    if event.event_kind == 'function_tool_call' then
      say('calls ', event.part.tool_name, ' ', vim.json.encode(event.part.args))
    end
  end,
  ['run/delta'] = function() end,
}

local function request(method, params)
  local failure, result, answered
  client.rpc.request(method, params, function(err, value)
    failure, result, answered = err, value, true
  end)
  wait_for('an answer to ' .. method, function()
    return answered or exit_code
  end)
  if failure or not answered then
    error(method .. ': ' .. (failure and failure.message or 'the daemon ended'))
  end
  return result
end

local function parts(messages)
  local kinds = {}
  for _, message in ipairs(messages) do
    for _, part in ipairs(message.parts) do
      table.insert(kinds, part.part_kind)
    end
  end
  return table.concat(kinds, ', ')
end

-- Runs an agent on the embedded model, which needs no network and no key, and shows what came of it.
local function ask(prompt, spec)
  local run = { runId = request('run/start', vim.tbl_extend('force', { model = 'test', prompt = prompt }, spec)).runId }
  local result = request('run/wait', run)
  say(result.outcome, ': ', vim.json.encode(result.output or result.error.message))
  say('messages: ', parts(request('run/messages', run).messages))
  say('new messages: ', parts(request('run/newMessages', run).messages))
  local usage = request('run/usage', run).usage
  say('usage: requests ', usage.requests, ', tool calls ', usage.tool_calls, ', input tokens ', usage.input_tokens,
    ', output tokens ', usage.output_tokens)
  return run
end

local function tool(name)
  return { name = name, inputSchema = { type = 'object', properties = vim.empty_dict() } }
end

local function main()
  local id = vim.lsp.start_client({
    name = 'runwire',
    cmd = { vim.env.NODE or 'node', server },
    handlers = handlers,
    on_exit = function(code)
      exit_code = code
    end,
  })
  -- Neovim sends `initialize` and `initialized` itself.
  wait_for('the daemon', function()
    client = vim.lsp.get_client_by_id(id)
    return client or exit_code
  end)
  vim.api.nvim_buf_set_lines(0, 0, -1, true, { 'the quick brown fox' })
  local first = ask('What is in this buffer?', { tools = { tool('buffer_text') } })
  ask('And in German?', { messageHistory = first })
  ask('Ask me.', { tools = { tool('ask_user') } })
  vim.lsp.stop_client(id) -- `shutdown`, then `exit`
  wait_for('the end of the daemon', function()
    return exit_code
  end)
  say('exit code ', exit_code)
end

local ok, message = pcall(main)
if not ok then
  io.stderr:write(message, '\n')
end
vim.cmd(ok and exit_code == 0 and 'quitall!' or 'cquit!')
