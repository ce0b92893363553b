import { startRunwire, tool } from 'runwire';
import * as z from 'zod';

const weather = tool({
  name: 'weather',
  description: 'The weather in a city today.',
  inputSchema: z.object({ city: z.string(), unit: z.enum(['C', 'F']).default('C') }),
  execute: ({ city, unit }) => `${city}: 7 °${unit}, rain`,
});

const runwire = await startRunwire();
const run = await runwire.startRun({
  model: process.env.MODEL ?? 'test',
  prompt: 'Do I need an umbrella in Oslo?',
  tools: [weather],
  output: z.object({ umbrella: z.boolean(), why: z.string() }),
});
for await (const { event } of run) console.error(event.event_kind);
const { umbrella, why } = await run.output;
console.log(umbrella ? 'Yes:' : 'No:', why);
await runwire.close();
