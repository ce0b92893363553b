import { randomUUID } from 'node:crypto';
import { onTestFleet } from '../support/postgres/fleet.ts';
import { isolationCases } from './isolation.ts';

onTestFleet('tenants of a gateway', (fleet) =>
  isolationCases('on a database', true, () => {
    const prefix = randomUUID();
    return { storeOf: (tenant) => fleet().tenant(`${prefix} ${tenant}`) };
  }),
);
