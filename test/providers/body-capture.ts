import * as z from 'zod';
import { GivenMessage } from '../../protocol/messages/messages.ts';
import { ToolDefinition } from '../../protocol/spec.ts';
import { parseExact } from '../../server/engine/json/exact-json.ts';
import { History } from '../../server/engine/messages/history.ts';
import { completeMessages } from '../../server/engine/messages/intake.ts';
import type { ModelPrompt } from '../../server/engine/model.ts';
import { compileOutput } from '../../server/engine/output/output-plan.ts';
import { PartStream } from '../../server/engine/streaming/part-stream.ts';
import type { Downloaded, Wanted } from '../../server/models/downloads/download.ts';
import { providers } from '../../server/models/providers.ts';
import { callOf, modelAt } from '../models/ai-sdk/support.ts';
import { type Case, type Given, readVectors, rows } from './body-cases.ts';
import type { Outcome, Sent } from './body-vectors.ts';

/** What our model of a row sends for a case, or why it sends nothing. */
export async function captured({ row, model: modelName, given }: Case): Promise<Outcome> {
  let sent: Sent | undefined;
  const fetch: typeof globalThis.fetch = async (url, init) => {
    sent ??= { url: String(url), headers: shown(new Headers(init?.headers)), body: parseExact(String(init?.body)) };
    return Response.json({ error: { message: 'Nobody reads on.' } }, { status: 400 });
  };
  try {
    const entry = { id: `${row}:${modelName}`, modelName, baseUrl: addressOf(row), apiKey: key, download };
    // `undefined` as the address leaves the provider's own.
    const model = await modelAt(row, entry as object, { fetch });
    const call = callOf();
    await model.request(await promptOf(given), given.stream ? { ...call, stream: streamOf(call.signal) } : call);
  } catch (error) {
    if (!sent) return { refused: error instanceof Error ? error.message : String(error) };
  }
  if (!sent) throw new Error(`'${row}' sent nothing and did not fail`);
  return sent;
}

const key = 'sk-dummy-0123456789';

const environment = {
  AWS_DEFAULT_REGION: 'us-east-1',
  AZURE_OPENAI_ENDPOINT: 'https://resource.openai.azure.com/',
  SNOWFLAKE_ACCOUNT: 'account',
};

const addressOf = (row: string) =>
  rows[row]?.address ?? providers.find(({ name }) => name === row)?.address?.(environment);

/** What a header says of the machine, the package or the key is not the request. */
const shown = (headers: Headers) =>
  Object.fromEntries([...headers].filter(([name]) => /^(anthropic|openai)-beta$/.test(name)));

const files: Readonly<Record<string, { media_type: string; data: string }>> = readVectors('files.json');

async function download(wanted: readonly Wanted[]): Promise<Downloaded[]> {
  return wanted.map(({ url }) => {
    const file = files[url.href];
    if (!file) throw new Error(`no file at '${url.href}' in files.json`);
    return { bytes: Buffer.from(file.data, 'base64'), mediaType: file.media_type };
  });
}

const streamOf = (signal: AbortSignal) =>
  new PartStream({ signal, outputOf: () => null, mintId: (index) => `minted-${index}` });

/** The prompt that the engine makes of a run over this history: cleaned, with the instructions of the output mode. */
async function promptOf(given: Given): Promise<ModelPrompt> {
  const { tools = [], outputTools = [], outputObject, settings = null } = given;
  const history = completeMessages(z.array(GivenMessage()).parse(given.messages), { time: '', mintId: String });
  const outputMode = given.outputMode ?? (outputTools.length > 0 ? 'tool' : 'text');
  const parts = [given.instructions, await outputInstructions(given)].flatMap((text) => (text?.trim() ? [text] : []));
  return {
    messages: new History(history, 'run').shown(),
    instructions: parts.join('\n\n').trim() || null,
    ...(parts.length > 0 ? { instructionParts: parts.map((content) => ({ content, dynamic: false })) } : {}),
    functionTools: tools.map((tool) => ToolDefinition().parse(tool)),
    outputTools: outputTools.map((tool) => ToolDefinition().parse({ ...tool, kind: 'output' })),
    allowText: given.allowText ?? true,
    outputMode,
    ...(outputObject ? { outputObject: { name: null, description: null, ...outputObject } } : {}),
    settings,
  };
}

async function outputInstructions({ outputMode, outputObject }: Given): Promise<string | null> {
  if (outputMode !== 'prompted' || !outputObject) return null;
  const { json_schema, ...names } = outputObject;
  return (await compileOutput({ ...names, schema: json_schema, mode: 'prompted' }, { retries: 1 })).instructions;
}
