import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { startHost } from '../../fleet/world.ts';
import { noPostgres, type Postgres, startPostgres } from '../../support/postgres/postgres.ts';
import { schemaOf, toolCall } from '../../support/session.ts';
import { slow } from '../../support/time-limits.ts';
import { startInspect } from '../command.ts';
import { countOf, describePages, showing } from './pages.ts';

const noRuns = () => Promise.resolve();

describePages('a fleet in the inspector', noRuns, (pages) => {
  let postgres: Postgres;
  beforeAll(async () => {
    if (!noPostgres) postgres = await startPostgres();
  }, slow);
  afterAll(() => postgres?.remove());

  /** A daemon of a fleet, and the page of a process of its own over the same database. */
  const openFleet = async (...options: string[]) => {
    const url = await postgres.database();
    const host = await startHost(url);
    const place = ['--executor', 'dbos', '--database-url', 'env:RUNWIRE_DB'];
    const inspect = await startInspect([...place, ...options], { RUNWIRE_DB: url });
    const respond = async (method: string, nth: number, result: object) => {
      const requests = () => host.messages.filter((message) => message.method === method);
      await host.waitFor(() => requests().length > nth);
      host.send({ id: requests()[nth]?.id ?? null, result });
    };
    onTestFinished(async () => {
      expect(await inspect.stop()).toBe(0);
      await host.stop();
    });
    return { host, address: inspect.address, respond };
  };

  it.skipIf(noPostgres)('shows a run that another process drives, from its start to its end', async () => {
    const { host, address, respond } = await openFleet();
    const page = await pages.open('#/runs', address);
    await showing(page, '.count', '0 of 0 runs');
    await host.request('run/start', {
      runId: 'of-the-fleet',
      name: 'adder',
      model: 'host:m',
      prompt: 'What is 1 + 2?',
      tools: [{ name: 'add', inputSchema: schemaOf({ a: { type: 'integer' } }) }],
    });
    await page.waitForSelector('tr.run[data-run=of-the-fleet]');
    await page.click('tr.run[data-run=of-the-fleet] a');
    await showing(page, 'h1', 'running');
    await respond('model/request', 0, { response: { parts: [toolCall('add', { a: 1 }, 'call-add')] } });
    await showing(page, '.timeline', /add\s+tool call/);
    await page.reload();
    await showing(page, '.timeline', /add\s+tool call/);
    await respond('tool/call', 0, { content: 3 });
    const usage = { input_tokens: 1500, output_tokens: 12 };
    await respond('model/request', 1, { response: { parts: [{ part_kind: 'text', content: 'Three.' }], usage } });
    await showing(page, 'h1', 'success');
    await page.click('.tabs a:has-text("conversation")');
    await showing(page, '.conversation', /return\s+3[\s\S]*Three\./);
    await page.click('.tabs a:has-text("usage")');
    await showing(page, '.numbers tfoot', /1,500[\s\S]*12/);
    await page.click('.top a:has-text("Usage")');
    await showing(page, '[aria-label="By agent"]', /adder\s+1\s+0\s+1,500\s+12/);
    expect(pages.faults).toEqual([]);
  });

  it.skipIf(noPostgres)('approves a call of a run that another process drives', async () => {
    const { host, address, respond } = await openFleet('--allow-actions');
    await host.request('run/start', {
      runId: 'to-approve',
      model: 'host:m',
      prompt: 'Pay Ada.',
      deferred: 'wait',
      tools: [{ name: 'pay', requiresApproval: true, inputSchema: schemaOf({ amount: { type: 'integer' } }) }],
    });
    await respond('model/request', 0, { response: { parts: [toolCall('pay', { amount: 12 }, 'call-pay')] } });
    const page = await pages.open('#/run/to-approve/timeline', address);
    await showing(page, '.pending', /approval of\s*pay[\s\S]*"amount": 12/);
    await page.click('button:has-text("Approve")');
    await respond('tool/call', 0, { content: 'paid' });
    await respond('model/request', 1, { response: { parts: [{ part_kind: 'text', content: 'Paid.' }] } });
    await showing(page, 'h1', 'success');
    expect(await countOf(page, '.pending')).toBe(0);
    expect(pages.faults).toEqual([]);
  });
});
