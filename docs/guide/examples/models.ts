import { type RunOptions, startRunwire } from 'runwire';

const runwire = await startRunwire();
const prompt = 'Hello.';

// #region settings
const brief = await runwire.run({ model: 'test', prompt, modelSettings: { temperature: 0, max_tokens: 500 } });
// #endregion settings

// #region fallback
const either = await runwire.run({
  model: { models: ['openai:gpt-5', 'test'], fallbackOn: ['auth.missing'] },
  prompt,
});
console.log('answered by', either.result.model.served);
// #endregion fallback

// #region host
const own = await runwire.run({
  model: 'host:parrot',
  prompt,
  handlers: {
    models: {
      parrot: ({ messages }) => ({
        kind: 'response',
        parts: [{ part_kind: 'text', content: `You said ${messages.length} things.` }],
      }),
    },
  },
});
console.log(own.output);
// #endregion host

// #region address
const local: RunOptions['model'] = { model: 'openai-compatible:qwen3', baseUrl: 'http://localhost:8080/v1' };
// #endregion address
console.log(local);

console.log(brief.output === either.output);
await runwire.close();
