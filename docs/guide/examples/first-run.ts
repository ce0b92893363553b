import { startRunwire, tool } from 'runwire';
import * as z from 'zod';

const weather = tool({
  name: 'weather',
  description: 'The weather in a city today.',
  inputSchema: z.object({ city: z.string() }),
  execute: ({ city }) => `${city}: 7 °C, rain`,
});

const runwire = await startRunwire();
const { output } = await runwire.run({
  model: 'test',
  prompt: 'Do I need an umbrella in Oslo?',
  tools: [weather],
});
console.log(output);
await runwire.close();
