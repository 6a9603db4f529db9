// Adds compiled code to a folder of Python: node compile.mjs FOLDER, as python.py has made it.
//
// The Python that compiles is the one that will run it: this is Pyodide, started as in a browser.

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const folder = process.argv[2];
const lock = JSON.parse(readFileSync(`${folder}/pyodide-lock.json`));
const program = readFileSync(new URL("compile.py", import.meta.url), "utf-8");
const { loadPyodide } = await import(pathToFileURL(`${folder}/pyodide.mjs`));
try {
  const pyodide = await loadPyodide({
    indexURL: `${folder}/`,
    packageCacheDir: `${folder}/`,
    packages: Object.keys(lock.packages),
    env: lock.environment,
    stdout: () => {},
    stderr: () => {},
  });
  pyodide.FS.mkdir("/archives");
  pyodide.FS.mount(pyodide.FS.filesystems.NODEFS, { root: folder }, "/archives");
  pyodide.runPython(`${lock.start}\n${program}`);
} catch (error) {
  console.error(error.message); // without Node's copy of the line, which is a whole file here
  process.exitCode = 1;
}
