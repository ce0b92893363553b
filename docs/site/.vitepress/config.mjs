import { defineConfig } from 'vitepress';

const guides = [
  { text: 'First run', link: '/guide/first-run' },
  { text: 'A host in TypeScript', link: '/guide/typescript' },
  { text: 'A host in Python', link: '/guide/python' },
  { text: 'A host in any language', link: '/guide/any-language' },
];
const topics = [
  { text: 'Streaming', link: '/guide/streaming' },
  { text: 'Tools, approvals and humans', link: '/guide/tools' },
  { text: 'Structured output', link: '/guide/structured-output' },
  { text: 'Conversations', link: '/guide/conversations' },
  { text: 'Keep conversations and survive crashes', link: '/guide/store' },
  { text: 'Models and keys', link: '/guide/models' },
  { text: 'Errors in your program', link: '/guide/errors' },
];
const editors = [
  { text: 'VS Code', link: '/guide/vscode' },
  { text: 'Zed, JetBrains and others', link: '/guide/editors' },
  { text: 'Neovim', link: '/guide/neovim' },
  { text: 'Emacs', link: '/guide/emacs' },
];
const running = [
  { text: 'Look at runs', link: '/guide/inspector' },
  { text: 'Limits and operations', link: '/guide/operations' },
  { text: 'Security', link: '/guide/security' },
  { text: 'The command line', link: '/guide/command-line' },
  { text: 'Histories of Pydantic AI', link: '/guide/pydantic-ai' },
  { text: 'Many users, many machines', link: '/guide/scale' },
  { text: 'Troubleshooting', link: '/guide/troubleshooting' },
];
const reference = [
  { text: 'Protocol', link: '/protocol' },
  { text: 'Errors', link: '/errors' },
  { text: 'Providers', link: '/providers' },
  { text: 'Performance', link: '/performance' },
];

export default defineConfig({
  title: 'Runwire',
  description: 'A daemon for LLM agent runs, built like a language server.',
  // Copies, which `build.mjs` makes: pages are compiled where they lie, and have to find the packages of this folder.
  srcDir: 'pages',
  head: [['link', { rel: 'icon', type: 'image/svg+xml', href: '/favicon.svg' }]],
  cleanUrls: false,
  lastUpdated: false,
  // Code that looks like a template of Vue is code.
  markdown: { config: (md) => md.renderer.rules.code_inline && withoutTemplates(md) },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [
      { text: 'Guide', link: '/guide/first-run' },
      { text: 'Reference', link: '/protocol' },
    ],
    sidebar: [
      { text: 'Begin', items: guides },
      { text: 'Build', items: topics },
      { text: 'In your editor', items: editors },
      { text: 'Run', items: running },
      { text: 'Reference', items: reference },
    ],
  },
});

function withoutTemplates(md) {
  const inline = md.renderer.rules.code_inline;
  md.renderer.rules.code_inline = (...args) => inline(...args).replace('<code', '<code v-pre');
}
