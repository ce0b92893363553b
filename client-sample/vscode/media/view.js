// Draws a conversation. Everything is set as text: nothing that a model or a tool wrote is read as HTML.
(() => {
  const vscode = acquireVsCodeApi();
  const [entries, form, prompt, stop] = ['entries', 'form', 'prompt', 'stop'].map((id) => document.getElementById(id));

  const element = (tag, className, text = '') => {
    const made = document.createElement(tag);
    made.className = className;
    made.textContent = text;
    return made;
  };

  const button = (text, message) => {
    const made = element('button', '', text);
    made.addEventListener('click', () => vscode.postMessage(message));
    return made;
  };

  const marks = { running: '…', waiting: '?', done: '✓', failed: '✗' };

  function toolCard({ id, name, args, state, result }) {
    const card = element('div', `entry tool ${state}`, `${marks[state]} ${name}`);
    card.append(element('pre', '', JSON.stringify(args, null, 2)));
    if (result !== undefined) card.append(element('pre', '', result));
    if (state === 'waiting') {
      card.append(button('Allow', { type: 'decide', id, isAllowed: true }));
      card.append(button('Decline', { type: 'decide', id, isAllowed: false }));
    }
    return card;
  }

  function errorCard({ text, advice, command }) {
    const card = element('div', 'entry error', `${text}\n${advice}`);
    if (command) card.append(document.createElement('br'), button('Fix', { type: 'command', command }));
    return card;
  }

  const drawn = (entry) => {
    if (entry.kind === 'tool') return toolCard(entry);
    return entry.kind === 'error' ? errorCard(entry) : element('div', `entry ${entry.kind}`, entry.text);
  };

  window.addEventListener('message', ({ data }) => {
    const isAtEnd = entries.scrollHeight - entries.scrollTop - entries.clientHeight < 40;
    entries.replaceChildren(...data.entries.map(drawn));
    stop.hidden = !data.isRunning;
    if (isAtEnd) entries.scrollTop = entries.scrollHeight;
  });

  const send = () => {
    const text = prompt.value.trim();
    if (text !== '') vscode.postMessage({ type: 'send', text });
    prompt.value = '';
  };
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    send();
  });
  prompt.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  });
  stop.addEventListener('click', () => vscode.postMessage({ type: 'command', command: 'runwire.cancel' }));
  vscode.postMessage({ type: 'ready' });
})();
