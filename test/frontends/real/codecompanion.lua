-- Drives the agent with the client of codecompanion.nvim, without a screen, and prints what it saw as JSON.
--
--     SCENARIO='{"paths": [CODECOMPANION, PLENARY], "cwd": CWD, "command": [COMMAND, …]}' nvim --headless -u NONE -c 'luafile …'
local input = vim.json.decode(vim.env.SCENARIO)
for _, path in ipairs(input.paths) do
  vim.opt.runtimepath:append(path)
end
vim.cmd('cd ' .. input.cwd)

local seen = {}

local function main()
  require('codecompanion').setup({})
  local adapter = require('codecompanion.adapters').resolve({
    name = 'runwire',
    formatted_name = 'Runwire',
    type = 'acp',
    roles = { llm = 'assistant', user = 'user' },
    opts = {},
    commands = { default = input.command },
    defaults = { mcpServers = {}, timeout = 20000 },
    parameters = {
      protocolVersion = 1,
      clientCapabilities = { fs = { readTextFile = true, writeTextFile = true } },
      clientInfo = { name = 'CodeCompanion.nvim', version = '1.0.0' },
    },
    handlers = {
      setup = function() return true end,
      auth = function() return true end,
      form_messages = function(self, messages, capabilities)
        return require('codecompanion.adapters.acp.helpers').form_messages(self, messages, capabilities)
      end,
    },
  })
  local connection = require('codecompanion.acp').new({ adapter = adapter })
  assert(connection:connect_and_initialize(), 'no session')
  local function prompt(text, on_chunk)
    local said, ended = '', nil
    local builder = connection:session_prompt({ { role = 'user', content = text, _meta = {}, opts = {} } })
    builder
      :on_message_chunk(function(chunk)
        said = said .. chunk
        if on_chunk then on_chunk(builder) end
      end)
      :on_permission_request(function(request) request.respond('allow', false) end)
      :on_complete(function(reason) ended = reason end)
      :on_error(function(problem) ended = 'error: ' .. vim.inspect(problem) end)
      :on_cancel(function() ended = 'cancelled' end)
      :send()
    vim.wait(20000, function() return ended ~= nil end, 10)
    table.insert(seen, ('%s: %s, %d characters'):format(text, tostring(ended), #said))
  end
  prompt('write a.txt hello')
  prompt('long 204800')
  prompt('hang', function(builder) builder:cancel() end)
  connection:disconnect()
end

local ok, problem = xpcall(main, debug.traceback)
if not ok then table.insert(seen, problem) end
io.stdout:write('\n', vim.json.encode(seen), '\n')
vim.cmd(ok and 'quitall!' or 'cquit!')
