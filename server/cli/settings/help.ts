import { logLevels } from '../../log.ts';
import { commandTable } from './command-table.ts';

const commandLines = Object.entries(commandTable)
  .map(([name, summary]) => `  ${name.padEnd(20)} ${summary} (runwire ${name} --help)`)
  .join('\n');

/** Help of the daemon. */
export const help = `Usage: runwire [options]
       runwire [options] run [options] [PROMPT]
       runwire [options] serve --listen ADDRESS [options]
       runwire [options] worker --queue NAME [options]
       runwire acp [--agent FILE] [--model MODEL]... [options]
       runwire inspect|runs|show|models|doctor|store|schema|completion [options]

The Runwire daemon: JSON-RPC 2.0 on stdin and stdout, in Content-Length frames as language servers speak it, or in
lines, one message each, when the first one is a line.

Commands:
${commandLines}

Options:
  --allow-env NAME     a variable with a key that clients may name in apiKeyEnv; may be repeated
  --allow-local-downloads
                       files with force_download: 'allow-local' may come from the local network
  --config FILE        options and limits as JSON, for example {"limits": {"activeRuns": 1000}, "logLevel": "info"}; keys:
                       allow, allowEnv, allowLocalDownloads, drain, durability, limits, logFile, logLevel, mcp, resume,
                       store, storeDays, storeMax, workspace; options given here win
  --durability LEVEL   normal: what a crash of the daemon loses is nothing, of the machine a second; full: nothing either
  --drain SECONDS      how long runs may go on after SIGTERM, SIGINT or SIGHUP before they are cancelled (default 0)
  --inspect PORT       show the runs of this daemon on a page of this machine, whose address goes to stderr; 0 for any port
  --allow-actions      runs can be cancelled, resumed and answered on the page of --inspect
  --workspace DIR      runs whose specification has a "workspace" may list, search and read the files of this folder, and
                       nothing outside of it
  --allow edits|all    with --workspace: they may also write files, or also run commands
  --database-url env:NAME
                       with --executor dbos: the variable that holds the address of a PostgreSQL database
  --executor NAME      who keeps and drives runs: local (default), or dbos: any daemon and worker on a PostgreSQL database
  --log-level LEVEL    ${logLevels.join(', ')} (default warn); the log goes to stderr, and to the client
  --log-file FILE      the log goes there, and to stderr only errors; a full file becomes FILE.1
  --mcp MODE           which MCP servers clients may name: all (default), http (those with a url) or off
  --resume             interrupted runs of the store go on at the start, as far as they need no host
  --store DIR          runs and conversations are kept in this folder, survive a crash and continue with run/resume
  --store-days DAYS    conversations that were not touched for so long are deleted (default: age deletes none)
  --store-max SIZE     above this size the conversations that were touched longest ago are deleted (default 4G)
  --version            print the version; with --json also those of the protocol and of Pydantic AI, which it follows
  --help               print this
  --clientProcessId N  process of the host: the daemon ends when that is gone
  --stdio              accepted, as clients of language servers pass it

Examples:
  runwire run --model openai-chat:gpt-5 "Why is the sky blue?"
  git diff | runwire run --model openai-chat:gpt-5 "Write a commit message for this change."
  runwire schema | jq '.requests | keys'
`;

/** Help of `runwire schema`. */
export const schemaHelp = `Usage: runwire schema

Prints the protocol of the daemon as one JSON document: every request, callback and notification with the JSON Schemas
(2020-12) of its parameters and its result, the error codes, and the shared types under $defs. It is what the request
rpc/discover answers, made for code generators and for looking things up.

Examples:
  runwire schema > runwire.json
  runwire schema | jq '.requests["run/start"].params'
  runwire schema | jq '."$defs".RunResult'
`;
