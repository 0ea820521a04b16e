"""What the notebooks share: they ask the binary, draw in one style, and hold their text to the numbers."""

import io
import json
import os
import re
import shutil
import subprocess

import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import display

BINARY = os.environ.get("RANGECOVER") or "../target/debug/rangecover"
if not shutil.which(BINARY):
    raise FileNotFoundError(f"no program {BINARY}: run `cargo build`, or set RANGECOVER to the binary")

# Okabe and Ito's colours, which stay apart for colour-blind readers.
BLUE, ORANGE, GREEN, PINK, SKY, GREY = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#666666"
plt.rcParams.update({
    "figure.figsize": (8, 4.2), "figure.dpi": 110, "figure.constrained_layout.use": True,
    "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True, "grid.color": "#e6e6e6",
    "axes.axisbelow": True, "axes.titlelocation": "left", "axes.titlesize": 11, "legend.frameon": False,
})
THOUSANDS = plt.FuncFormatter(lambda value, _: f"{value:,.0f}")


def run(*arguments):
    """What the tool prints; infeasible (3) and undecided (4) are answers too."""
    line = [BINARY, *map(str, arguments)]
    done = subprocess.run(line, capture_output=True, text=True)
    if done.returncode not in (0, 3, 4):
        raise RuntimeError(f"{' '.join(line)} failed: {done.stderr.strip()}")
    return done.stdout


def ask(*arguments, form="json"):
    """What the tool answers: JSON as it is, CSV as a table."""
    printed = run(*arguments, "--format", form)
    return json.loads(printed) if form == "json" else pd.read_csv(io.StringIO(printed))


def show(table):
    """Shows a table, with commas in its whole numbers."""
    display(table.map(lambda cell: f"{cell:,}" if isinstance(cell, int) else cell))


class Text:
    """The text of a notebook as it is stored: it has to say what was computed, and no other number."""

    # Not the digits of a name such as eni-01a8 or UTF-8, nor those of a section's heading.
    NUMBER = re.compile(r"(?<![\w-])\d[\d,.]*(?<=\d)")
    HEADING = re.compile(r"^(#+) \d+\. ", re.MULTILINE)

    def __init__(self, name):
        with open(name, encoding="utf-8") as file:
            cells = json.load(file)["cells"]
        text = "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
        self.text = " ".join(self.HEADING.sub(r"\1 ", text).replace("**", "").replace("`", "").split())
        self.claimed = []
        self.missing = []

    def says(self, *phrases):
        """Claims the numbers in these phrases; `check` fails if the text has other words or numbers."""
        for phrase in phrases:
            plain = phrase.replace("`", "")
            found = list(re.finditer(rf"(?<![\w-]){re.escape(plain)}(?![\d])(?![,.]\d)", self.text))
            self.claimed += [match.span() for match in found]
            self.missing += [] if found else [phrase]

    def check(self):
        """Fails if something that was computed is not in the text, or a number in it was not computed."""
        others = [match for match in self.NUMBER.finditer(self.text)
                  if not any(start <= match.start() and match.end() <= end for start, end in self.claimed)]
        around = [f"…{self.text[max(0, each.start() - 40):each.end() + 25]}…" for each in others]
        problems = [f"the text should say: {phrase}" for phrase in self.missing]
        problems += [f"no cell computes this number: {words}" for words in around]
        if problems:
            raise AssertionError("\n".join(problems))
