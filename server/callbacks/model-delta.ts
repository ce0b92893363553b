import type { ModelDeltaParams } from '../../protocol/deltas.ts';
import { RequestUsage } from '../../protocol/messages/usage.ts';
import { EngineError } from '../engine/errors.ts';
import { infinitePath } from '../engine/json/exact-json.ts';
import type { PartStream } from '../engine/streaming/part-stream.ts';

/**
 * Adds a piece that a host model sent: text goes to one part, the others to the part of the host's own key.
 *
 * Source: Pydantic AI `FunctionStreamedResponse`.
 */
export function addDelta(stream: PartStream, delta: ModelDeltaParams['delta']): void {
  if ('text' in delta) stream.text('text', delta.text);
  else if ('thinking' in delta) stream.thinking(`part ${delta.index}`, delta.thinking, delta.signature ?? null);
  else if ('toolCall' in delta) {
    const { name, args, id } = delta.toolCall;
    const path = infinitePath(args);
    if (path) {
      const message = `A model/delta cannot be used: the number at toolCall.args.${path.join('.')} is beyond 1.8e308.`;
      throw new EngineError('callback.invalid', message, { method: 'model/delta' });
    }
    stream.toolCall(`part ${delta.index}`, { name: name ?? null, args: args ?? null, id: id ?? null });
  } else stream.setUsage(RequestUsage().parse(delta.usage));
}
