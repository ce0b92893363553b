import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Config } from '../../config.ts';
import type { OpenedWorkspace } from '../../toolsets/workspace/opened-workspace.ts';
import { portOf, UsageError } from '../options.ts';
import { allowanceOf } from './allowance.ts';
import type { GlobalValues } from './global-options.ts';
import { resumesOf } from './store-settings.ts';

/** The page over the runs of a daemon. */
export interface InspectSetting {
  /** 0 for any that is free. */
  readonly port: number;
  /** Whether runs can be cancelled, resumed and answered there. */
  readonly allowsActions: boolean;
}

/** What the daemon on stdin and stdout is set with. */
export interface DaemonSettings {
  /** How long runs may go on after a signal, in milliseconds. */
  readonly drainMs: number;
  /** The process of the host. */
  readonly hostPid?: number;
  /** The page that shows the runs; absent: there is none. */
  readonly inspect?: InspectSetting;
  /** The folder that runs may use; absent: they may use none. */
  readonly workspace?: OpenedWorkspace;
  /** Whether interrupted runs go on at the start. */
  readonly resumes: boolean;
}

/** Errors: `UsageError`. */
export function daemonSettings(values: GlobalValues, config: Config): DaemonSettings {
  const hostPid = Number(values.clientProcessId);
  return {
    drainMs: drainMsOf(values, config),
    ...(Number.isInteger(hostPid) && hostPid > 0 ? { hostPid } : {}),
    ...inspectOf(values),
    ...workspaceOf(values, config),
    resumes: resumesOf(values, config),
  };
}

/** How long runs may go on after a signal, in milliseconds. Errors: `UsageError`. */
export function drainMsOf({ drain }: GlobalValues, config: Config): number {
  if (drain !== undefined && !/^\d{1,6}(\.\d+)?$/.test(drain))
    throw new UsageError(`--drain takes seconds, for example 30; '${drain}' is not a number of seconds`);
  return Number(drain ?? config.drain ?? 0) * 1000;
}

/** Errors: `UsageError` for a port that is none, and for actions without a page. */
function inspectOf(values: GlobalValues): { inspect?: InspectSetting } {
  const { inspect, 'allow-actions': allowsActions = false } = values;
  if (inspect !== undefined) return { inspect: { port: portOf('--inspect', inspect), allowsActions } };
  if (allowsActions) throw new UsageError('--allow-actions belongs to --inspect');
  return {};
}

/** Errors: `UsageError` for a folder that is not there, and for an allowance that is none or without a workspace. */
function workspaceOf(values: GlobalValues, config: Config): { workspace?: OpenedWorkspace } {
  const path = values.workspace ?? config.workspace;
  const given = values.allow ?? config.allow;
  if (path === undefined && given !== undefined) throw new UsageError('--allow belongs to --workspace');
  if (path === undefined) return {};
  const folder = path === '' ? undefined : statSync(resolve(path), { throwIfNoEntry: false });
  if (!folder?.isDirectory()) throw new UsageError(`--workspace '${path}' is not a folder that exists`);
  return { workspace: { path: resolve(path), allowance: allowanceOf(given) } };
}
