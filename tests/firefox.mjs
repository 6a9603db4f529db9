// Runs a notebook at lite/ in Firefox, over WebDriver BiDi: node firefox.mjs FOLDER TASK, where in
// FOLDER puppeteer-core is installed. Prints what Firefox is, and the notebook that it keeps then.

import { createRequire } from "node:module";

const [folder, task] = process.argv.slice(2);
const { firefox, address, file, count, noteRuns, copies, patience } = JSON.parse(task);
const { default: puppeteer } = createRequire(`${folder}/`)("puppeteer-core");
const browser = await puppeteer.launch({ browser: "firefox", executablePath: firefox });
try {
  const page = await browser.newPage();
  page.setDefaultTimeout(patience);
  await page.setViewport({ width: 1280, height: 900 });
  await page.evaluateOnNewDocument(noteRuns);
  await page.goto(address);
  await page.waitForSelector("html[data-nn-python=ready]");
  await page.locator(".lm-MenuBar-item ::-p-text(Run)").click();
  await page.locator("[data-command='runmenu:run-all']").click();
  const ended = (count) => window.nnRuns.filter((it) => it.answered).length === count;
  await page.waitForFunction(ended, { polling: 500 }, count);
  await page.keyboard.down("Control");
  await page.keyboard.press("s");
  await page.keyboard.up("Control");
  const kept = `(${copies})(null).then((all) => JSON.stringify(all["${file}"] ?? null))`;
  let notebook = null;
  while (!notebook) notebook = JSON.parse(await page.evaluate(kept));
  console.log(JSON.stringify({ version: await browser.version(), notebook }));
} finally {
  await browser.close();
}
