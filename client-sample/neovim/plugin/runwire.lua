-- Commands of the plugin; the rest is loaded with the first of them.
local commands = { '', 'Stop', 'New', 'Sessions', 'Set', 'Restart' }
for _, name in ipairs(commands) do
  vim.api.nvim_create_user_command('Runwire' .. name, function(given)
    require('runwire')[name == '' and 'send' or name:lower()](given.args)
  end, { nargs = name == '' and '*' or 0 })
end
