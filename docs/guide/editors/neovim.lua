vim.opt.runtimepath:append('~/runwire/client-sample/neovim')
require('runwire').setup({
  command = { 'runwire', 'acp', '--model', 'anthropic:claude-sonnet-4-5', '--store', vim.fn.stdpath('data') .. '/runwire' },
  env = { ANTHROPIC_API_KEY = vim.env.ANTHROPIC_API_KEY },
})
