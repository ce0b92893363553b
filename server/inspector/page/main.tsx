import { render } from 'preact';
import type { RunData } from '../view/run-data.ts';
import { App, ExportedRun } from './app.tsx';

const root = document.getElementById('app');
const exported = document.getElementById('run-data')?.textContent;
if (root) render(exported ? <ExportedRun data={JSON.parse(exported) as RunData} /> : <App />, root);
