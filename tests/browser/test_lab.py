"""An analyst opens each notebook in JupyterLab and runs all cells: a real browser, everything but loopback refused.

Needs the extra ``browser`` and the system's Chromium; ``make browser`` installs the first. Skipped where they are
missing, but not under CI=true.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import pytest
from browsers import CHROMIUM, sync_playwright
from support import ROOT

NOTEBOOKS = sorted(path.name for path in (ROOT / "notebooks").glob("[0-9]*.ipynb"))

pytestmark = pytest.mark.skipif(
    (CHROMIUM is None or sync_playwright is None) and os.environ.get("CI") != "true",
    reason="needs Chromium and playwright: make browser",
)


@pytest.fixture(scope="module")
def lab(tmp_path_factory, september):
    """JupyterLab on a copy of the notebooks; the address it listens on."""
    folder = tmp_path_factory.mktemp("lab")
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    settings = folder / "settings"
    settings.mkdir()
    quiet = {"fetchNews": "false", "checkForUpdates": False}
    (settings / "overrides.json").write_text(json.dumps({"@jupyterlab/apputils-extension:notification": quiet}))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root", f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0", "--IdentityProvider.token=", f"--ServerApp.root_dir={folder / 'notebooks'}",
        "--LabApp.expose_app_in_browser=True", f"--LabApp.app_settings_dir={settings}", "--LabApp.news_url=None",
        f"--LabApp.workspaces_dir={folder / 'workspaces'}", f"--LabApp.user_settings_dir={folder / 'user'}",
    ]  # fmt: skip
    environment = {**os.environ, **september.environment(), "JUPYTER_PREFER_ENV_PATH": "1"}
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            address = f"http://127.0.0.1:{port}"
            for _ in range(150):
                try:
                    urllib.request.urlopen(f"{address}/api", timeout=1).read()
                    break
                except OSError:
                    assert server.poll() is None, (folder / "log").read_text()
                    time.sleep(0.2)
            yield address
        finally:
            server.terminate()
            server.wait(20)


@pytest.fixture(scope="module")
def context(chromium):
    context = chromium.new_context()
    outside = []

    def only_loopback(route):
        if route.request.url.startswith(("http://127.0.0.1:", "data:", "blob:")):
            route.continue_()
        else:
            outside.append(route.request.url)
            route.abort()

    context.route("**/*", only_loopback)
    context.outside = outside
    yield context
    context.close()


RUN_ALL = """async () => {
    const app = window.jupyterapp;
    await app.restored;
    const panel = app.shell.currentWidget;
    await panel.context.ready;
    await panel.sessionContext.ready;
    while (panel.sessionContext.session?.kernel?.status !== 'idle') await new Promise(r => setTimeout(r, 100));
    await app.commands.execute('notebook:run-all-cells');
    return panel.content.model.sharedModel.toJSON().cells.filter(cell => cell.cell_type === 'code');
}"""


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_run_all_runs_all(lab, context, name):
    page = context.new_page()
    page.goto(f"{lab}/lab/tree/{name}?reset", wait_until="domcontentloaded")
    page.wait_for_selector(".jp-NotebookPanel .jp-Cell", timeout=60_000)
    cells = page.evaluate(RUN_ALL)
    page.close()
    assert cells
    assert all(cell["execution_count"] for cell in cells)
    errors = [output for cell in cells for output in cell["outputs"] if output["output_type"] == "error"]
    assert not errors, errors
    pictures = sum("image/png" in output.get("data", {}) for cell in cells for output in cell["outputs"])
    said = json.dumps(cells, ensure_ascii=False)
    assert pictures or "<table" in said
    assert not context.outside
