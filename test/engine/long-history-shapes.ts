type Part = Record<string, unknown>;
const times = <T>(count: number, item: (index: number) => T) =>
  Array.from({ length: count }, (_, index) => item(index));
const request = (...parts: Part[]) => ({ kind: 'request', parts });
const response = (...parts: Part[]) => ({ kind: 'response', parts });
const prompt = (content: string): Part => ({ part_kind: 'user-prompt', content });
const call = (tool_name: string, tool_call_id: string): Part => ({
  part_kind: 'tool-call',
  tool_name,
  tool_call_id,
  args: {},
});
const back = (tool_name: string, tool_call_id: string): Part => ({
  part_kind: 'tool-return',
  tool_name,
  tool_call_id,
  content: 'x',
});
const native = (kind: 'call' | 'return', index: number): Part => ({
  part_kind: `builtin-tool-${kind}`,
  tool_name: `t${index % 7}`,
  tool_call_id: '',
  ...(kind === 'call' ? { args: {} } : { content: 'x' }),
});

/** Long histories, in which a look at all the others for each would take minutes. */
export const histories: Record<string, (count: number) => unknown[]> = {
  'requests one after the other': (count) => times(count, (n) => request(prompt(`${n}`))),
  'requests with instructions that change': (count) =>
    times(count, (n) => ({ ...request(prompt('x')), instructions: `${n % 2}` })),
  'system prompts': (count) => times(count, (n) => request({ part_kind: 'system-prompt', content: `${n}` })),
  'responses one after the other': (count) => times(count, (n) => response({ part_kind: 'text', content: `${n}` })),
  turns: (count) =>
    times(count, (n) => (n % 2 ? response({ part_kind: 'text', content: `${n}` }) : request(prompt(`${n}`)))),
  'calls and results without ids': (count) => [
    response(...times(count, (n) => call(`t${n}`, ''))),
    request(...times(count, (n) => back(`t${count - 1 - n}`, ''))),
  ],
  'calls and results with one id': (count) => [
    response(...times(count, () => call('t', 'c'))),
    request(...times(count, () => back('t', 'c'))),
  ],
  'calls of one response without results': (count) => [response(...times(count, (n) => call('t', `c${n}`)))],
  'calls of many responses without results': (count) => times(count, () => response(call('t', 'c'))),
  'results in the other order': (count) => [
    response(...times(count, (n) => call('t', `c${n}`))),
    request(...times(count, (n) => back('t', `c${count - 1 - n}`))),
  ],
  'results of no call': (count) => times(count, (n) => request(back('t', `c${n}`))),
  'prompts between results': (count) => [
    response(...times(count, (n) => call('t', `c${n}`))),
    request(...times(count, (n) => back('t', `c${n}`)).flatMap((part, n) => [part, prompt(`${n}`)])),
  ],
  'native calls without ids': (count) => [response(...times(count, (n) => native(n % 2 ? 'return' : 'call', n)))],
  'retry prompts': (count) =>
    times(count, (n) => request({ part_kind: 'retry-prompt', content: 'again', tool_name: `t${n}`, tool_call_id: '' })),
  files: (count) => [
    request({ ...prompt(''), content: times(count, (n) => ({ kind: 'image-url', url: `https://x.test/${n}.png` })) }),
  ],
};
