// What speaks to MCP servers: a bundle of its own, which no run without such a server loads.
export { inspectServers } from './inspect.ts';
export { ServerPool } from './server-pool.ts';
