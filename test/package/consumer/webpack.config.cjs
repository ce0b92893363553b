// As the generator of VS Code writes it.
const path = require('node:path');

module.exports = {
  target: 'node',
  mode: 'none',
  entry: './src/extension.ts',
  output: { path: path.resolve(__dirname, 'dist-webpack'), filename: 'extension.js', libraryTarget: 'commonjs2' },
  externals: { vscode: 'commonjs vscode' },
  resolve: { extensions: ['.ts', '.js'] },
  module: { rules: [{ test: /\.ts$/, exclude: /node_modules/, use: [{ loader: 'ts-loader' }] }] },
};
