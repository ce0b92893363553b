-- Drives the plugin without a screen, and prints what a person would have seen as JSON.
local input = vim.json.decode(vim.env.SCENARIO)
vim.opt.runtimepath:prepend(input.plugin)
vim.cmd('runtime plugin/runwire.lua')
vim.cmd('cd ' .. input.cwd)
local runwire = require('runwire')
local seen = {}

local function text() return table.concat(vim.api.nvim_buf_get_lines(vim.fn.bufnr('runwire://chat'), 0, -1, true), '\n') end
local function wait(what, ready)
  if not vim.wait(20000, ready, 10) then error('no ' .. what .. ' in:\n' .. text()) end
end
local function idle() return not runwire.is_running() end
local function say(words)
  vim.cmd('Runwire ' .. words)
  wait('end of ' .. words, idle)
end

local choice = 1
vim.ui.select = function(items, options, on_choice) on_choice(items[choice], choice) end

local function main()
  runwire.setup({ command = input.command, env = input.env })
  vim.cmd('edit ' .. input.cwd .. '/a.txt')
  vim.api.nvim_buf_set_lines(0, 0, -1, true, { 'not saved' })
  say('say hello')
  say('read a.txt')
  say('write b.txt made here')
  choice = 3
  say('write c.txt not this')
  choice = 1
  seen.chat = text()
  vim.cmd('Runwire hang')
  wait('text', function() return text():find('I think') end)
  vim.cmd('RunwireStop')
  wait('stop', idle)
  seen.cancelled = text():match('%*%((.-)%)%*$')
  vim.cmd('Runwire hang')
  wait('text', function() return select(2, text():gsub('I think', '')) == 2 end)
  vim.fn.system({ 'kill', '-9', tostring(vim.fn.jobpid(vim.api.nvim_list_chans()[#vim.api.nvim_list_chans()].id)) })
  wait('note', idle)
  seen.killed = text():match('%*%*(The agent ended.-)%*%*')
  say('say again')
  seen.after = text():match('again\n\n(again)$')
  vim.cmd('RunwireNew')
  vim.cmd('RunwireSessions')
  wait('replay', function() return text():find('## say hello') and text():find('\nagain$') end)
  seen.loaded = text()
  for _, key in ipairs({ 'noKey', 'badKey' }) do
    runwire.new()
    runwire.setup({ command = input[key].command, env = input[key].env })
    say('say hello')
    seen[key] = text()
  end
end

local ok, problem = pcall(main)
if not ok then seen.problem = problem end
io.stdout:write(vim.json.encode(seen), '\n')
vim.cmd(ok and 'quitall!' or 'cquit!')
