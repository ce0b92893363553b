// The Agent Client Protocol: a bundle of its own, which the daemon does not load.
export { serveAcp } from './serve-acp.ts';
