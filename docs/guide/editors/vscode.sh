git clone https://github.com/runwire/runwire && cd runwire
npm ci && npm run build && node client-sample/vscode/build.mjs
code --install-extension dist/runwire-sample-0.1.0.vsix
