// JupyterLab asks each extension for a container of modules: this one has none.
(window._JUPYTERLAB ??= {})["@jupyterlite/pyodide-kernel-extension"] = { init() {} };
