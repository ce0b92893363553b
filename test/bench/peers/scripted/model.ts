import type { Model, ModelAnswer } from '../../../../server/engine/model.ts';
import { modelResponse, textPart, toolCallPart } from '../../../../server/engine/request/response.ts';
import type { PartStream } from '../../../../server/engine/streaming/part-stream.ts';
import type { TestModelOptions } from '../../../../server/models/test-model/test-model.ts';

const fields = { model_name: 'bench', provider_name: 'bench' };

/**
 * What the model of every peer does, in place of the embedded test model, which calls a tool once and estimates the
 * tokens of the whole history: it calls the tool until the history has so many responses, then answers.
 * `test.outputArgs` has the number of `steps` and, for a streamed answer, of `deltas`.
 */
export function createTestModel({ outputArgs }: TestModelOptions = {}, id = 'test'): Model {
  const { steps = 0, deltas = 0 } = (outputArgs ?? {}) as { steps?: number; deltas?: number };
  return {
    id,
    async request({ messages }, { stream }) {
      const done = messages.filter(({ kind }) => kind === 'response').length;
      const call = { name: 'look', args: { topic: 'a' }, id: `call-${done}` };
      const isCall = done < steps;
      if (stream) return streamed(stream, (to) => (isCall ? to.toolCall(0, call) : textOf(to, deltas)));
      const part = isCall
        ? toolCallPart({ tool_name: call.name, args: call.args, tool_call_id: call.id })
        : textPart('done');
      return { response: modelResponse([part], fields), served: 'bench' };
    },
  };
}

async function streamed(stream: PartStream, pieces: (stream: PartStream) => unknown): Promise<ModelAnswer> {
  stream.open(fields);
  await pieces(stream);
  return { response: modelResponse([], fields), served: 'bench' };
}

async function textOf(stream: PartStream, deltas: number): Promise<void> {
  for (let index = 0; index < Math.max(1, deltas); index += 1) {
    stream.text(0, 'word ');
    const full = stream.ready();
    if (full) await full;
  }
}
