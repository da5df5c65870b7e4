import configparser
import os
import re
import subprocess
import sys

import numpy as np

from bench.environment import installation


def test_the_packages_come_from_one_folder():
    assert installation.package_folders() == [installation.packages_root()]


def test_an_installed_copy_inside_somebody_elses_checkout_has_no_revision(tmp_path, monkeypatch):
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    monkeypatch.setattr(installation, "_PACKAGES_ROOT", str(tmp_path))
    assert installation.git_state() == {"revision": None, "is_dirty": None}


def test_the_dependencies_are_those_that_are_installed_with_harbench():
    setup = configparser.ConfigParser()
    setup.read(os.path.join(installation.packages_root(), "setup.cfg"), encoding="utf-8")
    needed = setup["options"]["install_requires"].strip().splitlines()
    everywhere = [line for line in needed if ";" not in line]  # the others stand for a part of a newer Python
    assert tuple(re.split("[>=<]", line)[0] for line in everywhere) == installation.DEPENDENCIES


def test_versions_are_known_without_an_import_of_the_package():
    code = "import sys; from bench.environment import installation; v = installation.package_versions(); "
    code += "assert not {'statsmodels', 'tensorflow'} & set(sys.modules), 'imported'; print(v['numpy'])"
    answer = subprocess.run(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, check=True, cwd=installation.packages_root()
    )
    assert answer.stdout.decode().strip() == np.__version__
