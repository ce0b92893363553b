// A chat over the gateway: streams answers, waits for an approval before a tool does something, and goes on after the connection was lost.
import { Connection } from './connection.js';

const settings = new URLSearchParams(location.search);
const gateway = settings.get('gateway') ?? 'ws://127.0.0.1:8080';
const model = settings.get('model') ?? 'test';
const conversationId = crypto.randomUUID();

const tools = [
  { name: 'page_title', description: 'The title of the page.', inputSchema: { type: 'object' }, effect: 'read' },
  {
    name: 'change_title',
    description: 'Changes the title of the page.',
    inputSchema: { type: 'object', properties: { title: { type: 'string' } } },
    requiresApproval: true,
  },
];

const $ = (selector) => document.querySelector(selector);
let connection;
/** The run that is under way: its id, the last event that was seen, and the paragraph of its answer. */
let run = null;

$('#login').onsubmit = (event) => {
  event.preventDefault();
  connection = new Connection(gateway, $('#login input').value);
  connection.onOpen = opened;
  connection.onClosed = () => state('Connecting again…');
  connection.onNotification = notified;
  connection.onCallback = callback;
  connection.connect();
  // For the console, and for tests.
  window.connection = connection;
};

$('#say').onsubmit = async (event) => {
  event.preventDefault();
  const input = $('#say input');
  const prompt = input.value;
  input.value = '';
  paragraph('user', prompt);
  const runId = crypto.randomUUID();
  run = { runId, lastSeq: 0, answer: paragraph('answer', '') };
  const spec = { runId, prompt, model, tools, deferred: 'wait' };
  await connection.request('run/start', { ...spec, ...history() }).catch(failed);
};

let lastRun = null;
/** The messages of the run before; a gateway with a store would know them by the conversation. */
const history = () => (lastRun ? { messageHistory: { runId: lastRun } } : { conversationId });

/** Takes the run back after the connection was lost: what it did meanwhile comes first. */
async function opened() {
  $('#login').hidden = true;
  $('#say').hidden = false;
  state('Connected.');
  if (!run) return;
  const { lastSeq } = await connection.request('run/resume', { runId: run.runId }).catch(failed);
  const { events } = await connection.request('run/events', { runId: run.runId, afterSeq: run.lastSeq });
  for (const { seq, event } of events) if (seq <= lastSeq) happened(seq, event);
  const snapshot = await connection.request('run/get', { runId: run?.runId ?? lastRun });
  if (run && snapshot.response) run.answer.textContent = textOf(snapshot.response);
}

function notified(method, { runId, seq, event }) {
  if (!run || runId !== run.runId) return;
  if (method === 'run/event') happened(seq, event);
  else if (event.event_kind === 'part_start' && event.part.part_kind === 'text')
    run.answer.textContent = event.part.content;
  else if (event.event_kind === 'part_delta' && event.delta.part_delta_kind === 'text')
    run.answer.textContent += event.delta.content_delta;
}

/** Events are numbered: one that was seen before, or comes twice after a reconnect, is passed over. */
function happened(seq, event) {
  if (!run || seq <= run.lastSeq) return;
  run.lastSeq = seq;
  if (event.event_kind === 'model_response') run.answer.textContent = textOf(event.message);
  else if (event.event_kind === 'pending_added') approval(event);
  else if (event.event_kind === 'pending_resolved') document.getElementById(event.pendingId)?.remove();
  else if (event.event_kind === 'run_finished') finished(event.result);
}

function finished({ outcome, error }) {
  if (outcome !== 'success') paragraph('note', error?.message ?? outcome);
  else lastRun = run.runId;
  run.answer.classList.add('whole');
  run = null;
}

/** Shows buttons before a tool does something; whoever answers first wins, be it in another window. */
function approval({ pendingId, name, toolCallId }) {
  const request = paragraph('note', `May '${name}' run? `);
  request.id = pendingId;
  for (const [label, approved] of [
    ['Allow', true],
    ['Deny', false],
  ]) {
    const button = document.createElement('button');
    button.textContent = label;
    button.onclick = () =>
      connection
        .request('pending/resolve', { pendingId, result: { approvals: { [toolCallId]: approved } } })
        .catch(failed);
    request.append(button);
  }
}

function callback(method, { name, args }) {
  if (method !== 'tool/call') return null;
  if (name === 'change_title') document.title = args.title || 'Changed';
  return { content: document.title };
}

function paragraph(kind, text) {
  const element = document.createElement('p');
  element.className = kind;
  element.textContent = text;
  $('#talk').append(element);
  return element;
}

const textOf = ({ parts }) =>
  parts
    .filter((part) => part.part_kind === 'text')
    .map((part) => part.content)
    .join('');
const state = (text) => {
  $('#state').textContent = text;
};
const failed = (error) => state(error.message);
