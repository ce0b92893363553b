// What lets clients in: a bundle of its own, which no daemon on stdin and stdout loads.
export { type AcceptedClient, Listener, type ListenerOptions } from './socket/listener.ts';
export { TokenCommand } from './tokens/token-command.ts';
export { TokenFile } from './tokens/token-file.ts';
