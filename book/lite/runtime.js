// The first script on the pages of lite/. JupyterLite waits for nnReady; see book/_ext/lite/application.py.
//
// A notebook that a reader has opened is kept in the browser (JupyterLite's "files"), and from then
// on shown in place of the published one. So a new edition would never be seen: an earlier
// edition's copy gets another name, or goes if it was never changed. And where Python cannot be
// loaded, the reader is told so, in place of a cell that waits for ever. Links lead to the other
// notebooks here, and to the site's pages.

(() => {
  const PATIENCE = 15000; // milliseconds in which the distribution has to answer
  const site = new URL("..", location.href); // lite/
  const told = JSON.parse(document.querySelector("#nn-told").textContent);
  const moved = new Map(Object.entries(told.moved)); // {a notebook's former name: its present one}
  const asked = new URLSearchParams(location.search).get("path");
  const path = moved.get(asked) ?? asked;
  const editions = new Map(Object.entries(told.editions)); // of the book's own notebooks

  // --- editions ---------------------------------------------------------------------------------

  const done = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });

  // The copies kept in this browser; null if there are none yet.
  async function openStorage() {
    const name = `JupyterLite Storage - ${site.pathname}`;
    const all = (await indexedDB.databases?.()) ?? [];
    return all.some((one) => one.name === name) ? done(indexedDB.open(name)) : null;
  }

  // Whether the cells are the published ones. Where the browser cannot tell (no https), they are not.
  async function isUnchanged({ cells, metadata }) {
    if (!crypto.subtle) return false;
    const sources = cells.map(({ source }) => [source].flat().join(""));
    const bytes = new TextEncoder().encode(sources.join("\0"));
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    const hex = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.startsWith(metadata.edition);
  }

  // "activations-yours-2026-11-27.ipynb", whatever the copy's name was: a name that is free.
  function freeName(copy, taken) {
    const stem = `${path.replace(/\.ipynb$/, "")}-yours-${copy.last_modified.slice(0, 10)}`;
    for (let number = 1; ; number++) {
      const name = `${stem}${number > 1 ? `-${number}` : ""}.ipynb`;
      if (!taken.includes(name)) return name;
    }
  }

  // Makes way for a new edition. The names that the reader's copies have now that were changed.
  async function makeWay() {
    const storage = editions.has(path) && (await openStorage());
    if (!storage) return [];
    try {
      const former = [...moved.keys()].filter((name) => moved.get(name) === path);
      const kept = [];
      for (const name of [path, ...former]) kept.push(await moveAside(storage, name));
      return kept.filter(Boolean);
    } finally {
      storage.close();
    }
  }

  // Takes the copy of an earlier edition away. The name that it has now, if it was changed.
  async function moveAside(storage, old) {
    const reading = storage.transaction("files").objectStore("files");
    const [copy, taken] = await Promise.all([done(reading.get(old)), done(reading.getAllKeys())]);
    const theirs = copy?.content?.metadata?.edition;
    if (!theirs || (old === path && theirs === editions.get(path))) return null;
    const changed = !(await isUnchanged(copy.content));
    const name = changed ? freeName(copy, taken) : null;
    const writing = storage.transaction(["files", "checkpoints"], "readwrite"); // all or nothing
    if (changed) writing.objectStore("files").put({ ...copy, name, path: name }, name);
    writing.objectStore("files").delete(old);
    writing.objectStore("checkpoints").delete(old);
    await new Promise((resolve, reject) => {
      writing.oncomplete = resolve;
      writing.onabort = () => reject(writing.error);
    });
    return name;
  }

  // --- Python -----------------------------------------------------------------------------------

  // Makes the kernel's worker now, and hands it over when JupyterLab, which takes seconds to load,
  // asks for one. A kernel that is started once more gets a new one. Resolves to why Python failed.
  function startPython() {
    const { Worker: Plain } = window;
    let failed;
    const failing = new Promise((resolve) => (failed = resolve));
    const make = () => {
      const worker = new Plain(new URL("python/worker.js", site), { type: "module" });
      worker.addEventListener("error", ({ message }) => failed(message || "its worker does not start"));
      worker.addEventListener("message", ({ data }) => {
        if (data?.nnPython) failed(data.nnPython);
        if (data?.name === "throw") failed(data.value?.value?.message ?? "its kernel does not start");
      });
      const post = worker.postMessage.bind(worker);
      worker.postMessage = async (message, ...more) => {
        const options = message?.argumentList?.[0]?.value;
        if (options?.mountDrive === false) options.mountDrive = await filesAreKept();
        post(message, ...more);
      };
      return worker;
    };
    let early = make();
    window.Worker = class extends Plain {
      constructor(url, options) {
        if (!`${url}`.endsWith(told.worker)) return super(url, options);
        const worker = early ?? make();
        early = null;
        return worker;
      }
    };
    return failing;
  }

  // Whether the service worker carries files between Python and what this browser keeps. The kernel
  // is told so when it is made, and on a page opened again that is often before JupyterLite has
  // found its service worker: then what was solved before was not there.
  const filesAreKept = () =>
    Promise.race([
      navigator.serviceWorker?.ready.then(Boolean) ?? false,
      new Promise((resolve) => setTimeout(resolve, 3000, false)),
    ]);

  // The first of the files that does not come; null if all do. Asks for no file's content.
  async function missing() {
    const signal = AbortSignal.timeout(PATIENCE);
    const asked = told.files.map(async (file) => {
      const url = new URL(file, new URL(told.distribution, site));
      const options = { method: "HEAD", cache: "no-store", signal };
      const there = await fetch(url, options).then(({ ok }) => ok, () => false);
      return there ? null : url;
    });
    return (await Promise.all(asked)).find(Boolean) ?? null;
  }

  async function watchPython(failing) {
    const host = new URL(told.distribution, site).host;
    const note = say("status", `Python is being loaded from ${host}. You can read on meanwhile.`);
    const lost = await missing();
    if (lost) {
      note.remove();
      sayThatItFailed(
        `Python cannot be loaded: ${lost.host} does not give ${lost.pathname.split("/").pop()}. ` +
          "Perhaps this computer is offline, or a filter is in the way.",
      );
    }
    const problem = await Promise.race([started(), failing]);
    note.remove();
    if (problem) {
      if (!lost) sayThatItFailed(`Python does not start: ${problem}.`);
      return;
    }
    document.documentElement.dataset.nnPython = "ready";
    if (!(await navigator.serviceWorker?.getRegistration(site))) {
      say(
        "status",
        "Python cannot keep files here (this page does not come by https, or the window is a private " +
          "one): what the exercises know of you is forgotten at the end. Your edits stay.",
      );
    }
  }

  function sayThatItFailed(why) {
    say(
      "alert",
      `${why} No cell can run, but what you write is kept.`,
      ["Try again", location.pathname + location.search],
      ["Other ways to run it", new URL("../book/read_run_do.html", site)],
    );
  }

  // Resolves when the kernel has started; before it does, its status is at first "idle", too.
  const started = () =>
    new Promise((resolve) => {
      let starting = false;
      const timer = setInterval(() => {
        const indicator = document.querySelector(".jp-Notebook-ExecutionIndicator");
        const status = indicator?.dataset.status;
        starting ||= status === "unknown" || status === "initializing";
        if (starting && (status === "idle" || status === "busy")) {
          clearInterval(timer);
          resolve();
        }
      }, 200);
    });

  // --- words ------------------------------------------------------------------------------------

  // A note with links that stays until it is closed, or replaced; a screen reader says it.
  function say(role, text, ...links) {
    let notes = document.querySelector("#nn-notes");
    if (!notes) {
      notes = document.createElement("aside");
      notes.id = "nn-notes";
      document.body.append(notes);
    }
    const note = document.createElement("p");
    note.setAttribute("role", role);
    notes.append(note);
    note.append(text);
    for (const [words, href] of links) {
      const link = Object.assign(document.createElement("a"), { href, textContent: words });
      note.append(" ", link, ".");
    }
    const close = document.createElement("button");
    close.textContent = "Close";
    close.onclick = () => note.remove();
    note.append(" ", close);
    return note;
  }

  // What a notebook can do that is not the book's; in the list of files, where one is brought, too.
  function warn() {
    if (editions.has(path)) return;
    say(
      "status",
      "A notebook from elsewhere runs nothing when you open it. Once you run one of its cells, it can " +
        "read and change all that this browser keeps for this site, and send it off: run it only if " +
        "you trust who wrote it.",
      ["More on that", new URL("../book/read_run_do.html#somebody-elses-notebook", site)],
    );
  }

  // The way back to the page that a notebook was opened from.
  function showWay() {
    if (!editions.has(path)) return;
    const href = new URL(`../book/${path.replace(/ipynb$/, "html")}`, site);
    const link = document.createElement("a");
    Object.assign(link, { id: "nn-page", href, textContent: "Back to the page" });
    document.body.append(link);
  }

  // --- links ------------------------------------------------------------------------------------

  // Where "solutions.md#a-task" leads, or another notebook; JupyterLite knows it below lite/files/.
  // Nowhere, if what somebody wrote is no address.
  function destination(href) {
    const files = new URL("files/", site).href;
    if (!URL.canParse(href, files + path)) return "";
    const { origin, pathname, hash } = new URL(href, files + path);
    const name = (origin + pathname).replace(files, "");
    if (/^[\w-]+\.md$/.test(name)) {
      return new URL(`../book/${name.replace(/md$/, "html")}${hash}`, site).href;
    }
    const isNotebook = !name.includes(":") && name.endsWith(".ipynb");
    return isNotebook ? new URL(`notebooks/index.html?path=${name}${hash}`, site).href : "";
  }

  // JupyterLite has no other pages, and opens another notebook at its beginning, or as a blob. So
  // links are set when they are drawn, and whenever it changes one; it does not hear of a click.
  function setLinks() {
    const set = (link) => {
      const href = (link.dataset.nnLeads ??= destination(link.getAttribute("href")));
      if (href && link.href !== href) Object.assign(link, { href, target: "_blank" });
    };
    new MutationObserver((changes) => {
      for (const { target } of changes) {
        target.querySelectorAll(".myst a[href]").forEach(set);
        if (target.matches(".myst a[href]")) set(target);
      }
    }).observe(document.body, { subtree: true, childList: true, attributeFilter: ["href"] });
    const hides = (event) => {
      if (event.target.closest?.("a")?.dataset.nnLeads) event.stopPropagation();
    };
    addEventListener("click", hides, true);
  }

  // "%" alone stands for no letter: then the heading is called just that.
  function headingOf(hash) {
    try {
      return decodeURIComponent(hash.slice(1));
    } catch {
      return hash.slice(1);
    }
  }

  // Scrolls to the heading that the address names, once it is drawn, and for the 3 seconds in which
  // formulas above it may still grow; not if the reader goes on meanwhile.
  function goToHeading() {
    const id = headingOf(location.hash);
    let left = id ? 10 : 0;
    const timer = setInterval(() => {
      const heading = document.getElementById(id);
      heading?.scrollIntoView();
      if (heading) left--;
      if (left <= 0) stop();
    }, 300);
    const stop = () => clearInterval(timer);
    for (const deed of ["keydown", "pointerdown", "wheel"]) addEventListener(deed, stop, true);
  }

  const failing = path ? startPython() : null;
  // None of these holds the application back, whatever goes wrong in it.
  const attempt = async (step) => {
    try {
      await step();
    } catch (error) {
      console.warn(error);
    }
  };

  const whole = new Promise((resolve) => addEventListener("DOMContentLoaded", resolve));
  window.nnReady = (async () => {
    await whole;
    if (path !== asked) {
      const present = new URL(location.href);
      present.searchParams.set("path", path);
      history.replaceState(null, "", present);
    }
    let kept = [];
    try {
      kept = await makeWay();
    } catch (error) {
      console.warn("The copies kept in this browser stay as they are:", error);
    }
    for (const name of kept) {
      const link = new URL(`?path=${encodeURIComponent(name)}`, location.href);
      const text =
        `This chapter is a new edition. What you had is kept as ${name}. ` +
        "Where its imports fail, take those of this edition.";
      say("status", text, ["Open yours", link]);
    }
    attempt(warn);
    if (path) [showWay, setLinks, goToHeading, () => watchPython(failing)].forEach(attempt);
  })();
})();
