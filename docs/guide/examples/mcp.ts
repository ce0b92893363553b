import { writeFileSync } from 'node:fs';
import { startRunwire } from 'runwire';

// #region servers
const mcpServers = {
  files: {
    command: 'npx',
    args: ['-y', '@modelcontextprotocol/server-filesystem', '.'],
    requiresApproval: ['write_file', 'edit_file', 'move_file'],
  },
  git: { command: 'uvx', args: ['mcp-server-git', '--repository', '.'], tools: ['git_log', 'git_diff', 'git_show'] },
  github: {
    url: 'https://api.githubcopilot.com/mcp/',
    headers: { authorization: { secret: 'GITHUB_AUTHORIZATION' } },
    optional: true,
  },
};
// #endregion servers

// #region server
writeFileSync(
  'notes-server.mjs',
  `import { createInterface } from 'node:readline';
  const text = (text) => ({ content: [{ type: 'text', text }] });
  const answers = {
    initialize: ({ protocolVersion }) => ({
      protocolVersion,
      serverInfo: { name: 'notes', version: '1.0.0' },
      capabilities: { tools: {} },
    }),
    'tools/list': () => ({ tools: [{ name: 'read', description: 'Reads my notes.', inputSchema: { type: 'object' } }] }),
    'tools/call': () => text('milk, bread'),
  };
  createInterface({ input: process.stdin }).on('line', (line) => {
    const { id, method, params } = JSON.parse(line);
    if (id === undefined) return;
    const answer = answers[method]
      ? { result: answers[method](params) }
      : { error: { code: -32601, message: 'no such method' } };
    console.log(JSON.stringify({ jsonrpc: '2.0', id, ...answer }));
  });`,
);
const notes = { command: process.execPath, args: ['notes-server.mjs'] };
// #endregion server

const runwire = await startRunwire();

// #region run
const { output } = await runwire.run({ model: 'test', prompt: 'What do I need?', mcpServers: { notes } });
console.log(output);
// #endregion run

// #region inspect
const { servers } = await runwire.request('mcp/inspect', { mcpServers: { notes, typo: { command: 'notez' } } });
for (const { name, state, tools = [], error } of servers) {
  console.log(name, state, error?.message ?? tools.map((tool) => tool.name).join());
}
// #endregion inspect
console.log(`In the settings: ${Object.keys(mcpServers).join(', ')}.`);
await runwire.close();
