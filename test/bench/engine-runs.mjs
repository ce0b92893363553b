// Runs of the engine alone: a model in this process calls one tool in every step, the tool answers at once; or the model
// answers as a bench says. And the same by hand.
import { createRequire } from 'node:module';

/** Makes runs of the bundled engine; `agent` is compiled once. */
export async function engineRuns(bundle) {
  const engine = createRequire(import.meta.url)(bundle);
  const inputSchema = {
    type: 'object',
    properties: { a: { type: 'integer' }, b: { type: 'integer' } },
    required: ['a', 'b'],
  };
  const agent = await engine.compileAgent({
    name: 'bench',
    instructions: 'Add what is asked for.',
    tools: [{ name: 'add', description: 'Adds two numbers.', inputSchema }],
    usageLimits: { request_limit: null },
  });
  const world = { now: () => engine.formatTimestamp(Date.now()), elapsed: () => performance.now() };
  let made = 0;

  const callsIn = (steps) => (runStep) => [
    runStep <= steps ? engine.toolCallPart({ tool_name: 'add', args: { a: 1, b: 2 } }) : engine.textPart('3'),
  ];

  /**
   * A state; `callTool` answers the calls, `onStep` gets the number of each step. `answer` gives the parts of a
   * response instead, or none when it streamed them.
   */
  const stateOf = ({ steps, answer, callTool, onStep = () => {}, emit = () => {}, sink, ...rest }) => {
    made += 1;
    const runId = `run-${made}`;
    const partsOf = answer ?? (({ runStep }) => callsIn(steps)(runStep));
    const model = {
      id: 'bench:scripted',
      async request(_prompt, call) {
        onStep(call.runStep);
        const parts = await partsOf(call);
        return { response: engine.modelResponse(parts, { model_name: 'scripted' }), served: 'scripted' };
      },
    };
    return engine.initialState({
      runId,
      conversationId: `conversation-${made}`,
      agent,
      model,
      modelSettings: null,
      prompt: 'What is 1 + 2?',
      history: [],
      callbacks: { callTool, waitsAs: () => null },
      runner: engine.directRunner(runId, world),
      signal: new AbortController().signal,
      events: { emit, sink },
      ...rest,
    });
  };
  const drive = (state) =>
    engine.runToEnd(state, (error) => {
      throw error;
    });
  return { stateOf, drive };
}

/** The floor for such a run: a loop that keeps the messages as JSON, checks the arguments, and knows nothing else of runs. */
export async function stepsByHand(steps, callTool = async () => 3) {
  const messages = [{ role: 'user', content: 'What is 1 + 2?' }];
  const kept = [JSON.stringify(messages[0])];
  const keep = (message) => {
    messages.push(message);
    kept.push(JSON.stringify(message));
  };
  const model = async (step) =>
    step <= steps
      ? { role: 'assistant', calls: [{ id: `call-${step}`, name: 'add', args: { a: 1, b: 2 } }] }
      : { role: 'assistant', content: '3' };
  for (let step = 1; ; step += 1) {
    const response = await model(step);
    keep({ ...response, at: new Date().toISOString() });
    if (!response.calls) return kept.length;
    for (const { id, args } of response.calls) {
      if (!Number.isInteger(args.a) || !Number.isInteger(args.b)) throw new Error('the arguments are no numbers');
      keep({ role: 'tool', id, content: await callTool(args), at: new Date().toISOString() });
    }
  }
}
