// SPDX-License-Identifier: Apache-2.0
// Bundles the page: node build.mjs
import { cp, mkdir, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { build } from 'esbuild';

// Packages of the time before ES modules, whose only export esbuild would hand out as { default: … }.
const UNWRAPPED = /^(calculate-size|is-hotkey|react-custom-scrollbars-2|react-highlight-words)$/;

const unwrapped = {
    name: 'unwrapped',
    setup({ onResolve, onLoad }) {
        onResolve({ filter: UNWRAPPED }, ({ path, namespace, resolveDir }) =>
            namespace === 'unwrapped' ? undefined : { path, namespace: 'unwrapped', pluginData: { resolveDir } }
        );
        onLoad({ filter: /.*/, namespace: 'unwrapped' }, ({ path, pluginData }) => ({
            contents: `const found = require(${JSON.stringify(path)});
module.exports = found;
module.exports.default = found.default ?? found;`,
            resolveDir: pluginData.resolveDir,
        }));
    },
};

// Parts of the packages that package.json replaces by an empty one.
const { overrides } = JSON.parse(await readFile('package.json', 'utf8'));
const replaced = {
    name: 'replaced',
    setup({ onResolve }) {
        onResolve({ filter: new RegExp(`^(${Object.keys(overrides).join('|')})(/|$)`) }, () => ({
            path: resolve('empty/index.js'),
        }));
    },
};

await mkdir('out', { recursive: true });
await build({
    bundle: true,
    define: { 'process.env.NODE_ENV': '"production"' },
    entryPoints: { bundle: 'src/main.jsx' },
    format: 'esm',
    jsx: 'automatic',
    logLevel: 'warning',
    minify: true,
    outdir: 'out',
    plugins: [replaced, unwrapped],
});

// Where Grafana's components look for pictures and fonts.
const PUBLIC = 'out/public';
const MONO = 'L0xTDF4xlVMF-BfR8bXMIhJHg45mwgGEFl0_3vrtSM1J-gEPT5Ese6hmHSh0mQ.woff2';
await cp('index.html', 'out/index.html');
await cp('node_modules/@grafana/ui/dist/public', `${PUBLIC}/build`, { recursive: true });
await cp('node_modules/inter-ui/web', `${PUBLIC}/fonts/inter`, { recursive: true });
await cp('node_modules/@fontsource/roboto-mono/files/roboto-mono-latin-400-normal.woff2', `${PUBLIC}/fonts/roboto/${MONO}`);
