// What keeps runs in a database: a bundle of its own, which needs the packages of DBOS and PostgreSQL beside it.
export { Fleet } from './fleet.ts';
export { tenantOf } from './tables/queued-run.ts';
export { retain } from './tables/retention.ts';
