"""The programs of this folder by their names: python book/_ext NAME …"""

import sys
from importlib import import_module

PROGRAMS = {  # in which room each is
    "normalise": "notebooks",
    "definitions": "notebooks",
    "executed": "notebooks",
    "colab": "notebooks",
    "lockfile": "lite",
}


def main():
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if name not in PROGRAMS:
        sys.exit(
            f"python book/_ext NAME: one of {', '.join(PROGRAMS)} was expected, not {name!r}"
        )
    sys.argv[:2] = [f"python book/_ext {name}"]
    import_module(f"{PROGRAMS[name]}.{name}").main()


if __name__ == "__main__":
    main()
