-- An agent in a buffer of Neovim 0.7 or later, over the Agent Client Protocol.
local M = {}

local config = {
  command = { 'runwire', 'acp', '--store', vim.fn.stdpath('data') .. '/runwire' },
  cwd = nil, -- the folder the agent works in; default: the working directory
  env = nil, -- further variables of the agent, such as keys
}

-- One agent, one session, one buffer.
local agent = { job = nil, rest = '', requests = {}, next_id = 0 }
local session = { id = nil, running = false, options = {} }
local view = { buf = nil, calls = {}, said = nil }
local marks = vim.api.nvim_create_namespace('runwire')
local signs = { pending = '…', in_progress = '…', completed = '✓', failed = '✗' }

function M.setup(given) config = vim.tbl_extend('force', config, given or {}) end

local function cwd() return config.cwd or vim.fn.getcwd() end

-- ## The buffer

local function buffer()
  if view.buf and vim.api.nvim_buf_is_valid(view.buf) then return view.buf end
  view.buf = vim.api.nvim_create_buf(true, true)
  vim.api.nvim_buf_set_name(view.buf, 'runwire://chat')
  vim.bo[view.buf].filetype = 'markdown'
  local function ask() vim.ui.input({ prompt = 'Runwire: ' }, M.send) end
  vim.keymap.set('n', '<CR>', ask, { buffer = view.buf })
  vim.keymap.set('n', '<C-c>', M.stop, { buffer = view.buf })
  return view.buf
end

