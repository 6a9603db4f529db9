"""The programs of book/_ext by their names: python book/_ext normalise | colab | lockfile …"""

import sys
from importlib import import_module

PROGRAMS = {"normalise": "notebooks", "colab": "notebooks", "lockfile": "lite"}


def main():
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if name not in PROGRAMS:
        sys.exit(f"{__doc__}\nnot {name!r}")
    sys.argv[:2] = [f"python book/_ext {name}"]
    import_module(f"{PROGRAMS[name]}.{name}").main()


if __name__ == "__main__":
    main()
