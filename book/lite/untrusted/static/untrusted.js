// An extension of JupyterLab, in the form in which it loads one: no notebook is trusted for what
// it says of itself.
//
// The outputs stored with a cell that says "trusted" are shown as they are, scripts included, as
// soon as the notebook is opened. On a server a signature tells who may say so. Here there is no
// server, and a file that a reader brought would be believed. So the word goes from every notebook
// that is read, however it came here and in whatever form it is kept. What a reader runs is
// trusted by JupyterLab itself, for as long as the notebook is open.

(() => {
  // A file may also bring the word as an inherited one, in a "__proto__" of its own.
  const own = (key, value) => (key === "__proto__" ? undefined : value);

  function untrusted(notebook) {
    const copy = JSON.parse(JSON.stringify(notebook), own);
    for (const cell of copy.cells) {
      delete cell.trusted;
      delete cell.metadata?.trusted;
    }
    return copy;
  }

  const plugin = {
    id: "book-untrusted:plugin",
    autoStart: true, // before any file is opened
    activate({ serviceManager: { contents } }) {
      const get = contents.get.bind(contents);
      contents.get = async (path, options) => {
        const file = await get(path, options);
        return file.content?.cells ? { ...file, content: untrusted(file.content) } : file;
      };
    },
  };

  const loaded = (window._JUPYTERLAB ??= {});
  loaded["book-untrusted"] = {
    init() {},
    get: async () => () => ({ default: plugin, __esModule: true }),
  };
})();