-- Appends text; windows that show the end go on showing it. Returns the number of lines.
local function append(text)
  local buf = buffer()
  local last = vim.api.nvim_buf_line_count(buf) - 1
  local line = vim.api.nvim_buf_get_lines(buf, last, -1, true)[1]
  vim.api.nvim_buf_set_text(buf, last, #line, last, #line, vim.split(text, '\n', { plain = true }))
  local count = vim.api.nvim_buf_line_count(buf)
  for _, win in ipairs(vim.fn.win_findbuf(buf)) do
    if vim.api.nvim_win_get_cursor(win)[1] >= last then vim.api.nvim_win_set_cursor(win, { count, 0 }) end
  end
  return count
end

-- Begins a paragraph of somebody: the person, a message of the agent, a call, a note of ours.
local function paragraph(who, text)
  local is_empty = table.concat(vim.api.nvim_buf_get_lines(buffer(), 0, 2, false)) == ''
  view.said = who
  return append((is_empty and '' or '\n\n') .. text)
end

local function clear()
  view.said, view.calls = nil, {}
  vim.api.nvim_buf_set_lines(buffer(), 0, -1, true, {})
end

local function show_call(call)
  local known = view.calls[call.toolCallId] or {}
  view.calls[call.toolCallId] = known
  known.title, known.status = call.title or known.title or 'A tool', call.status or known.status or 'pending'
  local text = ('> %s %s'):format(signs[known.status], known.title:gsub('\n', ' '))
  if not known.mark then
    known.mark = vim.api.nvim_buf_set_extmark(buffer(), marks, paragraph('call', text) - 1, 0, {})
  else
    local row = vim.api.nvim_buf_get_extmark_by_id(buffer(), marks, known.mark, {})[1]
    vim.api.nvim_buf_set_lines(buffer(), row, row + 1, true, { text })
    vim.api.nvim_buf_set_extmark(buffer(), marks, row, 0, { id = known.mark })
  end
  -- What it wrote to the disk may be in a buffer.
  if call.status == 'completed' then vim.cmd('silent! checktime') end
end

local function show(update)
  local kind = update.sessionUpdate
  if kind == 'agent_message_chunk' or kind == 'user_message_chunk' then
    local text = update.content.text or ('[%s]'):format(update.content.type)
    local who = update.messageId or kind
    if view.said == who then append(text)
    else paragraph(who, (kind == 'user_message_chunk' and '## ' or '') .. text) end
  elseif kind == 'tool_call' or kind == 'tool_call_update' then show_call(update)
  elseif kind == 'config_option_update' then session.options = update.configOptions end
end

-- ## The agent

local function write(message)
  message.jsonrpc = '2.0'
  if agent.job then vim.fn.chansend(agent.job, vim.json.encode(message) .. '\n') end
end

local function fail(failure, what)
  session.running = false
  local is_key = failure.message:find('API[_ ][Kk][Ee][Yy]') or failure.message:find('401')
  local advice = what or is_key and 'Set the key in `env` of setup() or in your shell, then :RunwireRestart.' or ''
  paragraph('error', ('**%s** %s'):format(failure.message:gsub('\n', ' '), advice))
end

-- An error is shown in the buffer; a result goes to `done`.
local function request(method, params, done)
  agent.next_id = agent.next_id + 1
  agent.requests[agent.next_id] = function(result, failure)
    if failure then fail(failure) else done(result) end
  end
  write({ id = agent.next_id, method = method, params = params })
end

-- What the agent requests of the editor; `answer` is called with a result, or with nil and an error.
local served = {
  ['session/request_permission'] = function(params, answer)
    show_call(params.toolCall)
    local function name(option) return option.name end
    vim.ui.select(params.options, { prompt = params.toolCall.title, format_item = name }, function(option)
      answer({ outcome = { outcome = option and 'selected' or 'cancelled', optionId = option and option.optionId } })
    end)
  end,
  -- With what is not saved yet.
  ['fs/read_text_file'] = function(params, answer)
    local buf = vim.fn.bufnr('^' .. params.path .. '$')
    if buf < 0 or not vim.api.nvim_buf_is_loaded(buf) then
      if vim.fn.filereadable(params.path) == 0 then return answer(nil, { code = -32002, message = 'no such file' }) end
      return answer({ content = table.concat(vim.fn.readfile(params.path, 'b'), '\n') })
    end
    local lines = vim.api.nvim_buf_get_lines(buf, 0, -1, true)
    answer({ content = table.concat(lines, '\n') .. (vim.bo[buf].endofline and '\n' or '') })
  end,
}

local function take(message)
  if message.method == 'session/update' then
    if message.params.sessionId == session.id then show(message.params.update) end
  elseif message.method and message.id then
    local function answer(result, failure) write({ id = message.id, result = result, error = failure }) end
    local serve = served[message.method]
    if serve then serve(message.params, answer)
    else answer(nil, { code = -32601, message = message.method .. ' is not served' }) end
  elseif agent.requests[message.id] then
    local done = agent.requests[message.id]
    agent.requests[message.id] = nil
    done(message.result, message.error)
  end
end

-- A line may come in several pieces, the last of which is not whole.
local function read(job, pieces)
  if job ~= agent.job then return end
  pieces[1] = agent.rest .. pieces[1]
  agent.rest = table.remove(pieces)
  for _, line in ipairs(pieces) do
    local ok, message = pcall(vim.json.decode, line, { luanil = { object = true, array = true } })
    if ok and type(message) == 'table' then take(message) end
  end
end

local function ended(job, code)
  if job ~= agent.job then return end
  agent.job, agent.rest, agent.requests = nil, '', {}
  if not session.running then return end
  fail({ message = ('The agent ended with %d.'):format(code) }, 'Your next message starts it again; what was said is kept.')
end

-- Calls `ready` with a session: the one that is open, the one of an agent that ended, or a new one.
local function ensure(ready)
  if agent.job then return ready() end
  local options = { cwd = cwd(), env = config.env, on_stdout = read, on_exit = ended }
  local started, job = pcall(vim.fn.jobstart, config.command, options)
  if not started or job <= 0 then return fail({ message = 'Cannot start ' .. config.command[1] }, 'Is it installed?') end
  agent.job = job
  local capabilities = { fs = { readTextFile = true, writeTextFile = false } }
  request('initialize', { protocolVersion = 1, clientCapabilities = capabilities }, function(result)
    local params = { cwd = cwd(), mcpServers = {}, sessionId = result.agentCapabilities.loadSession and session.id or nil }
    request(params.sessionId and 'session/resume' or 'session/new', params, function(opened)
      session.id, session.options = opened.sessionId or session.id, opened.configOptions or {}
      ready()
    end)
  end)
end

function M.open()
  if #vim.fn.win_findbuf(buffer()) == 0 then vim.cmd('botright vertical sbuffer ' .. buffer()) end
end

function M.send(text)
  M.open()
  if not text or text == '' or session.running then return end
  session.running = true
  paragraph('user', '## ' .. text)
  ensure(function()
    local prompt = { { type = 'text', text = text } }
    request('session/prompt', { sessionId = session.id, prompt = prompt }, function(result)
      session.running = false
      if result.stopReason ~= 'end_turn' then paragraph('end', ('*(%s)*'):format(result.stopReason)) end
    end)
  end)
end

function M.stop() write({ method = 'session/cancel', params = { sessionId = session.id } }) end

-- The next message starts the agent again, with the same session.
function M.restart()
  if agent.job then vim.fn.jobstop(agent.job) end
  agent.job, session.running = nil, false
end

function M.new()
  M.restart()
  session.id = nil
  clear()
end

function M.sessions()
  M.open()
  ensure(function()
    request('session/list', { cwd = cwd() }, function(result)
      local function title(one) return one.title or one.sessionId end
      vim.ui.select(result.sessions, { prompt = 'Sessions', format_item = title }, function(one)
        if not one then return end
        clear()
        session.id = one.sessionId
        request('session/load', { sessionId = session.id, cwd = cwd(), mcpServers = {} }, function() end)
      end)
    end)
  end)
end

-- Mode, model, and how much it thinks.
function M.set()
  ensure(function()
    local function name(one) return one.name end
    vim.ui.select(session.options, { prompt = 'Set', format_item = name }, function(option)
      vim.ui.select(option and option.options or {}, { prompt = 'To', format_item = name }, function(value)
        local params = { sessionId = session.id, configId = option.id, value = value and value.value }
        if value then request('session/set_config_option', params, function(set) session.options = set.configOptions end) end
      end)
    end)
  end)
end

function M.is_running() return session.running end

return M
