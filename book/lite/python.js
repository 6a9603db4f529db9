// Starts Python: Pyodide and its packages, each file checked against its SHA-256 before it is used.
//
// The kernel's worker imports this module where it would import pyodide.mjs, and calls loadPyodide.
// By then Python is already on its way: runtime.js makes the worker while JupyterLab itself loads.
// The addresses and sums are those of pyodide-lock.json beside it; the browser enforces them.

const LOCK = new URL("pyodide-lock.json", import.meta.url);

let said = {}; // where the kernel wants what Python prints
const python = start();
python.catch(({ message }) => postMessage({ nnPython: message }));

export const loadPyodide = (options) => {
  said = options;
  return python;
};

async function start() {
  const answer = await fetch(LOCK);
  const lock = await answer.json();
  const files = request([...lock.core, ...Object.values(lock.packages)]);
  // Of a file that does not come Pyodide says little, or nothing, and waits for ever.
  const lacking = new Promise((_, reject) => files.forEach((file) => file.catch(reject)));
  return Promise.race([run(lock, files), lacking]);
}

async function run(lock, files) {
  const [main, runtime] = lock.core.map(({ file_name }) => files.get(nameOf(file_name)));
  await import(await asScript(await runtime)); // defines what Pyodide would else load unchecked
  const { loadPyodide } = await import(await asScript(await main));
  const fetchAnything = globalThis.fetch;
  // By its name: Pyodide takes the site's own files to be where the runtime is.
  globalThis.fetch = (what, options) =>
    files.get(nameOf(`${what.url ?? what}`)) ?? fetchAnything(what, options);
  try {
    const pyodide = await loadPyodide({
      indexURL: new URL(".", address(lock.core[0].file_name)).href,
      lockFileURL: LOCK.href,
      packages: Object.keys(lock.packages),
      env: lock.environment,
      stdout: (text) => (said.stdout ?? console.log)(text),
      stderr: (text) => (said.stderr ?? console.warn)(text),
    });
    await pyodide.runPythonAsync(lock.start);
    return pyodide;
  } finally {
    globalThis.fetch = fetchAnything;
  }
}

const address = (file) => new URL(file, LOCK).href;
const nameOf = (url) => url.split("/").pop();

// All files are asked for at once: {name: the response, once it is whole and checked}.
function request(named) {
  const found = new Map();
  for (const { file_name, sha256 } of named) {
    const bytes = sha256.match(/../g).map((pair) => Number.parseInt(pair, 16));
    const integrity = `sha256-${btoa(String.fromCharCode(...bytes))}`;
    found.set(nameOf(file_name), checked(address(file_name), integrity));
  }
  return found;
}

async function checked(url, integrity) {
  const name = nameOf(url);
  const answer = await fetch(url, { integrity }).catch(() => null);
  if (!answer) throw new Error(`${name} does not come, or is not the file that it should be`);
  if (!answer.ok) throw new Error(`${name} does not come (${answer.status})`);
  if (!name.endsWith(".wasm")) return answer;
  return new Response(answer.body, { headers: { "Content-Type": "application/wasm" } });
}

const asScript = async (answer) =>
  URL.createObjectURL(new Blob([await answer.arrayBuffer()], { type: "text/javascript" }));
