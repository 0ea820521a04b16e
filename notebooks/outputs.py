"""Stores an executed notebook, or compares what its cells wrote with what is stored. Pictures are not compared.

Usage: python outputs.py store|compare EXECUTED STORED
"""

import difflib
import json
import sys


def written(notebook):
    """The text that cells wrote, line by line."""
    for cell in notebook["cells"]:
        if cell["cell_type"] != "code":
            continue
        yield f"## {cell['id']}"
        for output in cell["outputs"]:
            lines = output.get("text") or output.get("data", {}).get("text/plain", [])
            yield from "".join(lines).splitlines()


def store(executed, path):
    # Without the Python version, so that the same outputs are the same bytes.
    executed["metadata"]["language_info"] = {"name": "python"}
    with open(path, "w", encoding="utf-8") as file:
        json.dump(executed, file, indent=1, ensure_ascii=False, sort_keys=True)
        file.write("\n")


def main():
    command, *paths = sys.argv[1:]
    executed, stored = (json.load(open(path, encoding="utf-8")) for path in paths)
    if command == "store":
        return store(executed, paths[1])
    new, old = list(written(executed)), list(written(stored))
    if new != old:
        sys.stderr.writelines(f"{line}\n" for line in difflib.unified_diff(old, new, "stored", "executed", lineterm=""))
        sys.exit(f"{paths[1]}: what its cells wrote is not what is stored; `notebooks/run.sh --store` stores it")


if __name__ == "__main__":
    main()
