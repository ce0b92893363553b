import type { NotificationSender, RequestSender } from '../callbacks/client.ts';
import type { Wire } from './wire.ts';

/** The client at the other end of a connection. */
export function connectionClient({
  pump,
  callbacks,
  trace,
}: Wire): NotificationSender & Pick<RequestSender, 'request'> {
  return {
    notify: (method, params, bytes) => {
      const sent = pump.send({ jsonrpc: '2.0', method, params }, bytes);
      trace.write('Sent notification', method, params);
      return sent.kind === 'tooLarge' ? sent : undefined;
    },
    request: callbacks.request.bind(callbacks),
    get congested() {
      return pump.congested;
    },
    drained: () => pump.drained(),
  };
}
