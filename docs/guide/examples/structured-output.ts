import { retry, startRunwire } from 'runwire';
import * as z from 'zod';

const runwire = await startRunwire();

// #region schema
const Invoice = z.object({
  number: z.string().describe('As printed on the invoice.'),
  total: z.number().nonnegative(),
  currency: z.enum(['EUR', 'NOK', 'USD']).default('EUR'),
});
const { output } = await runwire.run({ model: 'test', prompt: 'Read this invoice: …', output: Invoice });
console.log(output.number, output.total, output.currency);
// #endregion schema

// #region mode
const native = await runwire.run({
  model: 'test',
  prompt: 'Read this invoice: …',
  output: { schema: Invoice, mode: 'tool', toolName: 'save_invoice', description: 'Saves the invoice.' },
});
// #endregion mode
if (native.result.outputToolName !== 'save_invoice') throw new Error('another tool');

// #region validator
const checked = await runwire.run({
  model: 'test',
  prompt: 'Read this invoice: …',
  output: Invoice,
  outputValidators: ['known'],
  handlers: {
    validators: {
      known: (invoice) => (isKnown(invoice) ? invoice : retry('There is no such invoice. Read the number again.')),
    },
  },
});
// #endregion validator
console.log(checked.output.total);

function isKnown(invoice: unknown): boolean {
  return Invoice.safeParse(invoice).success;
}

await runwire.close();
