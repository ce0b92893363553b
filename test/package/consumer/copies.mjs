// A program that holds the package twice, and schemas of four libraries.
import { createRequire } from 'node:module';
import { toStandardJsonSchema } from '@valibot/to-json-schema';
import { type } from 'arktype';
import { jsonSchema, RunFailedError, startRunwire, tool } from 'runwire';
import * as v from 'valibot';
import * as z from 'zod';

const other = createRequire(import.meta.url)('runwire');
const call = (tool_name, args, tool_call_id) => ({
  parts: [{ part_kind: 'tool-call', tool_name, args, tool_call_id }],
});
const end = { parts: [{ part_kind: 'text', content: 'end' }] };

/** Objects with a text `name` that is not empty, and a number `n` that is 7 unless given. */
const schemas = {
  zod: z.object({ name: z.string().refine((name) => name !== '', 'is empty'), n: z.number().default(7) }),
  arktype: type({
    name: type('string').narrow((name, ctx) => name !== '' || ctx.mustBe('not empty')),
    n: 'number = 7',
  }),
  valibot: toStandardJsonSchema(
    v.object({ name: v.pipe(v.string(), v.nonEmpty('is empty')), n: v.optional(v.number(), 7) }),
  ),
  jsonSchema: jsonSchema({
    type: 'object',
    properties: { name: { type: 'string', minLength: 1 }, n: { type: 'number', default: 7 } },
    required: ['name'],
  }),
};

const runwire = await startRunwire();
const requests = [];
const scripted = (...responses) => ({
  model: 'host:script',
  handlers: { models: { script: (request) => [requests.push(request), responses.shift()][1] } },
});
const lastReturn = () => requests.at(-1).messages.at(-1).parts.at(-1);

for (const [library, inputSchema] of Object.entries(schemas)) {
  const seen = [];
  const echo = tool({ name: 'echo', inputSchema, execute: (args) => [seen.push(args), 'done'][1] });
  const responses = [call('echo', { name: '' }, 'a'), call('echo', { name: 'Ada' }, 'b'), end];
  await runwire.run({ prompt: library, tools: [echo], ...scripted(...responses) });
  console.log(library, requests.at(-2).messages.at(-1).parts.at(-1).outcome, JSON.stringify(seen));
}

const again = tool({ name: 'again', inputSchema: z.object({}), execute: () => other.retry('once more') });
await runwire.run({ prompt: 'hi', tools: [again], ...scripted(call('again', {}, 'a'), end) });
console.log(lastReturn().outcome, lastReturn().content);
const failed = await runwire.run({ prompt: 'hi', model: 'host:absent' }).catch((error) => error);
console.log(other.RunFailedError !== RunFailedError, failed instanceof other.RunFailedError);
await runwire.close();
