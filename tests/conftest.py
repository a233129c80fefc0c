"""What every test shares.

Hypothesis draws the same examples on every run and keeps no state. Where CI=true, a test that is
skipped because a browser, an office suite or the other solver of two-stage programmes is missing
has failed: there they must be present.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser

settings.register_profile(
    "planner",
    max_examples=40,
    derandomize=True,
    deadline=None,
    database=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("planner")

PROGRAMS = re.compile(r"chromium|libreoffice|soffice|mpi-sppy", re.IGNORECASE)


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marks of tests that take long; they are part of every full run all the same."""
    config.addinivalue_line("markers", "slow: takes more than ten seconds of processor time")
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:  # in the background of a shell
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.skipped and os.environ.get("CI") == "true" and isinstance(report.longrepr, tuple):
        reason = report.longrepr[2]
        if PROGRAMS.search(reason):
            report.outcome = "failed"
            report.longrepr = f"{item.nodeid}: not run, and CI=true: {reason}"
    return report


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Return a headless Chromium that lives as long as one file of tests.

    Longer it may not: Playwright keeps an event loop going in this process meanwhile, in which
    other tests could not start their own. What a page asks of the network fails, but for loopback.
    """
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("no chromium on this machine")
    from playwright.sync_api import sync_playwright

    options = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
               "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE localhost"]  # fmt: skip
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=options)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def soffice(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Return a function that converts a file with LibreOffice and returns the new file.

    ``soffice(path, "pdf", folder)``; the form may name a filter, as in ``"csv:Text..."``.
    """
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("no soffice on this machine")
    home = tmp_path_factory.mktemp("soffice")

    def convert(path: Path, form: str, folder: Path) -> Path:
        command = [program, "--headless", "--norestore", f"-env:UserInstallation={home.as_uri()}",
                   "--convert-to", form, "--outdir", str(folder), str(path)]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True, timeout=180, cwd=home)
        stem, ending = Path(path).stem, form.partition(":")[0]
        made = [folder / f"{stem}.{ending}", *folder.glob(f"{stem}-*.{ending}")]  # or of one sheet
        found = next((one for one in made if one.is_file()), None)
        assert found is not None, f"LibreOffice made no {form} of {path}"
        return found

    return convert
